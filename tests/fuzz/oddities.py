"""What nobody would say and somebody will: odd answers, and damaged JSON."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from evalbook.sandbox import world

ACCOUNT = world.ACCOUNT
LONG = 1_000_000
"""Characters of the longest answers."""

SEEDS = [
    "", " ", "-", "--", "?", "0", "1", "-1", "01", "1.5", "1e999", "NaN", "9" * 5000, "1,2,3",
    "1 1 1", "yes", "no", "none", "Yes, but why?", "if it is free, ok", "no-prod-key", "k", "true",
    "[true]", "[-1]", "[1]", "[]", "{}", "null", "[[1]]", '["none"]', '{"a": 1}',
    '{"a": {"b": [1e999]}}', '{"a": 1, "a": 2}', "[" * 3000, "[" * 100_000, '{"a":' * 3000, '"',
    "'", "`", "\\", "[1", '{"a"', "```json\n[]\n```", "a=b", "=", "=b", "a=", ",,,", ";",
    "a,b;c\nd", "\ud800", "a\0b", "\x1b[2J\x1b]0;owned\x07", "\u202eabc", "\u2028", "\ufeff",
    "\r\nok: everything passed", "é", "😀" * 20, "İ", "ß", "٣", "१", "ⅷ", "²", "{{ 7*7 }}",
    "{% raw %}", "${HOME}", "$(id)", "`id`", "%s", "%(a)s", "{0}", "{a.b}", "<script>", "';--",
    "../../etc/passwd", "/etc/passwd", "/dev/zero", "/dev/stdin", "/proc/self/mem",
    "/proc/self/fd/0", ".", "..", "/", "~", "~root", "~nobody-there/x", "file:///etc/passwd",
    "http://127.0.0.1:1/", "a/b/c.json", "pipe.json", "pipe.ipynb", "pipe.py", "folder",
    "folder.ipynb", "loop.json", "a.ipynb", "x" * 300 + ".py", "s3://", "s3:///", "s3://b",
    "s3://b/", "s3://../..", "s3://evalbook-data", "s3://evalbook-data/",
    "s3://evalbook-data/support", "s3://EVALBOOK-data/x.jsonl", "s3://evalbook-data//x.jsonl",
    "s3://evalbook-data/support/eval.jsonl?versionId=1", "s3://evalbook-data/\x00.jsonl",
    "s3://evalbook-data/{{x}}.jsonl", "s3://" + "a" * 64 + "/x.jsonl",
    "s3://b/" + "k" * 2000 + ".jsonl", "s3://evalbook-data/a\nb.jsonl",
    "https://evalbook-data.s3.amazonaws.com/support/eval.jsonl", "arn:", "arn:aws",
    "arn:aws:s3:::evalbook-data/support/eval.jsonl", "arn::::::", "arn:" + ":" * 5000,
    "arn:aws:iam::1:role/x", f"arn:aws:iam::{ACCOUNT}:role/", f"arn:aws:iam::{ACCOUNT}:role/nope",
    f"arn:aws:iam::{ACCOUNT}:user/me",
    f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package/a/b/c",
    f"arn:aws:sagemaker:mars-1:{ACCOUNT}:model-package/support-bot/1",
    f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package/support-bot/" + "9" * 400,
    f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/x", "arn:aws:kms:us-east-1:1:key/x",
    f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:nope",
    f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:hub-content/x", "us-east-1", "US EAST 1", "mars-1",
    "Ireland", "subnet-1", "no subnet-1", "vpc-1 sg-1", "subnets=subnet-1; security_groups=sg-1",
    "team=a, team=b", "aws:x=1", "k=" + "v" * 300, "temperature=2e308", "temperature=-1",
    "max_new_tokens=" + "9" * 4400, "top_p=0,5", "ml.g5.2xlarge x 2", "2 x ml.g5.2xlarge",
    "x" * 64 + " times", "ml.p4d.24xlarge, 0", "86400", "1 day", "-5", "0x10", "1_000",
    "my_scorer.py on", "on", " on on on ", "a.py on b on c", "all", "everything", "all but one",
    "not 1", "1-3", "1..3", "first", "the first one", "both", "default", "DEFAULT", "skip", "help",
    "back", "I agree.", "I do not agree", "I agree\0", "agree to nothing", "new", "new\n",
    "support-bot", "Support Bot", "con", "nul",
]  # fmt: skip

_INSERTED = [
    "\0",
    "\n",
    "\x1b[31m",
    "\ud800",
    "\u202e",
    "\u2028",
    "'",
    '"',
    "{{",
    "../",
    " ",
    ",",
    "=",
    "/",
    ":",
    "é",
]


_OTHER: dict[type, Any] = {
    str: 7,
    int: "seven",
    bool: "yes",
    float: [1.5],
    list: {"a": 1},
    dict: ["a"],
    type(None): [["a"]],
}


def odd_answer(chance: random.Random, good: list[str]) -> str:
    """Return an answer that is odd, or good for another step, or a good one spoilt."""
    text = chance.choice(SEEDS if chance.random() < 0.5 else [*good, "one two"])
    for _ in range(chance.choice([0, 0, 0, 1, 1, 2])):
        text = _spoilt(chance, text)
    return text


def _spoilt(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    control = chr(chance.choice([*range(32), *range(127, 160), 0xFFFF, 0x1F600]))
    ways: list[Callable[[], str]] = [
        lambda: text[:at] + chance.choice(_INSERTED) + text[at:],
        lambda: text[:at] + control + text[at:],
        lambda: text[:at],
        lambda: text[at:],
        lambda: json.dumps([text]),
        lambda: json.dumps({text[:50]: text}),
        lambda: f"{text} {chance.choice(SEEDS)}",
        lambda: f"{text}, {chance.choice(SEEDS)}",
        lambda: f"\u201c{text}\u201d",
        lambda: text.swapcase(),
        lambda: (text or "x") * chance.choice([2, 50, LONG // max(1, len(text))]),
        lambda: " ".join(f"{text[:8]}{n}" for n in range(4000)),
    ]
    return chance.choice(ways)()


def damaged(document: Any) -> Iterator[tuple[str, Any]]:
    """Yield copies of a document, each with one key or item gone, renamed or of another type."""
    for path, value in _places(document):
        for name, change in _changes(path[-1], value):
            twisted = copy.deepcopy(document)
            parent = twisted
            for key in path[:-1]:
                parent = parent[key]
            change(parent)
            yield f"{'.'.join(map(str, path))} {name}", twisted


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in inner:
        yield (*path, key), item
        yield from _places(item, (*path, key))


def _changes(key: Any, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(key, str):
        yield "gone", lambda parent: parent.pop(key)
        yield "renamed", lambda parent: parent.update({f"{key}x": parent.pop(key)})
    other = {
        str: 7,
        int: "seven",
        bool: "yes",
        float: [1.5],
        list: {"a": 1},
        dict: ["a"],
        type(None): [["a"]],
    }
    yield "retyped", lambda parent: parent.__setitem__(key, other[type(value)])
