"""The page to judge in, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from browsing import browser, opened
from judged import a_line, a_report
from test_page import HOSTILE

from evalbook.runs.label_page import label_page
from evalbook.runs.labels import LabelFile, correct_gain, draw, read_labels
from evalbook.runs.store import RecordStore

pytestmark = pytest.mark.e2e


def side(score: float, model: str) -> list[bytes]:
    return [
        a_line(
            {"A": score * (n % 2)}, f"{n} {HOSTILE[n % 8]}", f"{model} {HOSTILE[n % 8]}",
            reference=HOSTILE[n % 8],
        )
        for n in range(40)
    ]  # fmt: skip


@pytest.mark.parametrize("metric", [None, "A"])
def test_what_is_said_in_the_page_comes_back_as_a_file(tmp_path: Path, metric: str | None) -> None:
    with RecordStore() as store, browser() as started:
        comparison = a_report(store, side(0.0, "one"), side(1.0, "two")).comparisons[0]
        sample = draw(store, comparison, metric, 16, "seed")
        labels = LabelFile("arn", metric, "seed", 16)
        path = tmp_path / "label.html"
        path.write_text(label_page(store, sample, labels), encoding="utf-8")
        assert "fine-tuned" not in path.read_text(encoding="utf-8")
        found = opened(started, path)
        page = found.page
        for _ in sample.items:
            two = page.locator("#second").text_content().startswith("two")
            if metric is None:
                page.click("[data-said='2']" if two else "[data-said='1']")
            else:
                page.fill("#score1", "0" if two else "1")
                page.fill("#score2", "1" if two else "0")
                page.click("#take")
        assert page.locator("#where").text_content() == (
            "Record 16 of 16; 16 judged, not saved yet"
        )
        with page.expect_download() as saved:
            page.click("#save")
        saved.value.save_as(tmp_path / "labels.json")
        assert found.said == []
        assert [it for it in found.fetched if not it.startswith("blob:")] == []
        kept = read_labels(tmp_path / "labels.json")
        corrected = correct_gain(sample, kept, ("base", "fine-tuned"))

    assert (len(kept.answers), corrected.gain) == (16, pytest.approx(1.0))
    assert json.loads((tmp_path / "labels.json").read_text())["metric"] == metric
