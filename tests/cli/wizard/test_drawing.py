import io
import re

import pytest
from rich.console import Console

from evalbook.checks import failed, passed, skipped, warning
from evalbook.cli.wizard.drawing import Drawing
from evalbook.cli.wizard.plain import PlainTerminal
from evalbook.datasets.sample import read_sample
from evalbook.workflow.steps.bedrock_terms import TERMS
from evalbook.workflow.summary import Summary
from evalbook.workflow.turn import Choice, Position, Problem, Turn

LINK_VARIABLES = ("KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "VTE_VERSION", "TERM_PROGRAM")


@pytest.fixture(autouse=True)
def an_ordinary_terminal(monkeypatch):
    for name in ("NO_COLOR", "COLORTERM", "FORCE_COLOR", *LINK_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def drawn(draw, *, width=80, colours=False, suggestions=None):
    """Return what a drawing function puts on a console of a width."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=colours,
        highlight=False,
        markup=False,
        emoji=False,
    )
    draw(Drawing(console, suggestions or {}))
    return console.file.getvalue()


def a_question(**parts):
    given = {"step": "dataset", "position": Position(2, 16), "question": "Where?", **parts}
    return Turn(status="question", state="workflow_state.json", **given)


def test_checks_that_passed_are_one_dim_line_each_and_then_counted():
    checks = [passed(f"c{number}", f"Thing {number} is well.") for number in range(1, 7)]

    text = drawn(lambda drawing: drawing.checks(checks))

    assert text.splitlines() == [
        "✓ Thing 1 is well.",
        "✓ Thing 2 is well.",
        "✓ Thing 3 is well.",
        "✓ and 3 more checks passed",
    ]


def test_what_passed_is_quiet_but_for_its_mark_and_told_whole():
    text = drawn(lambda drawing: drawing.checks([passed("c", "All is well.")]), colours=True)
    folded = drawn(lambda drawing: drawing.checks([passed("c", "word " * 12)]), width=40)

    assert re.search(r"\x1b\[1;[\d;]+m✓ \x1b\[0m", text)
    assert "\x1b[2mAll is well." in text
    assert [line.rstrip() for line in folded.splitlines()] == [
        "✓ word word word word word word word",
        "  word word word word word",
    ]


def test_what_did_not_pass_is_told_whole_with_its_remedy():
    checks = [
        warning("w", "Version 3 failed."),
        skipped("s", "It could not be simulated.", "Ask for iam:SimulatePrincipalPolicy."),
        failed("f", "There is no bucket x.", "Check the name."),
    ]

    text = drawn(lambda drawing: drawing.checks(checks))

    assert [line.rstrip() for line in text.splitlines()] == [
        "! Version 3 failed.",
        "- not checked: It could not be simulated.",
        "  Ask for iam:SimulatePrincipalPolicy.",
        "✗ There is no bucket x.",
        "  Check the name.",
    ]


def test_the_place_and_the_question_are_always_there():
    turn = a_question(help="An S3 URI.")

    text = drawn(lambda drawing: (drawing.heading(turn), drawing.question(turn)), width=40)

    assert text.splitlines() == [
        "",
        "2 of 16 · Evaluation dataset ───────────",
        "Where?",
        "An S3 URI.",
    ]


def test_in_a_simulated_aws_an_answer_to_try_is_named():
    to_try = [("s3://a/b.jsonl", "passes"), ("s3://a/c.jsonl", "fails: empty")]
    suggestions = {("dataset", None): to_try}

    question = drawn(lambda drawing: drawing.question(a_question()), suggestions=suggestions)
    explained = drawn(lambda drawing: drawing.explanation(a_question()), suggestions=suggestions)

    assert "In this simulated AWS, try s3://a/b.jsonl; ? shows more." in question
    assert "s3://a/c.jsonl  fails: empty" in explained


def test_an_explanation_says_again_only_what_a_rejection_has_pushed_away():
    asked = a_question(help="An S3 URI.")
    rejected = a_question(help="An S3 URI.", error=Problem("s3.uri", "That is no S3 URI."))

    assert "An S3 URI." not in drawn(lambda drawing: drawing.explanation(asked))
    assert "An S3 URI." in drawn(lambda drawing: drawing.explanation(rejected))


def test_an_explanation_tells_every_choice_and_what_enter_means():
    turn = a_question(
        help="One of two.",
        default="both",
        choices=(Choice("both", "Both", "Compares."), Choice("one", "One", "No comparison.")),
    )

    lines = drawn(lambda drawing: drawing.explanation(turn)).splitlines()

    assert lines[1] == "For example: s3://my-bucket/eval.jsonl"
    assert [line.rstrip() for line in (lines[0], *lines[4:7])] == [
        "One of two.",
        "Both  Compares.",
        "One   No comparison.",
        "If you just press Enter: Both",
    ]


def test_a_preview_of_records_that_were_not_understood_fits_the_width():
    head = b'{"query": "Why was I charged twice for this?", "response": "\\u001b[31mBecause"}\n' * 2

    text = drawn(
        lambda drawing: drawing.preview(read_sample(head, complete=True)), width=60, colours=True
    )

    assert "query" in text
    assert "response" in text
    assert "\x1b[31m" not in text
    assert "\\x1b[31mBecause" in text
    plain = drawn(lambda drawing: drawing.preview(read_sample(head, complete=True)), width=60)
    assert max(len(line) for line in plain.splitlines()) <= 60


def words_in(text):
    return " ".join(text.replace("│", " ").split())


def test_the_terms_are_in_a_box_word_for_word_and_links_are_spelled_out_below():
    text = drawn(lambda drawing: drawing.terms(TERMS))
    box, below = text[: text.index("╰")], text[text.index("╯") :]

    sentence = (
        "Your use of this feature is subject to pricing of Amazon Bedrock Evaluations, the "
        "Service Terms applicable to Amazon Bedrock, and the terms that apply to your usage of "
        "third-party models."
    )
    assert sentence in words_in(box)
    assert words_in(box).endswith("Do you acknowledge and agree to proceed?")
    assert "https://aws.amazon.com/service-terms/\n" in below


def test_plain_lines_have_the_terms_without_marks_and_their_links_below(capsys):
    turn = a_question(step="bedrock_terms", question=TERMS, kind="confirm")
    PlainTerminal({}).show(turn, Summary(()))

    said = capsys.readouterr().out
    assert said.startswith("\n2 of 16: Bedrock Evaluations terms\nImportant: Amazon Bedrock")
    assert "\nService Terms: https://aws.amazon.com/service-terms/\n" in said
    assert not set("*[]") & set(said)


def test_terminals_that_know_links_get_links(monkeypatch):
    monkeypatch.setenv("VTE_VERSION", "7006")

    text = drawn(lambda drawing: drawing.terms(TERMS), colours=True)

    assert ";https://aws.amazon.com/service-terms/\x1b\\" in text
    assert "\n  https://" not in text


def test_texts_from_elsewhere_cannot_control_the_terminal():
    turn = a_question(question="\x1b]0;owned\x07Where\u202e?", help="\x1b[2J")

    text = drawn(lambda drawing: (drawing.heading(turn), drawing.question(turn)), colours=True)

    assert "\x1b]0" not in text
    assert "\x1b[2J" not in text
    assert "\u202e" not in text


def test_the_end_says_where_the_notebook_is_and_what_opens_it():
    turn = Turn(
        status="complete",
        state="workflow_state.json",
        notebook="my bot/notebooks/my.ipynb",
        notices=("Written: my bot/notebooks/my.ipynb", "Cell 3: about 25 to 40 minutes."),
    )

    lines = drawn(lambda drawing: drawing.finished(turn)).splitlines()

    assert lines[2].rstrip() == "✓ Written: my bot/notebooks/my.ipynb"
    assert lines[3].rstrip() == "  Cell 3: about 25 to 40 minutes."
    assert "JupyterLab        jupyter lab 'my bot/notebooks/my.ipynb'" in lines
    assert "VS Code           code 'my bot/notebooks/my.ipynb'" in lines
    assert any(line.startswith("SageMaker Studio") for line in lines)
