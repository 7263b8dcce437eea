from __future__ import annotations

from typing import Any

import pytest
from building import turns

from evalbook.datasets.formats import FORMATS, Record, detect_format, format_named, format_of
from evalbook.datasets.invalid import InvalidRecord

EXAMPLES: list[tuple[str, dict[str, Any], Record]] = [
    (
        "sagemaker",
        {"query": "q", "response": "a", "system": "s", "category": "c"},
        Record("q", "a", "s", "c"),
    ),
    ("sagemaker", {"query": "q", "response": None}, Record("q")),
    ("openai", {"messages": turns("q", "a", system="s")}, Record("q", "a", "s")),
    ("openai", {"messages": turns("q")}, Record("q")),
    ("hf_prompt_completion", {"prompt": "q", "completion": "a"}, Record("q", "a")),
    (
        "hf_prompt_completion",
        {"prompt": turns("q", system="s"), "completion": [{"role": "assistant", "content": "a"}]},
        Record("q", "a", "s"),
    ),
    ("hf_preference", {"prompt": "q", "chosen": "a", "rejected": "b"}, Record("q", "a")),
    (
        "hf_preference",
        {
            "prompt": turns("q"),
            "chosen": [{"role": "assistant", "content": "a"}],
            "rejected": [{"role": "assistant", "content": "b"}],
        },
        Record("q", "a"),
    ),
    (
        "hf_preference_implicit",
        {"chosen": turns("q", "a"), "rejected": turns("q", "b")},
        Record("q", "a"),
    ),
    (
        "bedrock",
        {"prompt": "q", "referenceResponse": "a", "category": "c"},
        Record("q", "a", None, "c"),
    ),
    (
        "verl",
        {"data_source": "d", "prompt": turns("q"), "reward_model": {"ground_truth": "72"}},
        Record("q", "72"),
    ),
    ("verl", {"prompt": "q", "ability": "math", "extra_info": {}}, Record("q", None, None, "math")),
    ("prompt_only", {"prompt": "q"}, Record("q")),
    ("prompt_only", {"prompt": turns("q", system="s")}, Record("q", None, "s")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "record", "expected"), EXAMPLES)
def test_each_documented_form_is_known_and_read(
    name: str, record: dict[str, Any], expected: Record
) -> None:
    found = format_of(record)

    assert found is format_named(name)
    assert found.read(record) == expected


def test_the_last_answer_is_the_reference_and_earlier_turns_belong_to_the_prompt() -> None:
    read = format_named("openai").read({"messages": turns("Hi", "Hello", "Weather?", "Sunny")})

    assert read == Record("User: Hi\n\nAssistant: Hello\n\nUser: Weather?", "Sunny", turns=2)


def test_an_answer_before_the_last_question_is_no_reference() -> None:
    read = format_named("openai").read({"messages": turns("Hi", "Hello", "Weather?")})

    assert read.reference is None


def test_tool_calls_between_question_and_answer_are_passed_over() -> None:
    messages = [
        *turns("Weather?", "I look it up."),
        {"role": "tool", "content": "21 degrees"},
        {"role": "assistant", "content": "Sunny"},
    ]

    assert format_named("openai").read({"messages": messages}) == Record("Weather?", "Sunny")


def test_verl_prefers_the_answer_in_extra_info() -> None:
    record = {
        "prompt": "q",
        "extra_info": {"answer": "long"},
        "reward_model": {"ground_truth": "72"},
    }

    assert format_named("verl").read(record).reference == "long"


def test_a_verl_ground_truth_that_is_no_text_is_given_as_json() -> None:
    record = {"prompt": "q", "reward_model": {"ground_truth": [1, "ä"]}}

    assert format_named("verl").read(record).reference == '[1, "ä"]'


REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("sagemaker", {"query": 42}, "wrong_type", "query is a number (42); expected text"),
    ("sagemaker", {"query": None}, "wrong_type", "query is null; expected text"),
    (
        "sagemaker",
        {"query": "q", "response": ["a"]},
        "wrong_type",
        "response is a list of 1; expected text, or no such field",
    ),
    ("sagemaker", {"text": "q"}, "missing_field", "no query; the fields are text"),
    ("sagemaker", {}, "missing_field", "no query; the record has no fields"),
    (
        "sagemaker",
        {"prompt": "q"},
        "other_format",
        (
            "in the format prompts only; expected SageMaker evaluation"
            " (query; optional response, system, category)"
        ),
    ),
    (
        "openai",
        {"messages": []},
        "wrong_type",
        "messages is an empty list; expected a list of messages, each with role and content",
    ),
    (
        "openai",
        {"messages": ["hi"]},
        "wrong_type",
        'messages[0] is the text "hi"; expected a message with role and content',
    ),
    (
        "openai",
        {"messages": [{"role": "user"}]},
        "missing_field",
        "messages[0] has no content; the fields are role",
    ),
    (
        "openai",
        {"messages": [{"role": "human", "content": "hi"}]},
        "wrong_role",
        'messages[0].role is the text "human"; expected system, user, assistant or tool',
    ),
    (
        "openai",
        {"messages": [{"role": ["user"], "content": "hi"}]},
        "wrong_role",
        "messages[0].role is a list of 1; expected system, user, assistant or tool",
    ),
    (
        "openai",
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]},
        "wrong_type",
        "messages[0].content is a list of 1; expected text",
    ),
    (
        "openai",
        {"messages": [{"role": "system", "content": "s"}]},
        "no_user_turn",
        "messages has no user message; its roles are system",
    ),
    (
        "hf_prompt_completion",
        {"prompt": "q", "completion": turns("a")},
        "no_assistant_turn",
        "completion has no assistant message; its roles are user",
    ),
    (
        "hf_preference_implicit",
        {"chosen": "q a", "rejected": "q b"},
        "missing_field",
        (
            "no prompt, and chosen is one text that does not say where the prompt ends;"
            " expected a field prompt"
        ),
    ),
    (
        "verl",
        {"prompt": "q", "reward_model": "rule"},
        "wrong_type",
        'reward_model is the text "rule"; expected an object, or no such field',
    ),
    (
        "prompt_only",
        {"prompt": {"text": "q"}},
        "wrong_type",
        "prompt is an object; expected text or a list of messages",
    ),
]


@pytest.mark.parametrize(("name", "record", "kind", "reason"), REFUSED)
def test_a_record_that_is_not_as_it_should_be_says_field_found_and_expected(
    name: str, record: dict[str, Any], kind: str, reason: str
) -> None:
    with pytest.raises(InvalidRecord) as refused:
        format_named(name).read(record)

    assert (refused.value.kind, refused.value.reason) == (kind, reason)


def test_the_format_of_a_dataset_is_that_of_most_records() -> None:
    records = [{"prompt": "stray"}, {"query": "q"}, {"query": "q"}, {"other": 1}]

    assert detect_format(records) is format_named("sagemaker")


def test_records_of_no_known_format_have_none() -> None:
    assert detect_format([{"question": "q", "answer": "a"}]) is None


def test_only_formats_with_prompt_or_query_suit_a_nova_run() -> None:
    assert [known.name for known in FORMATS if not known.nova_ready] == [
        "openai",
        "hf_preference_implicit",
    ]
