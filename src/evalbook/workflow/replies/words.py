"""The words of a reply: yes, no and none as people say them, and what is doubt rather than answer.

Words decide, never single characters: a name that begins with "no-" is a name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from itertools import dropwhile

from evalbook.workflow.replies.reading import Doubt

_YES = frozenset(
    "y yes yeah yea yep yup yah ya aye sure ok okay oke okey okie k kk agree agreed accept accepted "
    "approve approved confirm confirmed correct proceed continue go true "
    "ja jo oui si sí sim da hai 是 好 はい 👍 ✅ yess yesss yse yeas yees okk okayy oaky".split()
)
# With these around it, a yes is still one: "Yes, I agree to the terms", "sure, looks good to me".
# A word of doubt, of condition or of asking is not among them, and neither is a no.
_BESIDE_YES = frozenset(
    "i we do to the this that these those it its all with and of is looks sounds good great fine "
    "right me us them terms conditions everything acknowledge ahead on thanks thank you very well "
    "now course lets absolutely definitely certainly please".split()
)
_BESIDE_YES_IN_PASSING = _BESIDE_YES | frozenset(
    "both perfect lovely excellent nice awesome my our then so just totally exactly indeed happy "
    "fully read use take keep one thats alright sir maam hi hello gladly configuration model dataset "
    "records cheers are as oh have a look".split()
)
# What opens a question where the question mark was left out.
_NOT_FIRST = frozenset("do is to with and of are as so just".split())
_YES_PHRASES = frozenset(
    {
        "absolutely", "certainly", "definitely", "do it", "i acknowledge", "i do", "lets go",
        "looks good", "looks good to me", "of course", "sounds good", "that is right",
        "thats right",
    }
)  # fmt: skip
# These say yes where nothing is agreed to but what was asked; of terms they are not explicit.
_YES_IN_PASSING = frozenset(
    {
        "right", "alright", "all right", "all good", "exactly", "indeed", "perfect", "great",
        "fine", "good", "excellent", "lovely", "thats it", "that is it", "thats the one",
        "that is the one", "it is", "it does", "thats fine", "that is fine", "fine by me",
        "fine with me", "works for me", "keep it", "keep that", "keep that one", "keep this one", "that works", "that is good", "thats good", "please do",
        "read it", "use it", "use that", "use that one", "take it", "take that", "take that one",
        "why not", "knock yourself out", "have a look", "take a look", "look at it",
        "you may", "you can", "you may read it", "you can read it", "please read it",
        "go for it", "make it so", "by all means", "feel free", "be my guest", "all correct",
        "everything is right", "everything is correct", "everything looks good", "all of it is right",
        "looks right", "looks right to me", "looks fine", "that looks good", "that looks right",
        "it looks good", "this is right", "this is it", "it is right", "its right", "nice",
        "naturally", "please", "gladly", "very well", "the very one", "thats my model", "that is my model",
        "those look good", "these look good", "they look good", "those look fine", "these look fine",
        "those are good", "these are good", "those are fine", "these are fine", "those are right",
        "thats us", "it is the one", "its the one", "is fine", "is good", "is right",
    }
)  # fmt: skip
_IRONY = frozenset(
    {
        "yeah right", "yeah yeah", "oh sure", "oh great", "oh yeah", "yeah sure right", "sure sure",
        "ya right", "yes yes yes yes", "right right",
    }
)  # fmt: skip
_NO = frozenset(
    "n no nope nah never false disagree decline declined reject stop cancel wrong nein non não "
    "nao nej いいえ 不 否 noo nooo 👎".split()
)
_NO_PHRASES = frozenset(
    {
        "absolutely not", "better not", "certainly not", "definitely not", "do not", "i decline",
        "i disagree", "i do not", "i dont", "id rather not", "i would rather not", "no chance",
        "no no", "no please", "no sorry", "no thank you", "no thanks", "no way", "not at all",
        "not now", "not really", "not that one", "not this one", "not today", "not yet",
        "of course not", "please dont", "please do not", "rather not", "thats not it",
        "that is not it", "that is wrong", "thats wrong", "not right", "that is not right",
        "thats not right", "dont", "sorry no", "no it is not", "no it isnt", "no its not",
        "it is not", "it isnt", "no that is wrong", "no thats wrong", "no not that one",
        "hell no", "id rather you didnt", "id rather you did not",
        "no were good", "nope were good", "were good", "no dont", "no not yet", "no not now", "wrong one", "the wrong one", "not correct",
        "incorrect", "thats incorrect", "no im good", "im good",
    }
)  # fmt: skip
# "No problem" agrees, "no idea" does not know: a no before these is none.
_NO_NO = frozenset(
    "problem problems worries objection objections issue issues idea clue rush wait doubt matter "
    "more longer sweat biggie question".split()
)
_NOT_A_REFUSAL = frozenset(
    "worry mind care know understand think see get stop bother forget".split()
)
_NEGATIONS = frozenset(
    "no not never dont cannot cant wont isnt arent doesnt didnt without neither nor none nothing "
    "nope hardly wouldnt shouldnt couldnt aint nah nein except excluding minus".split()
)
_NONE = frozenset(
    {"none", "no", "nothing", "null", "n", "nil", "without", "nope", "nada", "n/a", "na", "neither"}
)
_NONE_PHRASES = (
    "dont have", "do not have", "dont need", "do not need", "dont want", "do not want",
    "havent got", "have none", "there arent any", "there are none", "not needed", "not necessary",
    "not required", "no need", "skip", "leave it out", "without", "dont use", "do not use",
    "not using", "not that i know", "just the built-in", "only the built-in", "leave it empty", "without it", "without one",
)  # fmt: skip
_BESIDE_NONE = frozenset(
    "i we you it as said the a an any of them these those that this there are is im my our own for "
    "now please thanks thank at all just so ok okay well already told to have has need want use "
    "using got leave skip out really still here yet do dont not needed necessary required havent "
    "arent custom all yes sorry currently right moment time being and empty one ones on in with special".split()
)

_ASKING_FIRST = frozenset(
    "what whats which why how hows who whos whose where wheres when is are am was were does did "
    "can could would should shall will may might has have isnt arent doesnt".split()
)
_BEFORE_ASKING = frozenset(
    "hm hmm um ok okay and but so well wait yes no sure first oh hi sorry yeah hello please".split()
)
_ASKING_WORDS = frozenset("what which why how who whose when where whats hows wheres".split())
_ASKING_IS = frozenset("is are does did isnt arent doesnt".split())
_AUXILIARIES = frozenset(
    "do does did is are was were can could would should shall will may i you we it this that the "
    "one ones of if about much many long come else happens would".split()
)
_ASKING = (
    "what do you mean", "what does that mean", "what is that", "what do i", "i dont understand",
    "i do not understand", "can you explain", "please explain", "explain", "like what",
    "tell me more", "help", "what would you", "which would you", "what should i", "which should i",
    "wondering", "wonder whether", "i have a question", "not clear to me", "do i have to",
    "do i need", "do i agree",
)  # fmt: skip
_CONDITION = (
    r"\b(?:(?<!know )(?<!see )(?<!check )(?<!out )(?<!tell )(?<!wonder )if|unless|provided(?: that)?|providing|assuming|supposing|as long as|so long as|in case|"
    r"depends|depending|until|only when|on (?:the )?condition|once (?:i|we|you|it|legal|they|the|my|our)|"
    r"subject to|would depend)\b"
)
_HESITATION = (
    r"\b(?:maybe|perhaps|hmm+|hm+|not (?:quite |so |really |entirely )?sure|unsure|i guess|i suppose|"
    r"suppose so|guess so|think so|probably|possibly|dunno|no idea|no clue|dont know|do not know|"
    r"let me think|let me check|let me ask|hold on|wait|hang on|later|one moment|one sec|give me a|"
    r"undecided|cant decide|cannot decide|might|have to ask|need to ask|need to check|will check|"
    r"ill check|let me look|get back to you|come back to|in two minds|not convinced|i doubt|idk|no opinion|"
    r"im torn|tempted|leaning towards)\b"
)
_YOU_DECIDE = (
    r"\b(?:you (?:decide|choose|pick|tell me)|up to you|your (?:call|choice)|what(?:ever)? you (?:want|like|wish|please)|whatever(?: you| is)?|"
    r"whichever|^any(?: one)?$|any (?:one )?(?:is fine|will do|of them)|either (?:is fine|one)|i dont care|"
    r"i do not care|dont mind|do not mind|surprise me|you know (?:best|better)|the best one|"
    r"the best|best one|whats best|as you (?:like|wish|see fit)|no preference|what you (?:think|would)|"
    r"the cheapest|cheapest one|the strongest|the most accurate)\b"
)
_DEFAULT = (
    r"(?:(?:please |just |then |ok |okay |yes )*(?:use |take |keep |with |go with |stick with )?"
    r"(?:the |your )?(?:default|default one|default value|defaults|suggestion|suggested one|"
    r"suggested name|proposal|proposed one|same|same one|same thing|same value"
    r"|(?:same|default|suggested|proposed) (?:region|role|place|folder|name|key))"
    r"(?: please| then| again|(?: is| are)? (?:fine|good|ok|okay|enough)| works| one)*"
    r"|(?:please |just |ok |yes )*(?:keep|leave|use) (?:it|that|them|this|(?:the|that|this)"
    r" (?:region|role|place|folder|name|key))(?: as| the way| like)?"
    r"(?: it| they| that)?(?: is| are)?(?: please| then)?"
    r"|(?:all|only|just) (?:the )?defaults?|(?:the )?same (?:as|one as|thing as|like) (?:before|suggested)"
    r"|as (?:before|it is|is|suggested|proposed|it was)|unchanged|no changes?|stays? (?:as it is|the same)"
    r"|like before|(?:the |that |whatever )(?:one |role |bucket |name )?(?:that )?you (?:suggest|propose|recommend|offer)(?:ed|d)?"
    r"|what you (?:suggest|suggested|propose|proposed)|as you (?:suggest|suggested))"
)
# What was there another time is not known here; at most the proposal is meant.
_ANOTHER_TIME = (
    r"(?:the )?(?:same|usual)(?: one| thing)?(?: (?:as|like))?(?: (?:last time|always|usual|the last one))?"
    r"|(?:as|like) (?:always|usual|last time)|the usual(?: one)?"
)
# Said around an answer, and no part of it.
POLITE = frozenset(
    "please thanks thank you cheers ok okay yes yeah yep sure well then so oh ah um uh uhm er hi "
    "hello hey now just actually right alright fine good great kindly sorry ta pls plz i we id im "
    "ill lets let us me would like to want wanna need choose pick take use go with prefer select "
    "think its it is that be should can could my our the a an one ones as said already again "
    "have has got give do for on and in by this answer option choice number is was here love "
    "rather will going make mine".split()
)


def folded(text: str) -> str:
    """Return a text with what does not matter to its words made alike: case, width, apostrophes."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("['\u2019\u2018`\u00b4]", "", text)
    return re.sub("[\u200b-\u200d\u2060\ufeff\ufe0f]", "", text)


def words_of(text: str) -> list[str]:
    """Return the words in lower case; hyphens, dots and slashes inside one belong to it."""
    spaced = re.sub(
        r"[,;!?()\[\]{}\"\u201c\u201d\u00ab\u00bb…]+|\.{2,}|\s[-–—]+\s|—", " ", folded(text)
    )
    return [word for part in spaced.split() if (word := part.strip(".:*~")) and word != "&"]


def plain(text: str) -> str:
    """Return the words in one line."""
    return " ".join(words_of(text))


def without_match(found: re.Match[str]) -> str:
    """Return the text that was searched, without what was found."""
    return f"{found.string[: found.start()]} {found.string[found.end() :]}"


def only(text: str) -> str:
    """Return the one value of a JSON array of one text or number; any other text as it is."""
    if not re.fullmatch(r"\s*\[.*\]\s*", text, re.DOTALL):
        return text
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if len(parts) == 1 and isinstance(parts[0], str | int):
        one = parts[0]
        return {True: "yes", False: "no"}[one] if isinstance(one, bool) else str(one)
    return text


def without_preamble(text: str) -> str:
    """Return the text without what only leads to it: "as I said", "oh sorry"."""
    return re.sub(_PREAMBLE, "", text, flags=re.IGNORECASE)


_PREAMBLE = (
    r"^\s*(?:(?:and|oh|ah|sorry|again|(?:as|like|same as) (?:i|we) (?:already )?"
    r"(?:said|told you|mentioned)(?: before| already| earlier)?)[\s,:]+(?=\S))+"
)


def without_courtesy(text: str) -> str:
    """Return the text without the conditions that only soften a wish: "if possible"."""
    return re.sub(_COURTESY, "", text, flags=re.IGNORECASE)


_COURTESY = (
    r",?\s*\bif\s+(?:(?:that['’]?s|that is|it['’]?s|it is|at all)\s+)?(?:possible|there|allowed|an option|ok(?:ay)? with you)\b"
    r"|,?\s*\bif (?:you|u) (?:can|could|don['’]?t mind|do not mind|please|like)\b(?=\s*(?:[.,;!?]|$))"
    r"|,?\s*\bif (?:i|we) may\b"
)


def yes_or_no(text: str, *, strict: bool = False) -> bool | None:
    """Return what the text says as a whole: yes, no, or None if it says something else.

    A condition or a question ("yes, but what does it cost?") is neither.

    Args:
        text: the reply.
        strict: whether a yes must be explicit, as to terms: letters only, no name of a choice.
    """
    if strict and re.search(r"[^\w\s.,!?'\u2019\u2018\"\u201c\u201d-]|\d|_|(?<!\w)-(?=\S)", text):
        return None
    if not strict and text.strip().casefold() in ("1", "0"):
        return text.strip() == "1"
    # Signs between words are none; within one they make a name of it: "no-prod-key".
    words = words_of(text)
    said = " ".join(words)
    if said in _NO or said in _NO_PHRASES or _polite(words) in _NO:
        return False
    return True if _affirms(words, asks="?" in text, strict=strict) else None


def _polite(words: list[str]) -> str:
    polite = ("please", "thanks", "thank", "you", "sorry", "oh")
    return " ".join(word for word in words if word not in polite)


def _affirms(words: list[str], *, asks: bool, strict: bool) -> bool:
    if asks or not words:
        return False
    said = " ".join(words)
    if said in _IRONY or (strict and words in (["k"], ["true"])):
        return False
    phrases = {said, _polite(words)}
    if phrases & _YES_PHRASES:
        return True
    if not strict and words[0] in _YES:
        phrases.add(" ".join(words[1:]))
    if not strict and phrases & _YES_IN_PASSING:
        return True
    beside = _BESIDE_YES if strict else _BESIDE_YES_IN_PASSING
    known = all(word in _YES or word in beside for word in words)
    return known and words[0] not in _NOT_FIRST and any(word in _YES for word in words)


def asked_beside(text: str) -> tuple[str, str]:
    """Part the questions of a reply from what it states, where they do not doubt what it states."""
    sentences = re.split(r"(?<=[.!?])\s+(?=\S)|\n", text.strip())
    asked = [it for it in sentences if doubt_in(it) == "question"]
    if any(re.search(_DOUBTS_IT, plain(it)) for it in asked):
        return text, ""
    stated = [it for it in sentences if it not in asked]
    asked = [it for it in asked if not re.match(FOR_HELP, plain(it))]
    return " ".join(stated), " ".join(asked)


_DOUBTS_IT = (
    r"^(?:and |but |so |or )*(?:or\b|is (?:that|this|it)\b|are (?:those|these|they)\b|should|would|does (?:that|this|it)\b|"
    r"will (?:that|this|it)\b|can (?:that|this|it)\b|ok\b|okay\b)|\b(?:right|correct|enough|sure|better|good one|instead)\b"
)
FOR_HELP = r"(?:and |so |please )*(?:can|could|would|will) you (?:please )?(?:help|sort|do|handle|take care|look|set)\b"


KEEPS = r"^(?:keep|leave|thats|that is|its|everything is)\b(?!.*\b(?:use|take|add|with|but|and)\b)"
"""What follows a no where it only means the same."""
_COMMENT = r"[,;]\s+(?=(?:because|since|so that|it['’]?s|that['’]?s|they|we|i|our|my)\b)"
"""Where a clause begins that says why, and answers nothing itself."""


def said_first(text: str) -> tuple[str, str]:
    """Return the answer that a reply begins with, and the rest if it takes nothing of it back.

    It is the first sentence, an opening yes or no, or what stands before a comment: ", it's our best".
    """
    parts = re.split(r"(?<=[.!])[ \t]+(?=\S)", text.strip(), maxsplit=1)
    comments = len(parts) < 2 and re.search(_COMMENT, text, re.IGNORECASE)
    if comments and yes_or_no(text[: comments.start()]) is not False:
        parts = [text[: comments.start()], text[comments.end() :]]
    elif len(parts) < 2:
        clause = re.split(r"[,;]\s", text, maxsplit=1)[0]
        more = text[len(clause) + 1 :].strip()
        if yes_or_no(clause) or (yes_or_no(clause) is False and re.match(KEEPS, plain(more))):
            parts = [clause, more]
    first, more = parts if len(parts) > 1 else ("", "")
    limits = re.search(
        r"\b(?:only|just|but|except|unless|first|wait|instead|rather|after|when|later|tomorrow|before)\b",
        plain(more),
    )
    yes = yes_or_no(first) and (limits or names_something(more))
    doubted = doubt_in(more) not in (None, "you_decide" if comments else None)
    return (first, more) if more and not (doubted or negates(more) or yes) else ("", "")


def says_yes(text: str) -> bool:
    """Return whether the text agrees in words; where there are choices, a number is one of them."""
    return not any(map(str.isdigit, text)) and yes_or_no(text) is True


def consents(text: str) -> bool:
    """Return whether the text agrees in the words that terms are agreed to in."""
    agreeing = "agree agreed accept accepted acknowledge approve approved consent"
    return says_yes(text) and not set(agreeing.split()).isdisjoint(words_of(text))


def yes_and_more(text: str) -> str | None:
    """Return what follows a yes that a reply begins with; None if it begins with none."""
    words = words_of(text)
    if " ".join(words) in _IRONY:
        return None
    more = list(dropwhile((_YES - {"go", "please", "correct", "continue"}).__contains__, words))
    return None if more == words else " ".join(more)


def no_and_more(text: str) -> str | None:
    """Return what follows a no that a reply begins with; None if it says no such no."""
    words = words_of(text)
    words = list(dropwhile("oh well sorry um hm eh please".split().__contains__, words))
    if words[:2] == ["do", "not"]:
        words = ["dont", *words[2:]]
    if words and words[0] in ("dont", "never"):
        rest = words[1:]
        return None if set(rest[:1]) & _NOT_A_REFUSAL or _says_yes_too(rest) else " ".join(rest)
    if not words or words[0] not in _REFUSES:
        return None
    rest = words[1:]
    opens = set(rest[:1]) & _NO_NO or " ".join(rest).isdigit()
    worries = rest[:1] == ["dont"] and set(rest[1:2]) & _NOT_A_REFUSAL
    if opens or worries or _says_yes_too(rest) or re.search(_GO, " ".join(rest)):
        return None
    also = " ".join(rest) in _YES_PHRASES or " ".join(rest) in _YES_IN_PASSING
    return None if also else " ".join(rest)


_REFUSES = _NO - {"stop", "cancel", "reject", "false", "decline"}
_GO = r"\b(?:go ahead|go on|please do|do it|do so)\b"


def _says_yes_too(words: list[str]) -> bool:
    return bool(set(words) & (_YES - {"go", "true", "correct"}))


def says_none(text: str, about: Iterable[str] = ()) -> bool:
    """Return whether the text declines something optional; what names something never does.

    Args:
        text: the reply.
        about: words of the question, which name nothing: "no KMS key" declines.
    """
    said = text.strip().casefold()
    if said in ("-", "[]", "{}", '""', "''", "[null]"):
        return True
    words = words_of(text)
    about = set(about)
    named = " ".join(word for word in text.split() if word.casefold().strip(".,;:!?") not in about)
    if not words or names_something(named) or doubt_in(text):
        return False
    if yes_or_no(text) is False:
        return True
    declines = _NONE & set(words) or any(it in " ".join(words) for it in _NONE_PHRASES)
    known = _BESIDE_NONE | _NONE | _NO | about | {f"{word}s" for word in about}
    return bool(declines) and set(words) <= known


def names_something(text: str) -> bool:
    """Return whether a word of the text can be a name: digits or signs in it, or a capital."""
    return any(
        re.search(r"\d|\w[-_./:]\w|^[./~]|/", word) and word.casefold() != "n/a"
        for part in text.split()
        if (word := part.strip(".,;:!?\"'()"))
    ) or bool(re.search(r"[a-z][A-Z]", text))


def doubt_in(text: str, *, free: bool = False) -> Doubt | None:
    """Return what keeps a reply from being an answer: it asks, sets a condition, is unsure.

    Args:
        text: the reply.
        free: whether any text may be the answer, so that its own words mean nothing: "tells when a
            ticket is closed" sets no condition.
    """
    text = text if free else without_courtesy(text)
    said = plain(text)
    words = said.split()
    if not words:
        return None
    if _asks(text, said, words, free=free):
        return "question"
    if len(words) == 1 and names_something(text):
        return None
    if free and len(words) > 6:
        return None
    if re.search(_YOU_DECIDE, said):
        return "you_decide"
    if re.search(_HESITATION, said):
        return "hesitation"
    return "condition" if not free and re.search(_CONDITION, said) else None


def _asks(text: str, said: str, words: list[str], *, free: bool) -> bool:
    words = list(dropwhile(_BEFORE_ASKING.__contains__, words))
    if " ".join(words) in _YES_IN_PASSING and "?" not in text:
        return False
    first = words[0] if words else ""
    others = (word for word in text.split() if not re.search(r"\w[?]\w|://", word))
    if re.search(r"\?\s*[\"')”]*\s*$", text) or (not free and "?" in " ".join(others)):
        return not free or first in _ASKING_FIRST | {"do", "any"} or len(words) <= 3
    if any(said == phrase or (said.startswith(f"{phrase} ") and (not free or len(words) < 9))
           for phrase in _ASKING):  # fmt: skip
        return True
    asks = first in _ASKING_FIRST and len(words) > 1
    if not free and first in _ASKING_WORDS:
        return asks and words[1] != "you"
    if not free and first in _ASKING_IS:
        return len(words) > 2
    return asks and words[1] in _AUXILIARIES and not (free and len(words) > 6)


def politely_asked(text: str) -> tuple[bool, str]:
    """Return whether a wish is put as a question, and the wish: "could you take nova pro?"."""
    asked = re.match(_POLITELY_ASKED, text, re.IGNORECASE)
    return (True, text[asked.end() :].rstrip(" ?.")) if asked else (False, text)


_POLITELY_ASKED = (
    r"\s*(?:(?:please|ok|so|and|but|actually),?\s+)*(?:(?:can|could|may)\s+(?:it|that|this|the \w+)\s+be\s+|"
    r"(?:can|could|would|will|may|shall|should)\s+(?:you|we|i)\s+(?:(?:please|maybe|just)\s+)*"
    r"(?=(?:also\s+)?(?:use|take|have|go|add|put|write|call|name|make|choose|pick|keep|try|set|change|evaluate|"
    r"remove|drop|leave|include|get|do|skip|swap|switch)\b))"
)


def means_default(text: str) -> bool:
    """Return whether the text asks for what is proposed, or for what was before."""
    said = re.sub(r"^(?:please|just|ok|okay|yes|sure|then|well) ", "", plain(text))
    said = re.sub(r" (?:please|thanks|thank you|then)$", "", said)
    return bool(re.fullmatch(_DEFAULT, said))


def means_another_time(text: str) -> bool:
    """Return whether the text refers to what was answered another time, which is not known."""
    return bool(re.fullmatch(_ANOTHER_TIME, plain(text)))


def negates(text: str) -> bool:
    """Return whether the text has a word that denies."""
    return bool(_NEGATIONS & set(words_of(text)))


def content(text: str, about: Iterable[str] = ()) -> list[str]:
    """Return the words of a reply that are neither polite nor words of the question."""
    about = set(about)
    return [word for word in words_of(text) if word not in POLITE and word not in about]
