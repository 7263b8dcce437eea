"""The interview in forms: what the person is shown, what is taken, what the assistant is told."""

import asyncio

import pytest
from clients import STATE, Person, call, interview, with_client
from interviews import ANSWERS_BY_TYPE, GOOD_ANSWERS
from mcp.types import ElicitResult, ErrorData

from evalbook.mcp.forms import form_of, said_in
from evalbook.texts import Notice
from evalbook.workflow.steps.bedrock_terms import TERMS
from evalbook.workflow.turn import Choice, Position, Turn
from evalbook.workflow.workflow import Workflow

BEGINNING = {"evaluation_type": "llm_as_judge", "task": "Answers billing questions."}


@pytest.mark.usefixtures("in_sandbox")
def test_a_whole_interview_is_held_past_the_assistant():
    person = Person({**GOOD_ANSWERS, "judge_model": "yes", "project": ["é" * 65, "bot"]})
    call("answer", value="amazon.nova-pro-v1:0", step="judge_model")

    told = interview(person)

    assert (told["status"], told["notebook"]) == (
        "complete",
        "bot/notebooks/bot_model-evaluation.ipynb",
    )
    assert list(dict.fromkeys(person.asked)) == list(GOOD_ANSWERS)
    # A bucket that is offered is not the prefix that is meant; a name that is too long is no name.
    assert [it for it in GOOD_ANSWERS if person.asked.count(it) == 2] == ["s3_output", "project"]
    assert told["say"].startswith("Written: bot/notebooks/bot_model-evaluation.ipynb")
    assert told["answered"].keys() == GOOD_ANSWERS.keys()
    forms = dict(zip(person.asked, person.forms, strict=True))
    assert TERMS in forms["bedrock_terms"].message
    for step in ("judge_model", "bedrock_terms"):
        assert "default" not in forms[step].requested_schema["properties"][step]
        assert forms[step].requested_schema["required"] == [step]
    assert forms["project"].message.startswith("'ééé")
    agreed = Workflow.load(STATE).interview.answers["bedrock_terms"]
    assert agreed.said == "I agree"


@pytest.mark.usefixtures("in_sandbox")
def test_a_client_that_calls_again_with_each_form_is_told_before_it_gives_up():
    answers = ANSWERS_BY_TYPE["benchmark"]

    first, person = interview(Person(answers), "auto"), Person(answers)
    second = interview(person, "auto")

    assert (first["status"], first["step"], len(first["answered"])) == ("open", "advanced", 9)
    assert second["status"] == "complete"
    assert person.asked == list(second["answered"])
    assert second["stands"] == first["answered"]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.parametrize(("answer", "status"), [([], "cancelled"), ([None], "declined")])
@pytest.mark.usefixtures("in_sandbox")
def test_a_form_that_is_not_filled_in_leaves_all_as_it_was(mode, answer, status):
    interview(Person(BEGINNING), mode)
    before = STATE.read_bytes()

    told = interview(Person({"dataset": answer}), mode)

    assert STATE.read_bytes() == before
    assert told == {
        "protocol": 1,
        "status": status,
        "answered": {},
        "stands": {"evaluation_type": "LLM as judge", "task": "Answers billing questions."},
        "step": "dataset",
        "notebook": None,
        "say": None,
        "next": told["next"],
    }
    assert "call interview when" in told["next"].lower()


@pytest.mark.usefixtures("in_sandbox")
def test_a_rejected_answer_is_asked_again_with_what_helps():
    person = Person({**BEGINNING, "dataset": ["s3://evalbook-data/support/evil.jsonl", "", None]})

    told = interview(person)

    assert person.asked == ["evaluation_type", "task", "dataset", "dataset", "dataset"]
    assert "evil.jsonl" in person.forms[3].message
    assert person.forms[4].message.startswith("No answer was given.")
    assert (told["status"], list(told["answered"])) == ("declined", list(BEGINNING))


@pytest.mark.parametrize("mode", ["legacy", "auto"])
@pytest.mark.usefixtures("in_sandbox")
def test_the_person_may_go_back_and_answer_in_their_own_words(mode):
    person = Person(
        {"evaluation_type": ["an LLM should judge it", ""], "task": ["<", "Answers questions."]}
    )

    told = interview(person, mode)

    assert person.asked == ["evaluation_type"] * 2 + ["task", "evaluation_type", "task", "dataset"]
    assert "oneOf" not in person.forms[1].requested_schema["properties"]["evaluation_type"]
    assert told["answered"] == {
        "evaluation_type": "LLM as judge",
        "task": "Answers questions.",
    }


def test_aws_that_cannot_be_asked_is_said_in_the_form(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    person = Person({**BEGINNING, "dataset": ["s3://evalbook-data/support/eval.jsonl", None]})

    assert interview(person)["status"] == "declined"
    assert person.asked[-2:] == ["dataset", "dataset"]
    assert "127.0.0.1:9" in person.forms[-1].message


@pytest.mark.usefixtures("in_sandbox")
def test_a_client_without_forms_is_sent_to_the_other_tools():
    answers = ANSWERS_BY_TYPE["custom_scorer"]

    async def carry(client):
        async def call(tool, **arguments):
            return (await client.call_tool(tool, arguments)).structured_content

        told = await call("interview")
        assert (told["status"], told["next"][:39]) == (
            "no_forms",
            "This client shows no forms. Call next, ",
        )
        # Two at once are both answered.
        _, turn = await asyncio.gather(
            call("answer", value="s3://evalbook-results/a", step="s3_output"), call("next")
        )
        while turn["status"] == "question":
            turn = await call("answer", value=answers[turn["step"]])
        assert turn["notebook"] == "support-bot/notebooks/support-bot_model-evaluation.ipynb"

    with_client(carry)


def test_a_call_that_is_cancelled_while_a_form_is_open_saves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    reports = []

    async def cancel(client):
        seen = asyncio.Event()

        async def progress(_progress, _total, message):
            reports.append(message)
            if message == "Waiting for the person's answer":
                seen.set()

        calling = asyncio.create_task(client.call_tool("interview", {}, progress_callback=progress))
        await seen.wait()
        calling.cancel()
        assert (await client.call_tool("next", {})).structured_content["status"] == "question"

    async def thinks(_context, _form):
        await asyncio.Event().wait()

    with_client(cancel, mode="legacy", elicitation_callback=thinks)

    assert reports == ["Looking at the interview", "Waiting for the person's answer"]
    assert not STATE.exists()


def test_a_client_that_fails_at_forms_has_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async def fails(_context, _form):
        return ErrorData(code=-32603, message="No window.")

    async def ask(client):
        told = (await client.call_tool("interview", {})).structured_content
        assert (told["status"], told["step"]) == ("no_forms", "evaluation_type")

    with_client(ask, mode="legacy", elicitation_callback=fails)


def a_turn(kind, default=None, choices=(), **more):
    return Turn(
        "question",
        "s.json",
        "builtin_metrics",
        Position(2, 3),
        "Which?",
        kind,
        choices,
        default,
        "Names or numbers, separated by commas; none uses yours.",
        **more,
    )


AB = (
    Choice("a", "A", Notice("Is it? Yes, here.", "Yes, here."), recommended=True),
    Choice("b", "B"),
)


@pytest.mark.parametrize(
    ("turn", "version", "field"),
    [
        (
            a_turn("multichoice", "a", AB),
            "2025-11-25",
            {
                "type": "array",
                "description": "none uses yours.",
                "items": {
                    "anyOf": [
                        {"const": "a", "title": "A (recommended): Yes, here"},
                        {"const": "b", "title": "B"},
                        {"const": "…", "title": "Something else, in your own words"},
                        {"const": "<", "title": "Back to the previous question"},
                    ]
                },
                "default": ["a"],
            },
        ),
        (
            a_turn("choice", "B", AB),
            "2025-06-18",
            {
                "type": "string",
                "description": "none uses yours. Default: B.",
                "enum": ["a", "b", "…", "<"],
                "enumNames": [
                    "A (recommended): Yes, here",
                    "B",
                    "Something else, in your own words",
                    "Back to the previous question",
                ],
            },
        ),
        (
            a_turn("multichoice", None, AB),
            "2025-06-18",
            {
                "type": "string",
                "description": "Names or numbers, separated by commas; none uses yours. "
                "< goes back to the previous question.",
            },
        ),
    ],
)
def test_a_form_holds_what_its_version_of_the_protocol_allows(turn, version, field):
    form = form_of(turn, version)

    assert form.requested_schema["properties"] == {
        "builtin_metrics": {"title": "Built-in metrics", **field}
    }
    assert form.message.startswith("Question 2 of 3\n\nWhich?")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "yes"),
        (2, "2"),
        (None, ""),
        (["a", "b"], "a, b"),
        ([], "none"),
        (["a, b", "c"], '["a, b", "c"]'),
        (["a", "<"], "<"),
        (" a ", "a"),
    ],
)
def test_what_is_filled_in_is_an_answer_in_words(value, said):
    assert said_in(ElicitResult(action="accept", content={"step": value}), "step") == said
    assert said_in(ElicitResult(action="accept"), "step") == ""
