"""Where something lies, in a reply: a place in S3, a bucket to search, a region."""

from __future__ import annotations

import re
from typing import TypedDict

from evalbook.packaged import DataFile
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Reading, Taken
from evalbook.workflow.replies.values import WHAT_IS_NOT, only_polite, understand_text
from evalbook.workflow.replies.vocabulary import vocabulary
from evalbook.workflow.replies.words import (
    POLITE,
    content,
    doubt_in,
    folded,
    only,
    without_match,
    words_of,
)
from evalbook.workflow.turn import Question

_S3_URI = r"s3[an]?://[^\s,;\"'<>`)\]]+"
REGION = (
    r"(?<![\w./:-])(?:us-gov|us|eu|ap|ca|sa|af|me|il|mx|cn)-"
    r"(?:central|(?:north|south)?(?:east|west)|north|south)-[1-9](?![\w/-])"
)
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
_AROUND_FOLDER = POLITE | vocabulary("no_folder") | vocabulary("around_folder")


def understand_s3(reply: str, question: Question) -> Reading:
    """Read a place in S3: a URI alone or in a sentence, or a folder of the bucket that is proposed."""
    said = only(reply).strip().strip("'\"<>` ")
    uris = [it.rstrip(".:!?") for it in re.findall(_S3_URI, said, re.IGNORECASE)]
    if len(uris) > 1:
        return Incomplete("That names more than one place. Give one.")
    if uris:
        begins = said.casefold().startswith("s3://")
        # A file's name may have spaces in it.
        if begins and (len(said.split()) == 1 or re.search(r"\.\w{2,8}$", said)):
            return None if said == reply.strip() else Taken(said)
        if re.match(WHAT_IS_NOT, said, re.IGNORECASE):
            return Incomplete("Say which one you want instead.")
        if doubt := doubt_in(said):
            return Hesitates(doubt)
        goes_on = begins and not only_polite(said[len(uris[0]) :])
        return None if goes_on else Taken(uris[0])
    if found := re.fullmatch(_KEY_IN_BUCKET, said):
        return Taken(f"s3://{found['bucket']}/{found['key']}")
    if first := understand_text(reply, question):
        return first
    named, base = _in_named_bucket(said, question, question.default)
    if place := _folder_of(named, base):
        return Taken(place)
    if question.default and re.search(_AS_THE_DATA, said, re.IGNORECASE):
        return AskBack(question.default)
    return None


_KEY_IN_BUCKET = (
    r"(?:the )?(?:file )?(?P<key>[\w.-]+/[\w./-]+\.\w{2,8}),? (?:in|from) (?:the |my )?(?:bucket )?"
    rf"(?!{REGION})(?P<bucket>[a-z0-9][a-z0-9.-]{{1,61}}[a-z0-9])(?: bucket)?[.!]?"
)
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
        if found and not re.match(WHAT_IS_NOT, text, re.IGNORECASE):
            return f"same bucket {without_match(found)}", choice.value
    return text, base


def _bucket_in(text: str) -> tuple[str | None, str]:
    """Return the bucket that a text names, and the text without it."""
    found = re.search(_BUCKET, text)
    bucket = found and (found["after"] or found["before"])
    if found is None or bucket in vocabulary("no_folder"):
        return None, text
    return bucket, without_match(found)


def _folder_of(text: str, base: str | None) -> str | None:
    """Return the place that a bucket and a folder make, in words: "same bucket, folder out"."""
    same = re.search(_SAME_BUCKET, text, re.IGNORECASE)
    beside = same or re.search(_AS_THE_DATA, text, re.IGNORECASE)
    named, rest = (None, without_match(beside)) if beside else _bucket_in(text)
    folder = _named_folder(rest, alone=bool(same or named))
    if folder is None and same and base and not set(words_of(rest)) - _AROUND_FOLDER:
        return base
    bucket = named or (base or "").removeprefix("s3://").partition("/")[0]
    if not bucket or not (folder or named):
        return None
    ending = "" if folder and re.search(r"\.\w{2,8}$", folder) else "/"
    return f"s3://{bucket}/{folder}{ending}" if folder else f"s3://{bucket}/"


def _named_folder(text: str, *, alone: bool) -> str | None:
    """Return the folder that a text names; ``alone`` where a single word will do."""
    for pattern in _FOLDERS:
        for found in re.finditer(pattern, text, re.IGNORECASE):
            name = found["name"].strip("/.")
            # Words that say more than where the results go may mean another place.
            more = set(words_of(without_match(found))) - _AROUND_FOLDER
            if name and not more and name.casefold() not in vocabulary("no_folder"):
                return name
    words = [word for word in text.replace(",", " ").split() if folded(word) not in _AROUND_FOLDER]
    plainly = alone and len(words) == 1 and re.fullmatch(r"[\w./=-]+", words[0])
    return words[0].strip("/.") if plainly else None


def search_in_bucket(text: str, question: Question) -> str | None:
    """Return what a reply looks for in a bucket, as ``s3://bucket/*part*``: "tickets, in bucket b".

    None if it names no bucket, or a URI. Of what is listed, it may name parts alone.
    """
    if re.search(r"://|^\S*/", text) or re.match(WHAT_IS_NOT, text, re.IGNORECASE):
        return None
    bucket, rest = _bucket_in(text)
    parts = [it.rstrip("s") for it in content(rest) if it not in vocabulary("around_data")]
    if not bucket:
        listed = [it.value for it in question.choices]
        fit = [uri for uri in listed if parts and all(part in uri.casefold() for part in parts)]
        if len(fit) <= 1:
            return fit[0] if fit else None
        bucket = fit[0].split("/")[2]
    return f"s3://{bucket}/*{'*'.join(parts[:3])}*".replace("**", "*")


class _Places(TypedDict):
    places: dict[str, list[str]]
    """By region, what people call where it is."""


PLACES = DataFile("data/places.json", _Places)


def region_of(text: str) -> str | None:
    """Return the region whose place a text names: Ireland is eu-west-1; None for none or several."""
    said = f" {re.sub(r'[^a-zà-ÿ]+', ' ', folded(text))} "
    places = PLACES.facts["places"].items()
    found = [region for region, names in places if any(f" {it} " in said for it in names)]
    return found[0] if len(found) == 1 else None


def understand_region(reply: str, question: Question) -> Reading:
    """Read a region: its code alone or in a sentence, or a place, which is asked back."""
    said = only(reply).strip().strip("'\"")
    codes = {code.casefold() for code in re.findall(REGION, said, re.IGNORECASE)}
    if len(codes) > 1:
        return Incomplete("That names more than one region. Give one.")
    if codes:
        if re.match(WHAT_IS_NOT, said, re.IGNORECASE):
            return Incomplete("Say which region you want instead.")
        [code], doubt = codes, doubt_in(said)
        return Hesitates(doubt) if doubt else Taken(code, exact=code == said)
    if question.default and re.search(r"\b(?:model|package)\b", said) and not region_of(said):
        return AskBack(question.default)
    if first := understand_text(reply, question):
        return first
    spaced = re.sub(r"[\s_.]+", "-", said.casefold())
    if re.fullmatch(REGION, spaced, re.IGNORECASE):
        return AskBack(spaced, said)
    region = region_of(said)
    if region and not re.search(r"\b(?:not|no|never|anywhere but)\b", folded(said)):
        return AskBack(region, said)
    return None
