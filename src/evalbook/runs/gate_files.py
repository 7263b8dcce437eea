"""A decision as files that continuous integration shows: JUnit's XML, and Markdown."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

from evalbook.runs.gate import GateDocument, RuleResult
from evalbook.runs.templates import legal

_MARKS = {"pass": "✅ pass", "fail": "❌ fail", "undecided": "❓ undecided"}


def render_junit(document: GateDocument) -> bytes:
    """Return one test case per rule; undecided is an error, so that it is not overlooked."""
    bad = [rule.outcome for rule in document.rules]
    suite = ElementTree.Element(
        "testsuite",
        name=f"evalbook gate {legal(document.evidence.run.name)}",
        tests=str(len(bad)),
        failures=str(bad.count("fail")),
        errors=str(bad.count("undecided")),
        skipped="0",
        timestamp=document.evidence.decided,
    )
    for rule in document.rules:
        name = legal(f"{rule.subject()}: {rule.rule}")
        case = ElementTree.SubElement(suite, "testcase", classname="evalbook.gate", name=name)
        if rule.outcome == "pass":
            ElementTree.SubElement(case, "system-out").text = legal(rule.why)
        else:
            kind = "failure" if rule.outcome == "fail" else "error"
            said = legal(f"{rule.why}{_more(rule)}")
            ElementTree.SubElement(case, kind, message=said, type=rule.outcome).text = said
    whole: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return whole


def render_gate_markdown(document: GateDocument) -> str:
    it, run = document.evidence, document.evidence.run
    facts = {
        "run": run.name,
        "model": run.model,
        "compared": f"{it.second} against {it.first}",
        "records": None if it.paired_records is None else f"{it.paired_records:,}",
        "judge": run.judge,
        "dataset": run.dataset,
        "dataset's SHA-256": it.dataset_sha256,
        "policy": document.policy.source,
        "evalbook": it.evalbook,
        "decided": it.decided,
    }
    lines = [
        f"## {_MARKS[document.status]}: {_plain(run.name)}",
        "",
        _plain(document.sentence),
        "",
        "| | metric | rule | result |",
        "| --- | --- | --- | --- |",
        *(
            f"| {_MARKS[rule.outcome]} | {_plain(rule.subject())} | {_plain(rule.rule)} "
            f"| {_plain(rule.why + _more(rule))} |"
            for rule in document.rules
        ),
        "",
        *(f"- {name}: {_plain(value)}" for name, value in facts.items() if value),
        *(f"- note: {_plain(note)}" for note in document.notes),
    ]
    return "\n".join(lines) + "\n"


def _more(rule: RuleResult) -> str:
    return f"; about {rule.more_records:,} more records would decide" if rule.more_records else ""


def _plain(text: str) -> str:
    """Return a text with all markup escaped: Markdown finds HTML, links and tables anywhere."""
    text = legal(" ".join(text.split()))
    return "".join(f"\\{c}" if c in "\\`*_[]<>|#!&@" else c for c in text)
