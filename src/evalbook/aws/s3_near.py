"""What is in S3 where an object was looked for and not found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote

from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, in_parallel
from evalbook.texts import nearest

# One page a folder: names near the one typed are wanted, not an inventory.
_PAGE = 1000
_SUGGESTIONS = 5
_LEVELS = 6


@dataclass(frozen=True)
class Nearby:
    """What there is instead of an object, each list with at most five entries."""

    inside: tuple[S3Uri, ...] = ()
    """Objects below the key, which is a folder; JSON Lines files come first."""
    similar: tuple[S3Uri, ...] = ()
    """Objects or folders with nearly the same name."""
    beside: tuple[S3Uri, ...] = ()
    """What the nearest folder that exists holds, where nothing in it has a similar name."""


def look_nearby(aws: Aws, uri: S3Uri, region: str | None) -> Nearby:
    """Look below, beside and above a key that is not there; one question a level, all at once.

    Raises:
        AwsDenied: the bucket may not be listed.
    """
    folder = uri.key.rstrip("/") + "/" if uri.key else ""
    parents = _list_parents(uri.key.rstrip("/"))
    inside, *above = in_parallel(
        [
            partial(_list_keys, aws, uri.bucket, folder, region, delimiter=""),
            *(partial(_list_keys, aws, uri.bucket, prefix, region) for prefix, _ in parents),
        ]
    )
    if inside:
        return Nearby(inside=_choose_uris(uri.bucket, inside))
    for (prefix, wanted), found in zip(parents, above, strict=True):
        if found:
            similar = _find_similar(prefix, wanted, found)
            if similar:
                return Nearby(similar=tuple(S3Uri(uri.bucket, key) for key in similar))
            return Nearby(beside=_choose_uris(uri.bucket, found))
    return Nearby()


def _list_parents(key: str) -> list[tuple[str, str]]:
    """Return the folders above a key, nearest first, each with what was wanted in it."""
    names = key.split("/")
    levels = [
        ("".join(f"{name}/" for name in names[:depth]), names[depth])
        for depth in range(len(names) - 1, -1, -1)
    ]
    return levels[:_LEVELS]


def _list_keys(
    aws: Aws, bucket: str, prefix: str, region: str | None, delimiter: str = "/"
) -> tuple[str, ...]:
    page = aws.client("s3", region).list_objects_v2(
        Bucket=bucket, Prefix=prefix, Delimiter=delimiter, MaxKeys=_PAGE
    )
    keys = [item["Key"] for item in page.get("Contents", ())]
    folders = [item["Prefix"] for item in page.get("CommonPrefixes", ())]
    # Consoles make empty objects that stand for folders.
    return tuple(key for key in [*keys, *folders] if key != prefix)


def _find_similar(prefix: str, wanted: str, keys: tuple[str, ...]) -> list[str]:
    by_name: dict[str, list[str]] = {}
    for key in keys:
        by_name.setdefault(_comparable(key.removeprefix(prefix)), []).append(key)
    near = nearest(_comparable(wanted), by_name, _SUGGESTIONS, 0.7)
    return [key for name in near for key in by_name[name]][:_SUGGESTIONS]


def _comparable(name: str) -> str:
    return unquote(name).rstrip("/").casefold()


def _choose_uris(bucket: str, keys: tuple[str, ...]) -> tuple[S3Uri, ...]:
    lines_first = sorted(keys, key=lambda key: not key.lower().endswith(".jsonl"))
    return tuple(S3Uri(bucket, key) for key in lines_first[:_SUGGESTIONS])
