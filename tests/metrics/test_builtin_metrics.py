from __future__ import annotations

import pytest

from evalbook.errors import AnswerRejected
from evalbook.metrics.builtin import builtin_metrics, parse_builtin_metric, recommend

NAMES = [
    "Correctness",
    "Completeness",
    "Faithfulness",
    "Helpfulness",
    "Coherence",
    "Relevance",
    "FollowingInstructions",
    "ProfessionalStyleAndTone",
    "Harmfulness",
    "Stereotyping",
    "Refusal",
]


def recommended(task: str, **given: object) -> list[str]:
    settings = {"has_reference": None, **given}
    return [each.metric for each in recommend(task, **settings) if each.recommended]


def reason(metric: str, task: str, **given: object) -> str:
    settings = {"has_reference": None, **given}
    return next(each.reason for each in recommend(task, **settings) if each.metric == metric)


def test_metrics_come_in_bedrocks_order():
    assert [metric.name for metric in builtin_metrics()] == NAMES


def test_only_correctness_and_completeness_use_a_reference():
    assert [metric.name for metric in builtin_metrics() if metric.uses_reference] == [
        "Correctness",
        "Completeness",
    ]


def test_lower_is_better_for_exactly_the_responsible_ai_metrics():
    lower = [metric.name for metric in builtin_metrics() if not metric.higher_is_better]

    assert lower == ["Harmfulness", "Stereotyping", "Refusal"]
    assert lower == [each.name for each in builtin_metrics() if each.group == "responsible-ai"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("written", ["{}", "Builtin.{}", "  builtin.{} "])
def test_every_metric_is_understood_with_and_without_prefix(name, written):
    assert parse_builtin_metric(written.format(name)) == name
    assert parse_builtin_metric(written.format(name).upper()) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("following instructions", "FollowingInstructions"),
        ("following-instructions", "FollowingInstructions"),
        ("FOLLOWING_INSTRUCTIONS", "FollowingInstructions"),
        ("Professional style and tone", "ProfessionalStyleAndTone"),
        ("Logical coherence", "Coherence"),
        ("Builtin.LogicalCoherence", "Coherence"),
        ("built-in: refusal", "Refusal"),
    ],
)
def test_spellings_of_console_and_people_are_understood(written, name):
    assert parse_builtin_metric(written) == name


def test_misspelt_metric_is_rejected_with_near_names():
    with pytest.raises(AnswerRejected) as caught:
        parse_builtin_metric("Corectness")

    assert caught.value.code == "metrics.unknown"
    assert caught.value.message == (
        '"Corectness" is not a built-in metric of an LLM-as-a-judge evaluation. '
        "Did you mean Correctness or Completeness?"
    )
    assert caught.value.remedy == (
        "Choose from Correctness, Completeness, Faithfulness, Helpfulness, Coherence, Relevance, "
        "FollowingInstructions, ProfessionalStyleAndTone, Harmfulness, Stereotyping and Refusal."
    )


def test_metric_of_another_kind_of_job_is_named_as_such():
    with pytest.raises(AnswerRejected) as caught:
        parse_builtin_metric("Builtin.Toxicity")

    assert caught.value.message == (
        '"Builtin.Toxicity" is not a built-in metric of an LLM-as-a-judge evaluation. '
        "Toxicity belongs to other kinds of Bedrock evaluation; Harmfulness is closest."
    )


@pytest.mark.parametrize("written", ["", "   ", "builtin.", "🙂", "..."])
def test_nothing_named_is_rejected(written):
    with pytest.raises(AnswerRejected) as caught:
        parse_builtin_metric(written)

    assert (caught.value.code, caught.value.message) == ("metrics.unknown", "No metric was named.")


def test_long_nonsense_is_cut_in_the_message():
    with pytest.raises(AnswerRejected) as caught:
        parse_builtin_metric("x" * 100_000)

    assert len(caught.value.message) < 150


@pytest.mark.parametrize(
    ("task", "has_reference", "metrics"),
    [
        (
            "Summarise customer support tickets",
            True,
            ["Correctness", "Completeness", "Faithfulness", "Coherence", "Relevance"],
        ),
        (
            "translates legal contracts",
            True,
            [
                "Correctness",
                "Completeness",
                "Faithfulness",
                "ProfessionalStyleAndTone",
                "Harmfulness",
            ],
        ),
        ("classification of tickets by intent", True, ["Correctness", "FollowingInstructions"]),
        ("writes SQL", None, ["Correctness", "Completeness", "FollowingInstructions"]),
        ("content moderation, safety", False, ["Harmfulness", "Stereotyping", "Refusal"]),
        ("grade-school maths", True, ["Correctness", "Completeness", "Coherence"]),
        ("follow the instructions", None, ["Completeness", "Helpfulness", "FollowingInstructions"]),
        (
            "answers from retrieved documents (RAG)",
            None,
            ["Correctness", "Completeness", "Faithfulness", "Relevance"],
        ),
        (
            "polite e-mail replies",
            None,
            ["Helpfulness", "Coherence", "FollowingInstructions", "ProfessionalStyleAndTone"],
        ),
    ],
)
def test_task_and_data_decide_what_is_recommended(task, has_reference, metrics):
    assert recommended(task, has_reference=has_reference) == metrics


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("Textzusammenfassung: fasst zusammen, Zusammenfassungen", "Faithfulness"),
        ("Résumer des articles", "Faithfulness"),
        ("resúmenes de noticias", "Faithfulness"),
        ("法律文档摘要", "Faithfulness"),
        ("ニュースの要約", "Faithfulness"),
        ("ÜBERSETZUNG", "Correctness"),
        ("перевод текста", "Correctness"),
        ("客服聊天机器人", "Helpfulness"),
    ],
)
def test_tasks_in_other_languages_are_recognised(task, metric):
    assert "The task mentions" in reason(metric, task)


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("storage of ragged arrays", "Faithfulness"),
        ("harmonic analysis", "Harmfulness"),
        ("warehouse inventory", "Faithfulness"),
        ("text completion", "Completeness"),
        ("classroom rota", "FollowingInstructions"),
    ],
)
def test_words_that_only_begin_alike_are_not_taken_for_a_subject(task, metric):
    assert "The task mentions" not in reason(metric, task)


@pytest.mark.parametrize(
    "task", ["", "do the thing", "\x00", "🙂" * 500, "قم بالمهمة", "a" * 50_000]
)
@pytest.mark.parametrize("has_reference", [True, False, None])
@pytest.mark.parametrize("has_custom", [True, False])
def test_every_task_gets_one_to_five_recommendations_and_eleven_reasons(
    task, has_reference, has_custom
):
    result = recommend(task, has_reference=has_reference, has_custom=has_custom)

    assert [each.metric for each in result] == NAMES
    assert 1 <= sum(each.recommended for each in result) <= 5
    assert all(each.reason.endswith(".") for each in result)


def test_unknown_task_starts_with_what_suits_any():
    assert recommended("") == ["Correctness", "Helpfulness", "FollowingInstructions"]


def test_task_of_many_subjects_still_gets_five():
    task = "summarise, translate, classify, extract, code, chat, safety, tone, maths, law"

    assert len(recommended(task, has_reference=True)) == 5


def test_fewer_are_recommended_beside_custom_metrics():
    task = "summarise customer support tickets"

    assert len(recommended(task, has_reference=True)) == 5
    assert recommended(task, has_reference=True, has_custom=True) == [
        "Correctness",
        "Completeness",
        "Faithfulness",
    ]


def test_reference_answers_bring_correctness_into_any_task():
    assert "Correctness" not in recommended("polite replies", has_reference=None)
    assert "Correctness" in recommended("polite replies", has_reference=True)
    assert reason("Correctness", "polite replies", has_reference=True) == (
        "The dataset has reference answers to compare with."
    )


def test_system_prompts_in_the_data_bring_following_instructions():
    assert reason("FollowingInstructions", "maths", fields=["query", "system"]) == (
        'The dataset has a field "system": records carry a system prompt to keep to.'
    )


@pytest.mark.parametrize(
    ("has_reference", "expected"),
    [
        (None, "Reference answers are used if the dataset has them."),
        (False, "The dataset has no reference answers, so the judge relies on its own knowledge."),
    ],
)
def test_reason_says_what_the_reference_does(has_reference, expected):
    told = reason("Correctness", "classify tickets", has_reference=has_reference)

    assert told == f'The task mentions "classify": a label is right or wrong. {expected}'


@pytest.mark.parametrize(
    ("task", "metric"),
    [
        ("Summarises customer support tickets", "Helpfulness"),
        ("classify incoming e-mails", "ProfessionalStyleAndTone"),
        ("answers questions about invoices", "Faithfulness"),
    ],
)
def test_what_a_task_works_on_is_not_what_it_does(task, metric):
    assert metric not in recommended(task)


def test_with_references_it_is_the_data_that_point_to_correctness():
    assert reason("Correctness", "classify tickets", has_reference=True) == (
        "The dataset has reference answers to compare with."
    )


def test_reason_against_says_when_to_add_the_metric():
    assert reason("Stereotyping", "classify tickets") == (
        "Nothing in the task or the data suggests it. "
        "Add it if responses speak about people or groups of people."
    )
