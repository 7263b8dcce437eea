"""S3 locations as people write them, read without asking AWS."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from evalbook.aws.arns import describe_arn_kind, parse_arn
from evalbook.errors import AnswerRejected

_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_BUCKET_RULE = (
    "A bucket's name has 3 to 63 lowercase letters, digits, hyphens or dots. "
    "`aws s3 ls` lists the buckets of this account."
)
_MOST_KEY_BYTES = 1024  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
_LOCAL_FILE = re.compile(r"[./~]|file:|[A-Za-z]:[\\/]|[^/]+\.\w+$")
# S3's hosts, bucket first or bucket in the path; dual-stack, FIPS and the older s3-region spelling.
_HOST = re.compile(
    r"(?:(?P<bucket>[^/]+)\.)?s3(?:-fips)?(?:[.-](?:dualstack\.)?[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?"
)
_CONSOLE_HOST = re.compile(r"(?:[a-z0-9.-]+\.)?console\.(?:aws\.amazon\.com|amazonaws\.cn)")
# S3Uri in Bedrock's service model, 2023-04-20.
BEDROCK_URI = re.compile(
    r"s3://[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]"
    r"(?:/[-!_*'().a-z0-9A-Z]+(?:/[-!_*'().a-z0-9A-Z]+)*)?/?"
)
# Invisible characters that copying from a web page or a chat leaves at the ends.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_QUOTES = ("''", '""', "``", "<>", "\u2018\u2019", "\u201c\u201d")
# What Jinja or JSON would take for a part of themselves.
_UNSAFE = {
    **{mark: f"the template mark {mark}" for mark in ("{{", "{%", "{#", "}}", "%}", "#}")},
    '"': "a double quote",
    "\\": "a backslash",
    "\n": "a line break",
    "\r": "a line break",
    "\t": "a tab",
}


@dataclass(frozen=True)
class S3Uri:
    """A place in S3: a bucket, and a key or the beginning of keys, which may be empty."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}" if self.key else f"s3://{self.bucket}"


def parse_s3_uri(text: str, *, what: str, key_needed: bool = True) -> S3Uri:
    """Read an S3 URI.

    ``what`` names the thing in messages ("dataset"). Quotes and space around the URI are dropped;
    ``key_needed`` is false where a whole bucket will do.

    Raises:
        AnswerRejected: code ``s3.uri``; the message says what was found instead.
    """
    text = text.strip().strip(_INVISIBLE).strip()
    if len(text) > 1 and text[0] + text[-1] in _QUOTES:
        text = text[1:-1].strip()
    scheme, _, rest = text.partition("://")
    if scheme.lower() != "s3":
        raise _reject_text(text, what, key_needed)
    bucket, _, key = rest.partition("/")
    _check_bucket(bucket, key, what)
    _check_key(bucket, key, what)
    if key_needed and not key:
        raise _reject(
            f"s3://{bucket} is a whole bucket. The {what} is one object.",
            f"Give the object's full URI, such as s3://{bucket}/path/file.jsonl; "
            f"`aws s3 ls s3://{bucket}/` lists what is there.",
        )
    return S3Uri(bucket, key)


def looks_like_a_file(text: str) -> bool:
    """Tell whether a text is meant as the path of a file on this machine."""
    return "://" not in text.removeprefix("file://") and _LOCAL_FILE.match(text) is not None


def refuse_template_text(text: str, what: str) -> None:
    """Refuse text that the SageMaker SDK could not carry unchanged into its pipeline.

    The SDK renders its pipeline definition with Jinja, twice and without a sandbox, and puts
    values between quotes into JSON (``sagemaker/train/evaluate/pipeline_templates.py``, 3.27.0).
    ``what`` names the thing, with or without "the". Give what was read from an answer: quotes and
    line breaks around it are not part of it.

    Raises:
        AnswerRejected: code ``text.template``.
    """
    found = _find_unsafe_part(text)
    if found is not None:
        raise AnswerRejected(
            "text.template",
            f"The {what.removeprefix('the ')} contains {found}, which the SageMaker SDK would "
            "treat as part of its pipeline template or JSON.",
            "Choose one without it.",
        )


def sibling_key(uri: S3Uri, suffix: str) -> S3Uri:
    """Return where a converted copy of an object goes: beside it, as JSON Lines.

    ``sibling_key(s3://b/data/train.csv, "-converted")`` is ``s3://b/data/train-converted.jsonl``.
    """
    path = PurePosixPath(uri.key)
    folder = uri.key[: len(uri.key) - len(path.name)]
    name = PurePosixPath(path.name.removesuffix(".gz")).stem
    return S3Uri(uri.bucket, f"{folder}{name}{suffix}.jsonl")


def _find_unsafe_part(text: str) -> str | None:
    named = next((name for part, name in _UNSAFE.items() if part in text), None)
    # Cc are the control characters, newlines among them; Zl and Zp the line and paragraph
    # separators; Cs halves of characters that no file or request can carry.
    hidden = (it for it in text if unicodedata.category(it) in {"Cc", "Cs", "Zl", "Zp"})
    return named or next((f"the invisible character U+{ord(it):04X}" for it in hidden), None)


def _check_bucket(bucket: str, key: str, what: str) -> None:
    if not bucket:
        path = key.lstrip("/")
        meant = f"Did you mean s3://{path}?" if path else _BUCKET_RULE
        raise _reject(f"There is no bucket name after s3:// in the {what}.", meant)
    if bucket.startswith("arn:"):
        raise _reject(
            f"s3://{bucket} has an ARN instead of the bucket's name.",
            "Give the bucket's name: s3://bucket/key.",
        )
    if bucket != bucket.lower() and _BUCKET.fullmatch(bucket.lower()):
        raise _reject(
            f'"{bucket}" can\'t be a bucket: it has capital letters.',
            f"Did you mean {S3Uri(bucket.lower(), key)}?",
        )
    if not _BUCKET.fullmatch(bucket):
        raise _reject(f"\"{bucket}\" can't be a bucket's name.", _BUCKET_RULE)


def _check_key(bucket: str, key: str, what: str) -> None:
    if key.startswith("/"):
        raise _reject(
            f"The {what}'s path begins with a second slash, which the SageMaker SDK drops.",
            f"Did you mean {S3Uri(bucket, key.lstrip('/'))}?",
        )
    cut = re.search(r"[?#]", key)
    if cut:
        # urllib.parse.urlparse in sagemaker/core/s3/utils.py, parse_s3_url, of version 3.27.0.
        raise _reject(
            f'The {what} contains "{cut[0]}", where the SageMaker SDK would cut it off like a web '
            f"address.",
            "Copy the object to a key without it, and give no version or query.",
        )
    if any(unicodedata.category(character) == "Cs" for character in key):
        raise _reject(
            f"The {what}'s key holds bytes that are not UTF-8 text.",
            "Type the key again, or rename the object.",
        )
    if len(key.encode()) > _MOST_KEY_BYTES:
        raise _reject(
            f"The {what}'s key is longer than the {_MOST_KEY_BYTES} bytes that S3 allows.",
            "Check that nothing else was pasted with it.",
        )


def _reject_text(text: str, what: str, key_needed: bool) -> AnswerRejected:
    example = "s3://bucket/path/file.jsonl" if key_needed else "s3://bucket/path"
    if not text:
        return _reject(f"No {what} was given.", f"Give an S3 URI such as {example}.")
    arn = parse_arn(text)
    if arn is not None:
        remedy = f"Give its S3 URI, such as {example}."
        if arn.service == "s3" and not arn.account:
            remedy = f"Write it as s3://{arn.resource}."
        kind = describe_arn_kind(arn)
        return _reject(f'"{text}" is the ARN of {kind}. The {what} is given as an S3 URI.', remedy)
    if re.match(r"https?://", text, re.I):
        return _reject_web_address(text, what, example)
    # A slip of the fingers, or another tool's scheme.
    slip = re.match(r"(?:s3[anp]?|ss3|3s)(?::/{0,3}|;/{1,3}|/{2,3})(?=[^/])", text, re.I)
    meant = text[slip.end() :] if slip else ""
    if _BUCKET.fullmatch(meant.partition("/")[0]):
        found = f'"{text}" is not an S3 URI as AWS writes it.'
        return _reject(found, f"Did you mean s3://{meant}?")
    if _LOCAL_FILE.match(text):
        return _reject(
            f'"{text}" looks like a file on this computer. The {what} must be in S3.',
            f"Upload it with `aws s3 cp`, then give its S3 URI, such as {example}.",
        )
    if "/" in text and "://" not in text and _BUCKET.fullmatch(text.partition("/")[0]):
        example = f"s3://{text}"
    return _reject(
        f'"{text}" is not an S3 URI: it does not begin with s3://.',
        f"Give one such as {example}.",
    )


def _reject_web_address(text: str, what: str, example: str) -> AnswerRejected:
    try:
        parts = urlsplit(text)
    except ValueError:  # such as a square bracket left open
        return _reject(f"The {what} is given as a web address.", f"Give one such as {example}.")
    # The query is left out: that of a presigned URL is a secret.
    shown = f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
    location = _find_location(parts)
    if location is None:
        return _reject(
            f"{shown} is a web address. The {what} must be in S3.",
            f"Upload it with `aws s3 cp`, then give its S3 URI, such as {example}.",
        )
    return _reject(
        f"{shown} is the web address of something in S3. The {what} is given as an S3 URI.",
        f"Write it as {location}.",
    )


def _find_location(parts: SplitResult) -> str | None:
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    if _CONSOLE_HOST.fullmatch(host):
        # https://….console.aws.amazon.com/s3/object/BUCKET?region=…&prefix=KEY
        named = re.fullmatch(r"s3/(?:object|buckets)/([^/]+)/?", path)
        prefix = parse_qs(parts.query).get("prefix", [""])[0]
        return str(S3Uri(named[1], prefix)) if named else None
    match = _HOST.fullmatch(host)
    if match is None:
        return None
    return f"s3://{match['bucket']}/{path}" if match["bucket"] else f"s3://{path}"


def _reject(message: str, remedy: str) -> AnswerRejected:
    return AnswerRejected("s3.uri", message, remedy)
