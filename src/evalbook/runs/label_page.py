"""The records to judge as one page that works offline; its answers come back as a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from evalbook.runs.labels import Item, LabelFile, Sample
from evalbook.runs.page import json_text
from evalbook.runs.store import RecordStore
from evalbook.runs.templates import page_asset, page_policy, page_template


@dataclass(frozen=True)
class ShownItem:
    """A record as it is shown: blind, and in the order that was drawn for it."""

    id: str
    prompt: str
    reference: str | None
    first: str
    second: str


def show_item(store: RecordStore, item: Item) -> ShownItem:
    first, second = (store.record(place) for place in item.lines)
    answers = [first.response, second.response]
    one, other = reversed(answers) if item.flipped else answers
    return ShownItem(item.id, second.prompt, second.reference or None, one, other)


def label_page(store: RecordStore, sample: Sample, labels: LabelFile) -> str:
    """Return the page: it holds the records drawn, and not which model answered what."""
    style, script = page_asset("page.css"), page_asset("label_page.js")
    data = {
        "file": asdict(labels),
        "items": [asdict(show_item(store, item)) for item in sample.items],
    }
    return page_template("label_page.html").render(
        policy=page_policy(style, script), style=style, script=script, data=json_text(data)
    )
