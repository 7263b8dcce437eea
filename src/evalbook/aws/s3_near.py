"""Why there is no object where one was looked for: what is there instead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from urllib.parse import unquote

from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, in_parallel
from evalbook.errors import AnswerRejected, reject
from evalbook.texts import joined, nearest, printable

# One page a folder: names near the one typed are wanted, not an inventory.
_PAGE = 1000
_SUGGESTIONS = 5
_LEVELS = 6


def reject_missing(aws: Aws, uri: S3Uri, *, deleted: bool = False) -> AnswerRejected:
    """Look below, beside and above a key that is not there; one question a level, all at once."""
    message = f"There is no object {uri}."
    if deleted:
        message = f"{uri} was deleted; the bucket still has older versions of it."
    key = uri.key.rstrip("/")
    parents = _list_parents(key)
    questions = [partial(_list_keys, aws, uri.bucket, f"{key}/" if uri.key else "", delimiter="")]
    questions += [partial(_list_keys, aws, uri.bucket, prefix) for prefix, _ in parents]
    try:
        inside, *above = in_parallel(questions)
    except (AwsDenied, AwsInvalid):
        return reject("s3.missing", message, "Check the key; you may not list the bucket.")
    if inside:
        remedy = f"Give an object in it, such as {_either(uri.bucket, _lines_first(inside))}."
        return reject("s3.folder", f"{uri} is a folder. One object is needed.", remedy)
    levels = ((*parent, keys) for parent, keys in zip(parents, above, strict=True) if keys)
    prefix, wanted, there = next(levels, ("", "", []))
    similar = _find_similar(prefix, wanted, there)
    near = _either(uri.bucket, similar or _lines_first(there))
    if not uri.key or uri.key.endswith("/"):
        remedy = f"Did you mean {near}?" if there else "Upload the file with `aws s3 cp`."
        return reject("s3.missing", f"There is nothing under {uri}.", remedy)
    if similar:
        remedy = f"Did you mean {near}?"
    elif there:
        remedy = f"The closest match is {near}."
    else:
        remedy = "The bucket is empty: upload the file with `aws s3 cp` first."
    return reject("s3.missing", message, remedy)


def _list_parents(key: str) -> list[tuple[str, str]]:
    """Return the folders above a key, nearest first, each with what was wanted in it."""
    names = key.split("/")
    levels = [
        ("".join(f"{name}/" for name in names[:depth]), names[depth])
        for depth in range(len(names) - 1, -1, -1)
    ]
    return levels[:_LEVELS]


def _list_keys(aws: Aws, bucket: str, prefix: str, delimiter: str = "/") -> list[str]:
    page = aws.client("s3").list_objects_v2(
        Bucket=bucket, Prefix=prefix, Delimiter=delimiter, MaxKeys=_PAGE
    )
    keys = [item["Key"] for item in page.get("Contents", ())]
    folders = [item["Prefix"] for item in page.get("CommonPrefixes", ())]
    # Consoles make empty objects that stand for folders.
    return [key for key in [*keys, *folders] if key != prefix]


def _find_similar(prefix: str, wanted: str, keys: Sequence[str]) -> list[str]:
    by_name: dict[str, list[str]] = {}
    for key in keys:
        by_name.setdefault(_comparable(key.removeprefix(prefix)), []).append(key)
    near = nearest(_comparable(wanted), by_name, _SUGGESTIONS, 0.7)
    return [key for name in near for key in by_name[name]]


def _comparable(name: str) -> str:
    return unquote(name).rstrip("/").casefold()


def _lines_first(keys: Sequence[str]) -> list[str]:
    return sorted(keys, key=lambda key: not key.lower().endswith(".jsonl"))


def _either(bucket: str, keys: Sequence[str]) -> str:
    return joined([printable(str(S3Uri(bucket, key))) for key in keys[:_SUGGESTIONS]], "or")
