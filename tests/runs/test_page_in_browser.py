"""The page as a colleague gets it: opened in a real browser, with a mouse, a keyboard, a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import browser, opened
from judged import a_line, a_report
from test_page import HOSTILE, hostile_lines

from evalbook.runs.comparison import means
from evalbook.runs.page import write_page
from evalbook.runs.store import RecordStore

pytestmark = pytest.mark.e2e

# What is visible and has text of its own, with its size in pixels.
_SIZES = """() => [...document.querySelectorAll('body *')]
  .filter((it) => it.checkVisibility())
  .filter((it) => [...it.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((it) => !['SCRIPT', 'STYLE', 'TITLE', 'OPTION', 'TH'].includes(it.tagName))
  .map((it) => parseFloat(getComputedStyle(it).fontSize))"""

# The least contrast of visible text with what is behind it, as WCAG 2.1 defines it.
_CONTRAST = """() => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => numbers(colour).slice(0, 3).map((v) => v / 255)
    .map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
  const behind = (it) => {
    for (; it; it = it.parentElement) {
      const colour = getComputedStyle(it).backgroundColor;
      if ((numbers(colour)[3] ?? 1) > 0) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return Math.min(...[...document.querySelectorAll('h1, h2, p, td, th, li, summary span, label')]
    .filter((it) => it.checkVisibility())
    .map((it) => [light(getComputedStyle(it).color), light(behind(it))].sort((a, b) => b - a))
    .map(([a, b]) => (a + 0.05) / (b + 0.05)));
}"""

_LINES = """(it) => {
  const text = document.createRange();
  text.selectNodeContents(it);
  return text.getClientRects().length;
}"""


@pytest.fixture(scope="module")
def started() -> Iterator[Any]:
    with browser() as found:
        yield found


def side(correctness: float, tone: float) -> list[bytes]:
    return [
        a_line(
            {"Correctness": correctness if n % 3 else 1.0 - correctness, "Tone": tone},
            f"Question {n} about a bill",
            f"Answer {n}, scored {correctness}",
            category="bills" if n < 8 else "travel",
            explanation=f"Because of reason {n}.",
        )
        for n in range(20)
    ]


@pytest.fixture(scope="module")
def mild(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on twenty records of two models."""
    path = tmp_path_factory.mktemp("mild") / "page.html"
    with RecordStore() as store:
        write_page(a_report(store, side(0.25, 0.5), side(0.75, 0.5)), path)
    return path


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page on which everything that can be is hostile, or huge."""
    path = tmp_path_factory.mktemp("hostile") / "page.html"
    huge = [a_line({"x" * 5000: 0.5}, "w" * 50_000, "w" * 50_000, category="c" * 5000)] * 8
    with RecordStore() as store:
        report = a_report(store, [*hostile_lines(0.5), *huge], [*hostile_lines(1.0), *huge])
        report.notes += HOSTILE
        write_page(report, path)
    return path


def prompts(page: Any) -> list[str]:
    found: list[str] = page.locator(".record .start").all_text_contents()
    return found


def test_opens_without_a_word_and_fetches_nothing(started: Any, mild: Path) -> None:
    found = opened(started, mild)
    found.page.wait_for_load_state("networkidle")

    assert found.page.locator(".headline").text_content().startswith("The fine-tuned model against")
    assert found.page.locator("#count").text_content() == "20 of 20 records"
    assert (found.said, found.fetched) == ([], [])


def test_a_click_on_a_columns_title_sorts_by_it(started: Any, mild: Path) -> None:
    page = opened(started, mild).page
    gain = page.get_by_role("button", name="Gain").first
    metrics = page.locator("table").first.locator("tbody td.name")
    gain.click()
    up = metrics.all_text_contents()
    gain.click()

    assert (up, metrics.all_text_contents()) == (["Tone", "Correctness"], ["Correctness", "Tone"])
    assert page.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"


def test_records_are_found_by_words_category_metric_and_outcome(started: Any, mild: Path) -> None:
    page = opened(started, mild).page
    page.get_by_label("Words in").fill("REASON 17")
    by_words = prompts(page)
    page.get_by_label("Words in").fill("")
    page.get_by_label("Show").select_option("those that got worse")
    worse = page.locator("#count").text_content()
    page.get_by_label("Category").select_option("travel")
    of_travel = page.locator("#count").text_content()
    page.get_by_label("Metric").select_option("Tone")

    assert by_words == ["Question 17 about a bill"]
    assert (worse, of_travel) == ("7 of 20 records", "4 of 20 records")
    assert page.locator("#count").text_content() == "0 of 20 records"
    assert "No record fits" in page.locator("#list").text_content()


def test_the_worst_record_opens_with_the_judges_words_by_keyboard_alone(
    started: Any, mild: Path
) -> None:
    page = opened(started, mild).page
    page.get_by_label("Words in").focus()
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.record > summary')"):
            break
    page.keyboard.press("Enter")
    page.locator(".record[open] .why").first.wait_for()
    inside = page.locator(".record[open] .inside").text_content()

    assert prompts(page)[0] == "Question 0 about a bill"
    assert "Response, fine-tunedAnswer 0, scored 0.75" in inside
    assert "base, 0.75: Because of reason 0." in inside
    assert "fine-tuned, 0.25: Because of reason 0." in inside


def test_hostile_texts_are_shown_and_do_nothing(started: Any, hostile: Path) -> None:
    found = opened(started, hostile)
    page = found.page
    for head in page.locator(".record > summary").all():
        head.click()
    page.mouse.move(600, 450)
    page.get_by_label("Words in").fill("onerror")
    tags = set(page.evaluate("[...document.querySelectorAll('main *')].map((it) => it.localName)"))

    assert "<img src=x onerror=alert(1)>" in prompts(page)
    assert not tags & {"a", "img", "iframe", "object", "embed", "base", "form"}
    assert page.evaluate("document.scripts.length") == 2
    assert (found.said, found.fetched) == ([], [])


@pytest.mark.parametrize("name", ["mild", "hostile"])
def test_a_phone_shows_all_of_it_in_legible_letters(
    started: Any, name: str, request: pytest.FixtureRequest
) -> None:
    page = opened(started, request.getfixturevalue(name), width=375).page
    page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    page.locator(".record .why").first.wait_for()

    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert min(page.evaluate(_SIZES)) >= 12
    assert page.locator(".picture .narrow").is_visible()
    assert not page.locator(".picture .wide").is_visible()


def test_a_table_of_long_names_is_wholly_seen_and_breaks_no_metric(
    started: Any, tmp_path: Path
) -> None:
    names = ["support-bot-v2-mistral base", "support-bot-v2-mistral fine-tuned"]
    with RecordStore() as store:
        report = a_report(store, side(0.25, 0.5), side(0.75, 0.5))
        for arm, name in zip(store.arms, names, strict=True):
            arm.name = name
        write_page(report, tmp_path / "page.html")
    page = opened(started, tmp_path / "page.html", width=1100).page
    table = page.locator(".scroll").first

    assert table.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    assert table.locator("td.name").first.evaluate(_LINES) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(started: Any, mild: Path, scheme: str) -> None:
    page = opened(started, mild, color_scheme=scheme).page

    assert page.evaluate(_CONTRAST) >= 4.5


def test_prints_without_its_tools(started: Any, mild: Path, tmp_path: Path) -> None:
    page = opened(started, mild).page
    page.emulate_media(media="print")
    page.pdf(path=tmp_path / "page.pdf")

    assert not page.get_by_label("Words in").is_visible()
    assert page.locator(".headline").is_visible()
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF-")


def test_a_model_alone_has_scores_and_neither_wins_nor_losses(started: Any, tmp_path: Path) -> None:
    with RecordStore() as store:
        more = [a_line({"Correctness": 0.5}, f"More {n}") for n in range(981)]
        report = a_report(store, [*side(0.25, 0.5), *more], [])
        arm = store.arms[0]
        report.comparisons, report.alone = [], [(arm, means(store, arm))]
        write_page(report, tmp_path / "page.html")
    found = opened(started, tmp_path / "page.html")

    headline = found.page.locator(".headline").text_content()
    assert "The base model alone, over 1,001 records" in headline
    count = found.page.locator("#count").text_content()
    assert count == "1000 of 1000 records (of 1001; the first ones)"
    assert found.page.locator(".record .gain").first.text_content() == "0.375"
    assert found.page.locator(".better, .worse").count() == 0
    assert found.page.get_by_label("Show").locator("option:not([hidden])").count() == 2
    assert found.said == []


def test_an_address_with_a_record_opens_it(started: Any, mild: Path) -> None:
    page = opened(started, mild).page
    page.locator(".record > summary").nth(2).click()
    page.wait_for_url("**#record-*")  # the address follows when the record has opened
    address = page.url
    first = prompts(page)[2]
    page.goto("about:blank")
    page.goto(address)
    page.locator(".record[open] .why").first.wait_for()

    assert page.locator(".record[open] .start").all_text_contents() == [first]


def test_three_examples_stand_side_by_side_with_what_differs_marked(
    started: Any, mild: Path
) -> None:
    page = opened(started, mild).page

    titles = page.locator(".example > h3").all_text_contents()
    assert [it.split(":")[0] for it in titles] == ["Largest gain", "Typical", "Largest loss"]
    assert page.locator(".example mark").count() > 0
    assert not page.get_by_text("Each interval").is_visible()


def test_the_picture_has_the_pages_ground_in_the_dark(started: Any, mild: Path) -> None:
    page = opened(started, mild, color_scheme="dark", width=390).page
    ground = "getComputedStyle(document.querySelector('.narrow rect')).fill"

    assert page.evaluate(ground) == page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
