import pytest

from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice, says_none, split_answers, yes_or_no
from evalbook.workflow.turn import Choice

JUDGES = (
    Choice("amazon.nova-pro-v1:0", "Amazon Nova Pro"),
    Choice("anthropic.claude-sonnet-4-5-20250929-v1:0", "Anthropic Claude Sonnet 4.5"),
    Choice("meta.llama3-1-70b-instruct-v1:0", "Meta Llama 3.1 70B"),
)


@pytest.mark.parametrize(
    "text",
    ["yes", "Y", "Yes.", "yep", "OK", "okay", "I agree", "Yes, I agree!", "proceed", "go ahead",
     "sure", "I accept", "Ja", "Sí", "true", "Yes, I agree to the terms.", "Sure, go ahead",
     "yes, looks good", "okay, I agree", "I do", "yes please, that is right"],
)  # fmt: skip
def test_yes_in_the_words_people_use(text):
    assert yes_or_no(text) is True


@pytest.mark.parametrize("text", ["no", "N", "nope", "No, thanks", "not yet", "stop", "false"])
def test_no_in_the_words_people_use(text):
    assert yes_or_no(text) is False


@pytest.mark.parametrize(
    "text",
    ["", "yes, but what does it cost?", "maybe", "I guess", "yes no", "what are the terms?",
     "I do not agree", "I don't agree", "do I have to agree", "yes if it is free", "I would agree",
     "I agree to disagree", "do I agree to the terms", "yes?", "is this right", "yes and no",
     "I agree to some of the terms", "the terms"],
)  # fmt: skip
def test_what_is_conditional_or_a_question_is_neither(text):
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("amazon.nova-pro-v1:0", "amazon.nova-pro-v1:0"),
        ("AMAZON.NOVA-PRO-V1:0", "amazon.nova-pro-v1:0"),
        ("Meta Llama 3.1 70B", "meta.llama3-1-70b-instruct-v1:0"),
        ("meta llama 3.1 70b", "meta.llama3-1-70b-instruct-v1:0"),
        ("2", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("2.", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
        ("#3", "meta.llama3-1-70b-instruct-v1:0"),
    ],
)
def test_a_choice_is_named_by_value_label_or_number(text, value):
    assert read_choice(text, JUDGES) == value


@pytest.mark.parametrize("text", ["0", "4", "4.5", "claude", "²", "-1", "amazon", "9" * 5000])
def test_what_names_no_choice_is_rejected(text):
    with pytest.raises(AnswerRejected) as caught:
        read_choice(text, JUDGES)

    assert caught.value.remedy == (
        "Answer with a number, or one of: amazon.nova-pro-v1:0, "
        "anthropic.claude-sonnet-4-5-20250929-v1:0, meta.llama3-1-70b-instruct-v1:0."
    )


def test_a_choice_with_an_arn_is_named_by_its_label():
    runtime = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/travel_agent-a1b2c3d4e5"

    with pytest.raises(AnswerRejected) as caught:
        read_choice("travel", [Choice(runtime, "travel_agent")])
    assert caught.value.remedy == "Answer with a number, or one of: travel_agent."


def test_a_label_that_two_choices_share_names_neither():
    twins = (Choice("a", "Twin"), Choice("b", "Twin"))

    with pytest.raises(AnswerRejected, match="'Twin' is not one of the choices"):
        read_choice("Twin", twins)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Correctness, Completeness", ["Correctness", "Completeness"]),
        ("1,2 , 3", ["1", "2", "3"]),
        ('["Correctness", 2]', ["Correctness", "2"]),
        ("one\ntwo", ["one", "two"]),
        (" , ", []),
    ],
)
def test_several_answers_are_separated_by_commas_or_a_json_array(text, parts):
    assert split_answers(text) == parts


@pytest.mark.parametrize("text", ["[1, 2", '[{"a": 1}]', "[]x", "[" * 100_000])
def test_a_broken_array_is_rejected(text):
    with pytest.raises(AnswerRejected, match="not a JSON array"):
        split_answers(text)


@pytest.mark.parametrize(
    "text", ["none", "No", "no, I don't have any.", "nothing", "None of them", "[]", "-", "nope"]
)
def test_something_optional_is_declined_in_the_words_people_use(text):
    assert says_none(text)


@pytest.mark.parametrize(
    "text", ["none/such.json", "no.json", "[1]", "metrics.json", "yes", "note"]
)
def test_a_path_or_a_value_declines_nothing(text):
    assert not says_none(text)
