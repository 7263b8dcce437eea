"""The one value that a sentence gives: a name, an ARN, a version, a file, or any text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evalbook.texts import without_accents
from evalbook.workflow.replies.choices import from_another_time, understand_choice
from evalbook.workflow.replies.numbers import NUMBER_WORDS, with_digits
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Reading, Taken
from evalbook.workflow.replies.vocabulary import vocabulary
from evalbook.workflow.replies.words import (
    POLITE,
    consents,
    content,
    doubt_in,
    folded,
    means_another_time,
    means_default,
    only,
    plain,
    says_none,
    says_yes,
    without_match,
    words_of,
    yes_or_no,
)
from evalbook.workflow.turn import Question

ARN = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^\s,;\"'<>`)\]]+"
_QUOTED = r"[\"“”`]([^\"“”`]{1,300})[\"“”`]|(?<!\w)'([^']{1,300})'(?!\w)"
_CALLED = r"\b(?:called|named|name it|call it|call that|call them|titled)\s+(\S+)"
_BARE = r"[\w.:/@+=,-]+"


def understand_text(reply: str, question: Question, about: Iterable[str] = ()) -> Reading:
    """Read a reply of which the step itself knows the form; only what is plainly no answer is told.

    ``about`` are words of the question, which name nothing.
    """
    said, default = only(reply), question.default
    proposed = default if default and not says_none(default) else None
    if proposed and says_yes(said):
        return AskBack(proposed) if consents(said) else Taken(proposed)
    if default is not None and means_default(said):
        return Taken(default)
    if said != reply:
        return Taken(said)
    if means_another_time(said) or means_default(said):
        return from_another_time(question)
    doubt = doubt_in(said)
    if doubt and not _is_data(said):
        return AskBack(proposed) if doubt == "you_decide" and proposed else Hesitates(doubt)
    declined = default in ("none", "default") and _declines(said, about)
    if default and (declined or content(said, about) == [default.casefold()]):
        return Taken(default, exact=plain(said) == default)
    return None


def _declines(text: str, about: Iterable[str]) -> bool:
    """Return whether a reply declines something optional, and does no more."""
    first, *more = re.split(r"[,;.]\s+", text, maxsplit=1)
    known = POLITE | vocabulary("beside_default") | set(about)
    return says_none(text, about) or (says_none(first, about) and set(words_of(*more)) <= known)


def _is_data(text: str) -> bool:
    """Return whether a text is JSON, or an assignment, whose words are not said to us."""
    return text.lstrip().startswith(("{", "[", "```")) or bool(re.match(r"\s*[\w.-]+\s*=", text))


def understand_name(reply: str, question: Question, about: Iterable[str]) -> Reading:
    """Read a reply that gives a name or an ARN, alone or in a sentence: "it's called support-bot"."""
    first = understand_text(reply, question, about) or _as_another(reply, question)
    if not first and (name := name_in(reply, about)) and name != reply.strip():
        return Taken(name)
    return first


def understand_free_name(reply: str, question: Question, about: Iterable[str]) -> Reading:
    """Read a name that may be any words, so that only "call it NAME" is told from the name."""
    first = understand_text(reply, question, about) or _as_another(reply, question)
    called = re.fullmatch(rf".*?{_CALLED}\W*", reply, re.IGNORECASE)
    return first or (Taken(called[1].strip(".!\"'")) if called else None)


def _as_another(reply: str, question: Question) -> Reading:
    same = re.match(r"\W*(?:the )?same (?:name )?as\b", reply, re.IGNORECASE)
    return from_another_time(question) if same else None


def name_in(text: str, about: Iterable[str] = ()) -> str | None:
    """Return the one name or ARN that a sentence gives; None if it gives none, or several."""
    arns = [it.rstrip(".:!?") for it in re.findall(ARN, text)]
    if arns:
        before, _, follows = text.strip().partition(arns[0])
        return arns[0] if len(set(arns)) == 1 and (before or only_polite(follows)) else None
    quoted = re.fullmatch(_QUOTED, text.strip())
    found = [quoted] if quoted else list(re.finditer(_QUOTED, text))
    if len(found) == 1:
        return (found[0][1] or found[0][2]).strip()
    if called := re.search(_CALLED, text, re.IGNORECASE):
        name = called[1].strip(".,;:!?\"'“”`")
        if folded(name) not in POLITE:
            return name
    beside = POLITE | set(about) | vocabulary("beside_name")
    kept = [word for part in text.split() if (word := part.strip(".,;:!?\"'()“”`"))]
    names = [word for word in kept if folded(word) not in beside]
    if len(names) == 1 and re.fullmatch(_BARE, names[0]):
        return names[0]
    return None


def only_polite(text: str) -> bool:
    """Tell whether what follows a value goes on with the sentence, and not with the value."""
    return not text.strip() or text.lstrip()[:1] in ",;.!?)" or set(words_of(text)) <= POLITE


def understand_model(reply: str, question: Question, current: str | None) -> Reading:
    """Read which model is meant; "version 1" is one of the group of the ``current`` package's ARN."""
    about = ("model", "models", "package", "group", "fine-tuned", "base")
    if first := understand_text(reply, question, about):
        return first
    if re.search(rf"\b(?:not|no|except|without|but)\b[^,;.]*?(?:{_VERSION_SAID})", reply, re.I):
        return Incomplete("Say which version you want instead.")
    if version := version_in(reply, current):
        return Taken(version, exact=version == reply.strip())
    said = re.search(_VERSION_SAID, reply, re.IGNORECASE)
    if said and not re.search(ARN, reply):
        group = understand_choice(without_match(said), question)
        if isinstance(group, Taken | AskBack):
            return Taken(f"{group.text}/{with_digits(said[1] or said[2])}")
        return Incomplete("Say which group's version you mean, such as GROUP/1.")
    clauses = re.split(r"[,;]\s|(?<=\w)[.!]\s", reply)
    whole = reply
    reply = " ".join(it for it in clauses if not re.search(_NOT_THAT, it, re.IGNORECASE))
    if not reply.strip() or yes_or_no(reply) is not None:
        return Incomplete("Say which one you want.")
    named = understand_name(reply, question, about)
    if named or re.search(ARN, reply):
        return named
    if len(words_of(reply)) < 2:
        return None if reply == whole else Taken(reply.strip(" .!,"))
    beside = {*about, *vocabulary("beside_name")}
    words = [word for word in content(reply, beside) if len(word) > 1]
    if not words:
        return Incomplete("Give a group's name, words from it, or an ARN.")
    # Only what can be part of a name is searched for.
    return Taken(" ".join(words))


_NOT_THAT = r"\b(?:not|anything but|except|other than|neither)\b"
_VERSION_SAID = (
    rf"(?:\b(?:version|ver\.?|v)\s*\.?\s*(\d{{1,6}}|{NUMBER_WORDS})\b|\bv(\d{{1,6}})\b)"
    r"(?!:\d)"  # as in amazon.nova-lite-v1:0
)


def says_version(text: str) -> bool:
    """Return whether a version is said in words."""
    return bool(re.search(_VERSION_SAID, text, re.IGNORECASE))


def version_in(text: str, current: str | None) -> str | None:
    """Return GROUP/VERSION, or the ARN of another version, where a version is said in words."""
    if re.search(ARN, text):
        return None
    found = re.search(_VERSION_SAID, text, re.IGNORECASE)
    if found is None:
        return None
    version = int(with_digits(found[1] or found[2]))
    rest = without_match(found)
    name = name_in(rest, ("model", "models", "package", "group"))
    if name and re.fullmatch(r"(?=.*[a-zA-Z])[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name):
        return f"{name}/{version}"
    if current and not name_in(rest) and re.search(r":model-package/[^/]+/\d+$", current):
        return re.sub(r"\d+$", str(version), current)
    return None


def understand_project(reply: str, question: Question) -> Reading:
    """Read a folder's name; what only leads to one is asked back."""
    about = ("project", "folder", "projects", "name", "directory")
    said = reply.strip()
    if first := understand_text(reply, question, about) or _as_another(said, question):
        return first
    if yes_or_no(said) is False or re.search(rf"^{WHAT_IS_NOT}|{_UNLIKE}", said, re.IGNORECASE):
        return Incomplete("Say what it should be called.")
    if re.fullmatch(_SLUG, said) and len(said) <= 64:
        return Taken(said, exact=True)
    name = name_in(said, about)
    if name is not None and re.fullmatch(_SLUG, name):
        return Taken(name)
    called = re.search(_CALLED, said, re.IGNORECASE)
    told = without_accents(folded(said[called.start(1) :] if called else said))
    words = [it for it in re.findall(r"[a-z0-9]+", told) if it not in POLITE | set(about)]
    slug = "-".join(words)
    return AskBack(slug, said) if 0 < len(slug) <= 64 and len(words) < 7 else None


_SLUG = r"[a-z0-9]+([-_][a-z0-9]+)*"
_UNLIKE = r"\b(?:but|shorter|longer|simpler|another|different|else|better)\b(?![-_])"
WHAT_IS_NOT = r"\W*(?:not|anything but|no)\s"


def understand_assignments(reply: str, names: Sequence[str]) -> Reading:
    """Read ``name=value, name=value``, as it is said; no ``names`` if any name may be given."""
    if reply.lstrip().startswith(("{", "[")):
        return None
    pairs = []
    said = re.sub(r"[\s,]+(?:please|thanks|thank you)\W*$", "", reply.strip(), flags=re.IGNORECASE)
    for part in re.split(r"[,;\n]\s*(?:and\s+)?|\s+and\s+", with_digits(said) if names else said):
        found = re.fullmatch(_ASSIGNED, part.strip(" ."), re.IGNORECASE)
        if found is None or not (found["sign"] or found["word"] or names):
            return None
        name = re.sub(r"[\s-]+" if names else "$^", "_", found["name"].strip())
        fitting = [it for it in names if it == name] or [it for it in names if name in it]
        pairs.append(f"{fitting[0] if len(fitting) == 1 else name}={found['value'].strip()}")
    answer = ", ".join(pairs)
    return Taken(answer) if answer != reply else None


_ASSIGNED = (
    r"(?:(?:set|make|use|with|put|change|the|a)\s+)*(?P<name>[a-z][\w.:/-]*(?: [a-z][\w-]*)??)"
    r"(?:\s*(?P<sign>=|:)\s*|\s+(?P<word>is|to|of|should be|as|at)\s+|\s+(?=-?\d))(?P<value>\S+)"
)


def understand_metrics_file(reply: str, _question: Question) -> Reading:
    """Read whether there are custom metrics, and where: none, a file in a sentence, or the JSON."""
    about = (
        "custom", "metric", "metrics", "own", "file", "json", "the", "none", "built-in", "builtin",
        "default", "standard", "ones", "enough", "fine", "built-ins", "builtins", "will", "those",
    )  # fmt: skip
    said = only(reply).strip() if not reply.lstrip().startswith(("[", "{")) else reply
    if _is_data(said):
        return None
    words = words_of(said)
    says_they_are = bool({"yes", "yeah", "yep"} & set(words))
    declines = says_none(said, about) or means_default(said) or said == "0"
    if (declines and not says_they_are) or "not that i know" in plain(said):
        return Taken("none", exact=plain(said) == "none")
    first, _, rest = said.partition(", ")
    recommended = {"recommended", "suggested", "recommendation", "suggestion"}
    others = {"and", "only", "built", "in", "go", "keep", "stick", *recommended}
    if says_none(first, about) and set(words_of(rest)) <= POLITE | others | set(about):
        wished = not recommended.isdisjoint(words_of(rest))
        return Taken("none", left="built-in metrics: the recommended ones" if wished else "")
    if doubt := doubt_in(said):
        return Hesitates(doubt)
    beside_yes = POLITE | {"some", "two", "few", "there", "are", "it", *about}
    agrees = says_they_are and set(words) <= beside_yes
    if says_yes(said) or agrees:
        return Incomplete("Give the path of their JSON file, or paste the JSON itself.")
    parts = [part.strip(",;:!?\"'()`").rstrip(".") for part in said.split()]
    paths = [it for it in parts if it.casefold().endswith(".json")]
    if len(paths) == 1 and paths[0] != said and not re.match(r"[./~]", said):
        return Taken(paths[0])
    if not paths and len(words) > 2 and not re.search(r"[/\\]", said):
        return Incomplete(
            "Say none, or give the path of their JSON file, or paste the JSON itself."
        )
    return None


def understand_free(reply: str, question: Question) -> Reading:
    """Read a reply of which any text may be the answer, unless it plainly is none."""
    if question.default and (means_default(reply) or says_yes(reply)):
        return Taken(question.default)
    if doubt := doubt_in(reply, free=True):
        return Hesitates(doubt)
    words = words_of(reply)
    polite = bool(words) and all(word in POLITE or word.isdigit() for word in words)
    agrees = yes_or_no(reply) is not None
    elsewhere = means_another_time(reply) or means_default(reply)
    placeholder = " ".join(words) in vocabulary("placeholders")
    if polite or agrees or elsewhere or says_none(reply) or placeholder:
        return Incomplete("That does not say anything yet.")
    # A question to us may follow what is stated.
    *stated, last = re.split(r"(?<=[.!?])\s+", reply.strip())
    if stated and doubt_in(last, free=True) == "question":
        return Taken(" ".join(stated), left=last)
    return Taken(reply, exact=True)
