from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from judged import a_line, a_report, lines

from evalbook.aws.session import Aws
from evalbook.runs import page
from evalbook.runs.find import Target
from evalbook.runs.report import read_report
from evalbook.runs.store import RecordStore

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    "]]><svg onload=alert(1)>",
    '" onmouseover="alert(1)',
    "javascript:alert(1)",
    "\u202eevil\u202c \x00 \x1b[31m \ud800 \u2028",
    "{{7*7}} ${7*7}",
)


class Seen(HTMLParser):
    """The tags of a page with their attributes, its scripts and its visible text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attributes)))
        self._open = tag
        if tag in ("script", "style"):
            self.inside.setdefault(tag, []).append("")

    def handle_endtag(self, _tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in ("script", "style"):
            self.inside[self._open][-1] += data


def a_page(tmp_path: Path, base: Sequence[bytes], tuned: Sequence[bytes]) -> str:
    with RecordStore() as store:
        page.write_page(a_report(store, base, tuned), tmp_path / "page.html")
    return (tmp_path / "page.html").read_text(encoding="utf-8")


def hostile_lines(score: float) -> list[bytes]:
    return [
        a_line(
            {"Correctness": score, text: score},
            text,
            text,
            reference=text,
            category=text,
            explanation=text,
        )
        for text in HOSTILE
        for _ in range(6)
    ]


def records_in(text: str) -> list[dict[str, Any]]:
    comparisons: list[dict[str, Any]] = json.loads(Seen(text).inside["script"][0])
    return comparisons[0]["records"]  # type: ignore[no-any-return]


def test_hostile_texts_make_no_tag_script_or_attribute(tmp_path: Path) -> None:
    mild = Seen(a_page(tmp_path, lines([0.5] * 9, [0.5] * 9), lines([1.0] * 9, [1.0] * 9)))
    seen = Seen(a_page(tmp_path, hostile_lines(0.5), hostile_lines(1.0)))

    assert {tag for tag, _ in seen.tags} - {tag for tag, _ in mild.tags} <= {"circle"}
    assert len(seen.inside["script"]) == 2
    assert seen.inside["script"][1] == mild.inside["script"][1]
    names = {name for _, attributes in seen.tags for name in attributes}
    assert (
        not {name for name in names if name.startswith("on")} | {"src", "style", "srcdoc"} & names
    )


def test_hostile_texts_arrive_as_they_are(tmp_path: Path) -> None:
    records = records_in(a_page(tmp_path, hostile_lines(0.5), hostile_lines(1.0)))

    assert {it["prompt"] for it in records} == {it.replace("\ud800", "\ufffd") for it in HOSTILE}
    assert records[0]["scores"][0] == [[0.5, HOSTILE[0]], [1.0, HOSTILE[0]]]


def test_the_page_leads_to_the_aws_console_where_the_run_is_known_there(
    evaluated: Callable[..., str], live_aws: Aws, tmp_path: Path
) -> None:
    with RecordStore() as store:
        report = read_report(live_aws, [Target(evaluated("linked"))], store)
        page.write_page(report, tmp_path / "page.html")

    seen = Seen((tmp_path / "page.html").read_text(encoding="utf-8"))
    links = [attributes["href"] or "" for tag, attributes in seen.tags if tag == "a"]
    assert all(link.startswith("https://") for link in links)
    for place in ("/studio-landing", "/eval/model-evaluation", "#logsV2:", "/s3/buckets/"):
        assert any(place in link for link in links), place


def test_nothing_is_fetched_from_anywhere(tmp_path: Path) -> None:
    text = a_page(tmp_path, hostile_lines(0.5), hostile_lines(1.0))

    outside = set(re.findall(r"https?://[^\s\"'<)]+", text))
    assert outside == {"http://www.w3.org/2000/svg"}
    assert "url(" not in text
    assert "@import" not in text


def test_policy_allows_this_pages_script_and_style_only(tmp_path: Path) -> None:
    seen = Seen(a_page(tmp_path, lines([0.5] * 9), lines([1.0] * 9)))
    [policy] = [it["content"] for tag, it in seen.tags if it.get("http-equiv")]
    hashes = [
        base64.b64encode(hashlib.sha256(it.encode()).digest()).decode()
        for it in (seen.inside["style"][0], seen.inside["script"][1])
    ]

    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


def test_script_puts_everything_in_as_text() -> None:
    script = (Path(page.__file__).parent / "page.js").read_text(encoding="utf-8")

    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "href"):
        assert way not in script


def test_of_too_many_records_those_that_differ_most_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST_RECORDS", 2)
    text = a_page(tmp_path, lines([0.5] * 4), lines([0.5, 1.0, 0.25, 0.0]))

    assert [record["prompt"] for record in records_in(text)] == ["Question 1", "Question 3"]
    assert '"left": 2' in text


def test_a_long_text_is_cut_and_says_so(tmp_path: Path) -> None:
    side = [a_line({"A": 0.5}, "x" * 9000)]

    [record] = records_in(a_page(tmp_path, side, side))
    assert record["prompt"].endswith("xx\n[… 1,000 more characters]")


def test_the_page_has_a_picture_for_a_screen_and_one_for_a_phone(tmp_path: Path) -> None:
    seen = Seen(a_page(tmp_path, lines([0.5] * 9), lines([1.0] * 9)))

    assert [it["width"] for tag, it in seen.tags if tag == "svg"] == ["760", "343"]
    assert any(it.get("name") == "viewport" for tag, it in seen.tags if tag == "meta")
