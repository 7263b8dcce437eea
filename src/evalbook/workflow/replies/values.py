"""The one value that a sentence gives: a name, an ARN, a place in S3, a region, a file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import TypedDict

from evalbook.packaged import DataFile
from evalbook.texts import without_accents
from evalbook.workflow.replies.choices import from_another_time, understand_choice
from evalbook.workflow.replies.numbers import NUMBER_WORDS, with_digits
from evalbook.workflow.replies.reading import (
    AskBack,
    Hesitates,
    Incomplete,
    NotUnderstood,
    Reading,
    Taken,
)
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
    words_of,
    yes_or_no,
)
from evalbook.workflow.turn import Question

S3_URI = r"s3[an]?://[^\s,;\"'<>`)\]]+"
ARN = r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(?:\d{12}|aws)?:[^\s,;\"'<>`)\]]+"
REGION = (
    r"(?<![\w./:-])(?:us-gov|us|eu|ap|ca|sa|af|me|il|mx|cn)-"
    r"(?:central|(?:north|south)?(?:east|west)|north|south)-[1-9](?![\w/-])"
)
_QUOTED = r"[\"“”`]([^\"“”`]{1,300})[\"“”`]|(?<!\w)'([^']{1,300})'(?!\w)"
_CALLED = r"\b(?:called|named|name it|call it|call that|call them|titled)\s+(\S+)"
_SAME_BUCKET = (
    r"\b(?:(?:the |that )?same bucket|that bucket|this bucket|bucket as before)\b"
    r"(?: as (?:the |my )?(?:dataset|data|before))?"
)
_FOLDERS = (
    (
        r"\b(?:sub-?folder|folder|prefix|path|directory|dir|under|into?|to)\s+(?:(?:called|named|the|a|an|new|"
        r"folder|sub-?folder|prefix|path|directory|of|is|it|its|should be|be|to)\s+)*"
        r"[\"'`“]?/?(?P<name>[\w!.*()/=-]+?)/?[\"'`”]?(?=$|[\s,;.!?])"
    ),
    r"[\"'`“]?(?P<name>[\w!.*()/=-]+?)/?[\"'`”]?\s+(?:sub-?folder|folder|prefix|directory)\b",
)
_BUCKET = (
    r"\bbucket\s+(?:(?:called|named|is|should be)\s+)?[\"'`“]?(?P<after>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\b"
    r"|\b(?P<before>[a-z0-9][a-z0-9.]*-[a-z0-9.-]{0,60}[a-z0-9])\s+bucket\b"
)
_NO_FOLDER = frozenset(
    "the a an same that this bucket s3 it my our folder prefix as of in and another new there data "
    "dataset".split()
)
_AROUND_FOLDER = _NO_FOLDER | frozenset(
    "others other but with same results result output outputs write put save store them everything all default "
    "bucket go goes should into called named to under sub subfolder somewhere".split()
)
_BARE = r"[\w.:/@+=,-]+"


def understand_text(reply: str, question: Question, about: Iterable[str] = ()) -> Reading:
    """Read a reply of which the step itself knows the form; only what is plainly no answer is told.

    Args:
        reply: the whole reply.
        question: with its default.
        about: words of the question, which name nothing.
    """
    said = only(reply)
    proposed = question.default is not None and not says_none(question.default)
    if proposed and (says_yes(said) or means_default(said)):
        assert question.default is not None  # noqa: S101 - for the type checker
        if consents(said):
            return AskBack(question.default)
        return Taken(question.default, exact=False)
    if question.default is not None and means_default(said):
        return Taken(question.default, exact=False)
    if said != reply:
        return Taken(said, exact=False)
    if means_another_time(said) or (question.default is None and means_default(said)):
        return from_another_time(question)
    doubt = doubt_in(said)
    if doubt and not _is_data(said):
        if doubt == "you_decide" and proposed and question.default:
            return AskBack(question.default)
        return Hesitates(doubt)
    declined = question.default in ("none", "default") and _declines(said, about)
    named = question.default and content(said, about) == [question.default.casefold()]
    if question.default and (declined or named):
        return Taken(question.default, exact=plain(said) == question.default)
    return NotUnderstood()


def _declines(text: str, about: Iterable[str]) -> bool:
    """Return whether a reply declines something optional, and does no more."""
    first, *more = re.split(r"[,;.]\s+", text, maxsplit=1)
    known = POLITE | {"keep", "leave", "as", *about} | _USUAL
    return says_none(text, about) or (says_none(first, about) and set(words_of(*more)) <= known)


_USUAL = frozenset("standard default defaults usual public enough own built-in".split())


def _is_data(text: str) -> bool:
    """Return whether a text is JSON, or an assignment, whose words are not said to us."""
    return text.lstrip().startswith(("{", "[", "```")) or bool(re.match(r"\s*[\w.-]+\s*=", text))


def understand_name(reply: str, question: Question, about: Iterable[str] = ()) -> Reading:
    """Read a reply that gives a name or an ARN, alone or in a sentence: "it's called support-bot"."""
    first = understand_text(reply, question, about)
    if not isinstance(first, NotUnderstood):
        return first
    if re.match(_SAME_AS, reply, re.IGNORECASE):
        return from_another_time(question)
    name = name_in(reply, about)
    if name is None or name == reply.strip():
        return NotUnderstood()
    return Taken(name, exact=False)


def understand_free_name(reply: str, question: Question, about: Iterable[str] = ()) -> Reading:
    """Read a name that may be any words, so that only "call it NAME" is told from the name."""
    first = understand_text(reply, question, about)
    if not isinstance(first, NotUnderstood):
        return first
    if re.match(_SAME_AS, reply, re.IGNORECASE):
        return from_another_time(question)
    called = re.fullmatch(rf".*?{_CALLED}\W*", reply, re.IGNORECASE)
    return Taken(called[1].strip(".!\"'"), exact=False) if called else NotUnderstood()


def name_in(text: str, about: Iterable[str] = ()) -> str | None:
    """Return the one name or ARN that a sentence gives; None if it gives none, or several."""
    arns = [it.rstrip(".:!?") for it in re.findall(ARN, text)]
    if arns:
        follows = text.strip()[len(arns[0]) :] if text.strip().startswith(arns[0]) else ""
        return arns[0] if len(set(arns)) == 1 and _only_polite(follows) else None
    if (quoted := re.fullmatch(_QUOTED, text.strip())) or len(re.findall(_QUOTED, text)) == 1:
        found = quoted or re.search(_QUOTED, text)
        return (found[1] or found[2]).strip() if found else None
    if called := re.search(_CALLED, text, re.IGNORECASE):
        name = called[1].strip(".,;:!?\"'“”`")
        if folded(name) not in POLITE:
            return name
    beside = POLITE | set(about) | _BESIDE_NAME
    kept = [word for part in text.split() if (word := part.strip(".,;:!?\"'()“”`"))]
    names = [word for word in kept if folded(word) not in beside]
    if len(names) == 1 and re.fullmatch(_BARE, names[0]):
        return names[0]
    return None


_BESIDE_NAME = frozenset(
    "called named name names ones the role group model package fine-tuned finetuned tuned try "
    "evaluate test latest newest version of from registered under at no not hm other both either and "
    "but that there with about called trained where wherever put new yours".split()
) - {"not"}


def understand_model(reply: str, question: Question, current: str | None = None) -> Reading:
    """Read which model is meant; "version 1 of support-bot" is its first version, not its newest.

    Args:
        reply: the whole reply.
        question: the model's.
        current: the ARN of the package chosen so far, whose group "version 1" belongs to.
    """
    about = ("model", "models", "package", "group", "fine-tuned", "base")
    first = understand_text(reply, question, about)
    if not isinstance(first, NotUnderstood):
        return first
    if re.search(rf"\b(?:not|no|except|without|but)\b[^,;.]*?(?:{_VERSION_SAID})", reply, re.I):
        return Incomplete("Say which version you want instead.")
    if version := version_in(reply, current):
        return Taken(version, exact=version == reply.strip())
    said = re.search(_VERSION_SAID, reply, re.IGNORECASE)
    if said and not re.search(ARN, reply):
        group = understand_choice(f"{reply[: said.start()]} {reply[said.end() :]}", question)
        if isinstance(group, Taken | AskBack):
            return Taken(f"{group.text}/{with_digits(said[1] or said[2])}", exact=False)
        return Incomplete("Say which group's version you mean, such as GROUP/1.")
    clauses = re.split(r"[,;]\s|(?<=\w)[.!]\s", reply)
    whole = reply
    reply = " ".join(it for it in clauses if not re.search(_NOT_THAT, it, re.IGNORECASE))
    if not reply.strip() or yes_or_no(reply) is not None:
        return Incomplete("Say which one you want.")
    named = understand_name(reply, question, about)
    if not isinstance(named, NotUnderstood) or re.search(ARN, reply):
        return named
    if len(words_of(reply)) < 2:
        return named if reply == whole else Taken(reply.strip(" .!,"), exact=False)
    words = [it for it in content(reply, about) if it not in _BESIDE_NAME and len(it) > 1]
    if not words:
        return Incomplete("Give a group's name, words from it, or an ARN.")
    # Only what can be part of a name is searched for.
    return Taken(" ".join(words), exact=False)


_NOT_THAT = r"\b(?:not|anything but|except|other than|neither)\b"
_VERSION_SAID = (
    rf"(?:\b(?:version|ver\.?|v)\s*\.?\s*(\d{{1,6}}|{NUMBER_WORDS})\b|\bv(\d{{1,6}})\b)"
    r"(?!:\d)"  # as in amazon.nova-lite-v1:0
)


def says_version(text: str) -> bool:
    """Return whether a version is said in words."""
    return bool(re.search(_VERSION_SAID, text, re.IGNORECASE))


def version_in(text: str, current: str | None = None) -> str | None:
    """Return GROUP/VERSION, or the ARN of another version, where a version is said in words."""
    if re.search(ARN, text):
        return None
    found = re.search(_VERSION_SAID, text, re.IGNORECASE)
    if found is None:
        return None
    version = int(with_digits(found[1] or found[2]))
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    name = name_in(rest, ("model", "models", "package", "group"))
    if name and re.fullmatch(r"(?=.*[a-zA-Z])[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name):
        return f"{name}/{version}"
    if current and not name_in(rest) and re.search(r":model-package/[^/]+/\d+$", current):
        return re.sub(r"\d+$", str(version), current)
    return None


def understand_project(reply: str, question: Question) -> Reading:
    """Read a folder's name; what only leads to one is asked back."""
    about = ("project", "folder", "projects", "name", "directory")
    first = understand_text(reply, question, about)
    if isinstance(first, Taken | AskBack | Hesitates):
        return first
    said = reply.strip()
    if yes_or_no(said) is False or re.match(_WHAT_IS_NOT, said, re.IGNORECASE):
        return Incomplete("Say what it should be called.")
    if re.match(_SAME_AS, said, re.IGNORECASE):
        return from_another_time(question)
    if re.search(_UNLIKE, said, re.IGNORECASE):
        return Incomplete("Say what it should be called.")
    if re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", said) and len(said) <= 64:
        return Taken(said)
    name = name_in(said, about)
    if name is not None and re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", name):
        return Taken(name, exact=False)
    called = re.search(_CALLED, said, re.IGNORECASE)
    words = [
        word
        for word in re.findall(
            r"[a-z0-9]+", without_accents(folded(said[called.start(1) :] if called else said))
        )
        if word not in POLITE | set(about)
    ]
    slug = "-".join(words)
    return AskBack(slug, said) if 0 < len(slug) <= 64 and len(words) < 7 else NotUnderstood()


_SAME_AS = r"\W*(?:the )?same (?:name )?as\b"
_UNLIKE = r"\b(?:but|shorter|longer|simpler|another|different|else|better)\b(?![-_])"
_WHAT_IS_NOT = r"\W*(?:not|anything but|no)\s"


def assignments_in(text: str, names: Sequence[str]) -> str | None:
    """Return ``name=value, name=value`` where that is what a reply comes to; None if not.

    Args:
        text: the reply.
        names: those that can be set; empty if any name may be given.
    """
    if text.lstrip().startswith(("{", "[")):
        return None
    pairs = []
    said = re.sub(r"[\s,]+(?:please|thanks|thank you)\W*$", "", text.strip(), flags=re.IGNORECASE)
    for part in re.split(r"[,;\n]\s*(?:and\s+)?|\s+and\s+", with_digits(said) if names else said):
        found = re.fullmatch(_ASSIGNED, part.strip(" ."), re.IGNORECASE)
        if found is None or not (found["sign"] or found["word"] or names):
            return None
        name = re.sub(r"[\s-]+", "_", found["name"].strip()) if names else found["name"].strip()
        fitting = [it for it in names if it == name] or [it for it in names if name in it]
        pairs.append(f"{fitting[0] if len(fitting) == 1 else name}={found['value'].strip()}")
    return ", ".join(pairs)


_ASSIGNED = (
    r"(?:(?:set|make|use|with|put|change|the|a)\s+)*(?P<name>[a-z][\w.:/-]*(?: [a-z][\w-]*)??)"
    r"(?:\s*(?P<sign>=|:)\s*|\s+(?P<word>is|to|of|should be|as|at)\s+|\s+(?=-?\d))(?P<value>\S+)"
)


# Places -----------------------------------------------------------------------------------------


def s3_uris(text: str) -> list[str]:
    """Return the S3 URIs in a text, without what ends the sentence around them."""
    return [it.rstrip(".:!?") for it in re.findall(S3_URI, text, re.IGNORECASE)]


def understand_s3(reply: str, question: Question, current: str | None = None) -> Reading:
    """Read a place in S3: a URI alone or in a sentence, or a folder of the bucket that is proposed.

    Args:
        reply: the whole reply.
        question: with a default, whose bucket "the same bucket" is.
        current: the place answered before, where it is changed.
    """
    said = only(reply).strip().strip("'\"<>` ")
    uris = s3_uris(said)
    alone = said.casefold().startswith("s3://") and (
        len(said.split()) == 1 or _ends_in_a_file(said)
    )
    if alone and len(uris) == 1:
        return NotUnderstood() if said == reply.strip() else Taken(said, exact=False)
    if len(uris) == 1:
        if re.match(_WHAT_IS_NOT, said, re.IGNORECASE):
            return Incomplete("Say which one you want instead.")
        doubt = doubt_in(said)
        if doubt:
            return Hesitates(doubt)
        if said.casefold().startswith("s3://") and not _only_polite(said[len(uris[0]) :]):
            return NotUnderstood()
        return Taken(uris[0], exact=False)
    if len(uris) > 1:
        return Incomplete("That names more than one place. Give one.")
    first = understand_text(reply, question)
    if not isinstance(first, NotUnderstood):
        return first
    named, base = _in_named_bucket(said, question, current or question.default)
    if place := _folder_of(named, base):
        return Taken(place, exact=False)
    as_the_data = question.default and re.search(_AS_THE_DATA, said, re.IGNORECASE)
    return AskBack(question.default or "") if as_the_data else NotUnderstood()


_AS_THE_DATA = (
    r"\b(?:same (?:place|bucket )?(?:as|where)|next to|beside|near|with|where) (?:the |my )?(?:eval\w* )?"
    r"(?:data|dataset|records)\b(?! \w+ folder)"
)


def _in_named_bucket(text: str, question: Question, base: str | None) -> tuple[str, str | None]:
    """Return a reply without the bucket of the list that it names, and a place in that bucket."""
    for at, choice in enumerate(question.choices):
        order = ("first", "second", "third", "fourth", "fifth")[at : at + 1]
        names = "|".join([re.escape(choice.label), *(f"(?:the )?{it} bucket" for it in order)])
        found = re.search(rf"(?<![\w.-])(?:{names})(?![\w.-])/?", text, re.IGNORECASE)
        if found and not re.match(_WHAT_IS_NOT, text, re.IGNORECASE):
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            return f"same bucket {rest}", choice.value
    return text, base


def _only_polite(text: str) -> bool:
    """Tell whether what follows a value goes on with the sentence, and not with the value."""
    return not text.strip() or text.lstrip()[:1] in ",;.!?)" or set(words_of(text)) <= POLITE


def _ends_in_a_file(text: str) -> bool:
    return bool(re.search(r"\.\w{2,8}$", text)) and len(s3_uris(text)) == 1


def _folder_of(text: str, base: str | None) -> str | None:
    """Return the place that a bucket and a folder make, in words: "same bucket, folder out"."""
    same = re.search(_SAME_BUCKET, text, re.IGNORECASE)
    other = None if same else re.search(_BUCKET, text)
    bucket = other and (other["after"] or other["before"])
    if bucket in _NO_FOLDER:
        bucket = other = None
    around = same or other
    rest = f"{text[: around.start()]} {text[around.end() :]}" if around else text
    folder = _named_folder(rest, alone=around is not None)
    if bucket is None and base:
        bucket = base.removeprefix("s3://").partition("/")[0]
    if folder is None and same and base and not set(words_of(rest)) - POLITE - _AROUND_FOLDER:
        return base
    if not bucket or (folder is None and other is None):
        return None
    ending = "" if folder and re.search(r"\.\w{2,8}$", folder) else "/"
    return f"s3://{bucket}/{folder}{ending}" if folder else f"s3://{bucket}/"


def _named_folder(text: str, *, alone: bool) -> str | None:
    """Return the folder that a text names; ``alone`` where a single word will do."""
    for pattern in _FOLDERS:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            name = found["name"].strip("/.")
            # Words that say more than where the results go may mean another place.
            rest = f"{text[: found.start()]} {text[found.end() :]}"
            if set(words_of(rest)) - POLITE - _AROUND_FOLDER:
                continue
            if name and name.casefold() not in _NO_FOLDER:
                return name
    beside = POLITE | _AROUND_FOLDER
    words = [word for word in text.replace(",", " ").split() if folded(word) not in beside]
    plainly = alone and len(words) == 1 and re.fullmatch(r"[\w./=-]+", words[0])
    return words[0].strip("/.") if plainly else None


class _Places(TypedDict):
    places: dict[str, list[str]]
    """By region, what people call where it is."""


PLACES = DataFile("data/places.json", _Places)


@cache
def _places() -> dict[str, str]:
    known = PLACES.facts["places"].items()
    return {name: region for region, names in known for name in names}


def region_of(text: str) -> str | None:
    """Return the region whose place a text names: Ireland is eu-west-1; None for none or several."""
    said = f" {re.sub(r'[^a-zà-ÿ]+', ' ', folded(text))} "
    found = {region: name for name, region in _places().items() if f" {name} " in said}
    # "South Korea" is no "Korea" besides.
    return next(iter(found)) if len(found) == 1 else None


def understand_region(reply: str, question: Question) -> Reading:
    """Read a region: its code alone or in a sentence, or a place, which is asked back."""
    said = only(reply).strip().strip("'\"")
    codes = {code.casefold() for code in re.findall(REGION, said, re.IGNORECASE)}
    if len(codes) == 1 and re.match(_WHAT_IS_NOT, said, re.IGNORECASE):
        return Incomplete("Say which region you want instead.")
    if len(codes) == 1:
        code = codes.pop()
        doubt = doubt_in(said)
        return Hesitates(doubt) if doubt else Taken(code, exact=code == said)
    if len(codes) > 1:
        return Incomplete("That names more than one region. Give one.")
    if question.default and re.search(r"\b(?:model|package)\b", said) and not region_of(said):
        return AskBack(question.default)
    first = understand_text(reply, question)
    if not isinstance(first, NotUnderstood):
        return first
    spaced = re.sub(r"[\s_.]+", "-", said.casefold())
    if re.fullmatch(REGION, spaced, re.IGNORECASE):
        return AskBack(spaced, said)
    if re.fullmatch(
        rf"{REGION}[a-f]|(?:us|eu|ap|ca|sa)(?:north|south)?(?:east|west|central)\d",
        said,
        re.I,
    ):
        return NotUnderstood()
    region = region_of(said)
    if region and not re.search(r"\b(?:not|no|never|anywhere but)\b", folded(said)):
        return AskBack(region, said)
    return NotUnderstood()


def understand_metrics_file(reply: str, _question: Question) -> Reading:
    """Read whether there are custom metrics, and where: none, a file in a sentence, or the JSON."""
    about = (
        "custom", "metric", "metrics", "own", "file", "json", "the", "none", "built-in", "builtin",
        "default", "standard", "ones", "enough", "fine", "built-ins", "builtins", "will", "those",
    )  # fmt: skip
    said = only(reply).strip() if not reply.lstrip().startswith(("[", "{")) else reply
    if _is_data(said):
        return NotUnderstood()
    if (
        says_none(said, about)
        or means_default(said)
        or said == "0"
        or "not that i know" in plain(said)
    ):
        return Taken("none", exact=plain(said) == "none")
    doubt = doubt_in(said)
    if doubt:
        return Hesitates(doubt)
    words = words_of(said)
    if says_yes(said) or (
        set(words) & {"yes", "yeah", "yep"}
        and set(words) <= POLITE | set(about) | {"some", "two", "few", "there", "are"}
    ):
        return Incomplete("Give the path of their JSON file, or paste the JSON itself.")
    paths = [
        word
        for part in said.split()
        if re.search(r"\.json$", word := part.strip(",;:!?\"'()`").rstrip("."), re.IGNORECASE)
    ]
    if len(paths) == 1 and paths[0] != said and not re.match(r"[./~]", said):
        return Taken(paths[0], exact=False)
    if not paths and len(words) > 2 and not re.search(r"[/\\]", said):
        return Incomplete(
            "Say none, or give the path of their JSON file, or paste the JSON itself."
        )
    return NotUnderstood()


def understand_free(reply: str, question: Question) -> Reading:
    """Read a reply of which any text may be the answer, unless it plainly is none."""
    if means_default(reply) and question.default:
        return Taken(question.default, exact=False)
    if question.default and says_yes(reply):
        return Taken(question.default, exact=False)
    doubt = doubt_in(reply, free=True)
    if doubt:
        return Hesitates(doubt)
    words = words_of(reply)
    if " ".join(words) in _PLACEHOLDERS:
        return Incomplete("That does not say anything yet.")
    if (
        all(word in POLITE or word.isdigit() for word in words)
        or says_yes(reply)
        or says_none(reply)
    ):
        return NotUnderstood("It does not describe anything.")
    statements, asked = _split_question(reply)
    if asked and statements:
        return Taken(statements, exact=False, left=asked)
    return Taken(reply)


_PLACEHOLDERS = frozenset(
    {
        "tbd", "todo", "tba", "see above", "see below", "same", "same as above", "asdf", "test", "foo", "xxx",
        "none of your business", "secret", "anything", "something", "stuff", "nothing special",
    }
)  # fmt: skip


def _split_question(text: str) -> tuple[str, str]:
    """Part a question to us at the end of a text from what is stated before it."""
    sentences = re.split(r"(?<=[.!?])\s+", text.strip())
    if len(sentences) > 1 and doubt_in(sentences[-1], free=True) == "question":
        return " ".join(sentences[:-1]), sentences[-1]
    return text, ""


def search_in_bucket(text: str, question: Question) -> str | None:
    """Return what a reply looks for in a bucket, as ``s3://bucket/*part*``: "tickets, in bucket b".

    None if it names no bucket, or a URI. Of what is listed, it may name parts alone.
    """
    if re.search(r"://|^\S*/", text) or re.match(_WHAT_IS_NOT, text, re.IGNORECASE):
        return None
    found = re.search(_BUCKET, text)
    bucket = found and (found["after"] or found["before"])
    if bucket in _NO_FOLDER:
        bucket = None
    rest = f"{text[: found.start()]} {text[found.end() :]}" if found and bucket else text
    parts = [it.rstrip("s") for it in content(rest) if it not in _AROUND_DATA]
    if not bucket:
        listed = [it.value for it in question.choices]
        fit = [uri for uri in listed if parts and all(part in uri.casefold() for part in parts)]
        if len(fit) <= 1:
            return fit[0] if fit else None
        bucket = fit[0].split("/")[2]
    return f"s3://{bucket}/*{'*'.join(parts[:_PARTS])}*".replace("**", "*")


_PARTS = 3
_AROUND_DATA = frozenset(
    "somewhere something called named think or so file files object data dataset test set eval evaluation "
    "records there sits lies lives look looking find search where what which with name folder from of "
    "one under know not sure dont maybe perhaps bit like kind some any can could would you me us see "
    "its".split()
)
