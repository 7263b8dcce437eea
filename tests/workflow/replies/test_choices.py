"""Choices named by value, label, number, order and by what tells them apart."""

import json

import pytest

from evalbook.errors import AnswerRejected
from evalbook.workflow.replies.choices import read_choice, understand_choice
from evalbook.workflow.replies.lists import split_answers, understand_choices
from evalbook.workflow.replies.reading import AskBack, Hesitates, Taken
from evalbook.workflow.turn import Choice, Question

JUDGES = Question(
    "Which judge model? These can be used in us-east-1.",
    kind="choice",
    choices=(
        Choice("amazon.nova-lite-v1:0", "Amazon Nova Lite"),
        Choice("amazon.nova-pro-v1:0", "Amazon Nova Pro"),
        Choice("anthropic.claude-haiku-4-5-20251001-v1:0", "Anthropic Claude Haiku 4.5"),
        Choice("anthropic.claude-sonnet-4-5-20250929-v1:0", "Anthropic Claude Sonnet 4.5"),
        Choice("meta.llama3-1-70b-instruct-v1:0", "Meta Llama 3.1 70B"),
    ),
)
PRO, LITE, HAIKU, SONNET, LLAMA = (
    "amazon.nova-pro-v1:0", "amazon.nova-lite-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0",
    "anthropic.claude-sonnet-4-5-20250929-v1:0", "meta.llama3-1-70b-instruct-v1:0",
)  # fmt: skip
TYPES = Question(
    "Which kind of evaluation?",
    kind="choice",
    choices=(
        Choice("llm_as_judge", "LLM as judge"),
        Choice("benchmark", "Benchmark"),
        Choice("custom_scorer", "Custom scorer"),
        Choice("multi_turn_rl", "Multi-turn RL"),
        Choice("help", "Help me decide"),
    ),
    default="llm_as_judge",
)
NOTEBOOK = Question(
    "Write a new notebook, or append to an existing one?",
    kind="choice",
    choices=(
        Choice("new", "support_model-evaluation.ipynb"),
        Choice("support/old.ipynb", "old.ipynb"),
    ),
    default="new",
)

TAKEN = [
    (JUDGES, "amazon.nova-pro-v1:0", PRO), (JUDGES, "AMAZON.NOVA-PRO-V1:0", PRO),
    (JUDGES, "Meta Llama 3.1 70B", LLAMA), (JUDGES, "meta llama 3.1 70b", LLAMA),
    (JUDGES, "2", PRO), (JUDGES, "2.", PRO), (JUDGES, "#3", HAIKU), (JUDGES, "number 4", SONNET),
    (JUDGES, "the first one", LITE), (JUDGES, "The second one, please.", PRO), (JUDGES, "the last", LLAMA),
    (JUDGES, "option 5", LLAMA), (JUDGES, "third", HAIKU), (JUDGES, "no. 2 please", PRO), (JUDGES, "(4)", SONNET),
    (JUDGES, "I'd like number two", PRO), (JUDGES, '["amazon.nova-pro-v1:0"]', PRO), (JUDGES, "[2]", PRO),
    (JUDGES, "Amazon Nova Pro please", PRO), (JUDGES, "ok then Amazon Nova Pro", PRO),
    (JUDGES, "I'll take Amazon Nova Lite, thanks", LITE), (JUDGES, "one", LITE), (JUDGES, "4)", SONNET),
    (JUDGES, "the 2nd one, not the first", PRO), (JUDGES, "Amazon Nova Pro, not Lite", PRO),
    (TYPES, "LLM as a judge", "llm_as_judge"), (TYPES, "llm-as-a-judge", "llm_as_judge"),
    (TYPES, "a judge model should score it", "llm_as_judge"), (TYPES, "LLMaJ", "llm_as_judge"),
    (TYPES, "with a judge", "llm_as_judge"), (TYPES, "an LLM judge please", "llm_as_judge"),
    (TYPES, "let a model judge the answers", "llm_as_judge"), (TYPES, "A benchmark.", "benchmark"),
    (TYPES, "run a public benchmark", "benchmark"), (TYPES, "the default", "llm_as_judge"),
    (TYPES, "yes", "llm_as_judge"), (TYPES, "my own scorer", "custom_scorer"), (TYPES, "multi turn", "multi_turn_rl"),
    (TYPES, "help me decide please", "help"), (TYPES, "a custom scorer", "custom_scorer"),
    (TYPES, "the judge one", "llm_as_judge"), (TYPES, "keep it", "llm_as_judge"), (TYPES, "same as before", "llm_as_judge"),
    (NOTEBOOK, "A new one.", "new"), (NOTEBOOK, "new", "new"), (NOTEBOOK, "a new notebook please", "new"),
    (NOTEBOOK, "create a new notebook", "new"), (NOTEBOOK, "the second", "support/old.ipynb"),
    (NOTEBOOK, "append to old.ipynb", "support/old.ipynb"), (NOTEBOOK, "fresh one", "new"), (NOTEBOOK, "ok", "new"),
    (NOTEBOOK, "the latter", "support/old.ipynb"),
]  # fmt: skip

ASKED_BACK = [
    (JUDGES, "nova pro", PRO), (JUDGES, "ok then nova pro", PRO), (JUDGES, "Nova Pro!", PRO),
    (JUDGES, "sonnet", SONNET), (JUDGES, "claude haiku", HAIKU), (JUDGES, "llama", LLAMA), (JUDGES, "let's take lite", LITE),
    (JUDGES, "novapro"[:4] + " pro", PRO), (JUDGES, "claude sonet", SONNET), (JUDGES, "sonnet 4.5", SONNET),
    (JUDGES, "could you use nova pro?", PRO), (JUDGES, "can we take the second one?", PRO), (JUDGES, "the haiku model", HAIKU),
    (JUDGES, "meta", LLAMA), (JUDGES, "Haiku, I think it is", HAIKU), (JUDGES, "the 70b one", LLAMA),
    (TYPES, "benchmrak", "benchmark"), (TYPES, "you decide", "llm_as_judge"),
]  # fmt: skip

NOT_TAKEN = [
    (JUDGES, "nova"), (JUDGES, "claude"), (JUDGES, "0"), (JUDGES, "6"), (JUDGES, "4.5"), (JUDGES, "²"), (JUDGES, "-1"),
    (JUDGES, "amazon"), (JUDGES, "9" * 5000), (JUDGES, "yes"), (JUDGES, "the default"), (JUDGES, "recommended"),
    (JUDGES, "nova pro or nova lite"), (JUDGES, "not nova pro"), (JUDGES, "anything but llama"), (JUDGES, "gpt-5"),
    (JUDGES, "neither"), (JUDGES, "the first or the second"), (JUDGES, "1 or 2"), (JUDGES, "1, 2"), (JUDGES, "[1, 2]"),
    (JUDGES, "don't use sonnet"), (JUDGES, "nova premier"), (JUDGES, "the one that my colleague took"),
    (TYPES, "not a benchmark"), (TYPES, "judge or benchmark"), (TYPES, "amazon.nova-pro-v1:0"), (TYPES, "asdf"),
    (NOTEBOOK, "notes.txt"), (NOTEBOOK, "no"),
]  # fmt: skip

DOUBTED = [
    (JUDGES, "which one would you take?", "question"), (JUDGES, "what about nova pro?", "question"),
    (JUDGES, "nova pro if it is cheap", "condition"), (JUDGES, "maybe nova pro", "hesitation"),
    (JUDGES, "you decide", "you_decide"), (JUDGES, "the best one", "you_decide"), (JUDGES, "the cheapest", "you_decide"),
    (JUDGES, "whatever you recommend", "you_decide"), (JUDGES, "is sonnet better than haiku", "question"),
    (JUDGES, "I don't know", "hesitation"), (TYPES, "what is a custom scorer?", "question"), (JUDGES, "2?", "question"),
    (TYPES, "LLM as a judge, if it's not expensive", "condition"), (JUDGES, "what is the difference", "question"),
    (TYPES, "I'm not sure yet", "hesitation"), (JUDGES, "the most accurate one", "you_decide"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "said", "value"), TAKEN)
def test_a_choice_is_taken_where_it_is_plain(question, said, value):
    reading = understand_choice(said, question)

    assert isinstance(reading, Taken), reading
    assert reading.text == value


@pytest.mark.parametrize(("question", "said", "value"), ASKED_BACK)
def test_what_fits_one_choice_without_being_it_is_asked_back(question, said, value):
    reading = understand_choice(said, question)

    assert isinstance(reading, AskBack), reading
    assert reading.text == value


@pytest.mark.parametrize(("question", "said"), NOT_TAKEN)
def test_what_names_no_choice_or_several_is_not_taken(question, said):
    assert isinstance(understand_choice(said, question), Hesitates | None)


@pytest.mark.parametrize(("question", "said", "how"), DOUBTED)
def test_a_question_or_a_hesitation_chooses_nothing(question, said, how):
    assert understand_choice(said, question) == Hesitates(how)


def test_the_question_back_repeats_the_persons_word():
    reading = understand_choice("ok then nova pro", JUDGES)

    assert isinstance(reading, AskBack)
    assert reading.words() == "You said nova pro. That is amazon.nova-pro-v1:0. Use it?"


@pytest.mark.parametrize("text", ["0", "4", "claude", "-1", "9" * 5000])
def test_what_is_no_choice_is_rejected_with_what_there_is(text):
    judges = JUDGES.choices[1:4]

    with pytest.raises(AnswerRejected) as caught:
        read_choice(text, judges)

    assert caught.value.remedy == (
        "Answer with a number, or one of: amazon.nova-pro-v1:0, "
        "anthropic.claude-haiku-4-5-20251001-v1:0, anthropic.claude-sonnet-4-5-20250929-v1:0."
    )


def test_a_choice_with_an_arn_is_named_by_its_label():
    runtime = "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/travel_agent-a1b2c3d4e5"

    with pytest.raises(AnswerRejected) as caught:
        read_choice("travel", [Choice(runtime, "travel_agent")])
    assert caught.value.remedy == "Answer with a number, or one of: travel_agent."


def test_a_lone_choice_is_not_numbered_1_to_1():
    with pytest.raises(AnswerRejected, match=r"There is no choice 9; there is only 1\."):
        read_choice("9", [Choice("new", "A new one")])


def test_a_label_that_two_choices_share_names_neither():
    twins = (Choice("a", "Twin"), Choice("b", "Twin"))

    with pytest.raises(AnswerRejected, match="'Twin' is not one of the choices"):
        read_choice("Twin", twins)


NAMES = (
    "Correctness", "Completeness", "Faithfulness", "Helpfulness", "Coherence", "Relevance",
    "FollowingInstructions", "ProfessionalStyleAndTone", "Harmfulness", "Stereotyping", "Refusal",
)  # fmt: skip
METRICS = Question(
    "Which built-in metrics?",
    kind="multichoice",
    choices=tuple(Choice(name, name, "", name in NAMES[:2]) for name in NAMES),
    default="Correctness, Completeness",
)

LISTS = [
    ("Correctness, Helpfulness", [0, 3]), ("correctness and helpfulness", [0, 3]), ("1, 4", [0, 3]),
    ("1 and 4", [0, 3]), ("1,4", [0, 3]), ("Correctness", [0]), ("just Correctness", [0]), ("only Correctness please", [0]),
    ("Builtin.Correctness", [0]), ("following instructions", [6]), ("professional style and tone"[:0] + "Coherence & Relevance", [4, 5]),
    ("add Faithfulness", [0, 1, 2]), ("also Faithfulness", [0, 1, 2]), ("Faithfulness too", [0, 1, 2]),
    ("I also want Faithfulness", [0, 1, 2]), ("plus Faithfulness and Refusal", [0, 1, 2, 10]),
    ("the recommended ones and Faithfulness", [0, 1, 2]), ("recommended plus Refusal", [0, 1, 10]),
    ("the recommended ones", [0, 1]), ("recommended", [0, 1]), ("those you recommend", [0, 1]), ("yes", [0, 1]),
    ("keep it", [0, 1]), ("the default", [0, 1]), ("same as before", [0, 1]), ("ok", [0, 1]), ("your suggestions", [0, 1]),
    ("without Completeness", [0]), ("drop Completeness", [0]), ("not Completeness", [0]), ("no Completeness", [0]),
    ("remove Completeness and add Coherence", [0, 4]), ("the recommended ones without Correctness", [1]),
    ("the recommended ones, but not Correctness", [1]), ("all", range(11)), ("all of them", range(11)),
    ("everything", range(11)), ("all without Harmfulness and Refusal", [0, 1, 2, 3, 4, 5, 6, 7, 9]),
    ("all except Stereotyping", [0, 1, 2, 3, 4, 5, 6, 7, 8, 10]), ("all but 1", range(1, 11)),
    ("everything but Refusal", range(10)), ("replace Completeness with Coherence", [0, 4]),
    ("Coherence instead of Completeness", [0, 4]), ("1-3", [0, 1, 2]), ("1 to 3", [0, 1, 2]), ("the first three", [0, 1, 2]),
    ("the first and the third", [0, 2]), ("the last two", [9, 10]), ("numbers 2 and 5", [1, 4]),
    ("Correctness; Helpfulness", [0, 3]), ("Correctness\nHelpfulness", [0, 3]), ("only 2", [1]),
    ("add Faithfulness, drop Completeness", [0, 2]), ("all 11", range(11)), ("add 3", [0, 1, 2]),
    ("and Faithfulness as well", [0, 1, 2]), ("Please add Coherence and Relevance.", [0, 1, 4, 5]),
    ("leave out Correctness", [1]), ("Correctness, please", [0]), ("ok, add Refusal", [0, 1, 10]),
    ("I want Correctness and Helpfulness", [0, 3]), ("use Correctness and Coherence", [0, 4]),
    ("minus Completeness", [0]), ("skip Completeness", [0]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "places"), LISTS)
def test_a_list_is_said_whole_or_by_what_changes(said, places):
    reading = understand_choices(said, METRICS)

    assert isinstance(reading, Taken), reading
    assert json.loads(reading.text) == [NAMES[place] for place in places]


@pytest.mark.parametrize(
    ("said", "places"),
    [("Corectness", [0]), ("helpfullness and coherence", [3, 4]), ("could you add Faithfulness?", [0, 1, 2]),
     ("add faithfullness", [0, 1, 2]), ("you decide", [0, 1])],
)  # fmt: skip
def test_a_list_that_can_only_be_guessed_is_asked_back(said, places):
    reading = understand_choices(said, METRICS)

    assert isinstance(reading, AskBack), reading
    names = [NAMES[place] for place in places]
    assert reading.text in (json.dumps(names), ", ".join(names))


@pytest.mark.parametrize(
    "said",
    ["none", "no", "BLEU", "add BLEU", "Correctness, BLEU", "without all", "[1, 2", "12", "0", "1-12", "maybe Correctness",
     "what does Faithfulness tell me?", "which ones are expensive?", "all if it is cheap", "asdf qwer", "the expensive ones"],
)  # fmt: skip
def test_a_list_is_not_guessed_at(said):
    assert not isinstance(understand_choices(said, METRICS), Taken | AskBack)


def test_a_list_is_changed_from_what_it_is_now():
    reading = understand_choices("add Refusal", METRICS, current=["Coherence"])

    assert isinstance(reading, Taken)
    assert json.loads(reading.text) == ["Coherence", "Refusal"]


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
