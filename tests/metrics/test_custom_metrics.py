from __future__ import annotations

import json
from typing import Any

import pytest

from evalbook.errors import AnswerRejected
from evalbook.metrics.custom import CustomMetrics, custom_metrics_text, parse_custom_metrics

TEXT = "Rate the tone.\nPrompt: {{prompt}}\nResponse: {{prediction}}"


def a_rating(definition: Any = "Good", **value: Any) -> dict[str, Any]:
    return {"definition": definition, "value": value or {"floatValue": 1.0}}


def a_definition(**changes: Any) -> dict[str, Any]:
    scale = [a_rating("Good", floatValue=1.0), a_rating("Poor", floatValue=0.0)]
    definition = {"name": "Tone", "instructions": TEXT, "ratingScale": scale, **changes}
    return {key: value for key, value in definition.items() if value is not ...}


def a_metric(**changes: Any) -> dict[str, Any]:
    return {"customMetricDefinition": a_definition(**changes)}


def parsed(*metrics: Any, has_reference: bool | None = True) -> CustomMetrics:
    return parse_custom_metrics(json.dumps(list(metrics)), has_reference=has_reference)


def rejected(text: str, **given: Any) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        parse_custom_metrics(text, **given)
    return caught.value


def violations(*metrics: Any, has_reference: bool | None = True) -> list[str]:
    error = rejected(json.dumps(list(metrics)), has_reference=has_reference)
    assert error.code == "custom_metrics.invalid"
    assert {check.status for check in error.checks} == {"failed"}
    return [check.message for check in error.checks]


def warnings(*metrics: Any, has_reference: bool | None = True) -> list[str]:
    return [check.message for check in parsed(*metrics, has_reference=has_reference).warnings]


def test_metrics_in_bedrocks_format_pass_unchanged():
    result = parsed(a_metric(), a_metric(name="Tone-2.b_C"))

    assert result.metrics == [a_metric(), a_metric(name="Tone-2.b_C")]
    assert result.names == ("Tone", "Tone-2.b_C")
    assert (result.uses_reference, result.warnings) == (False, ())


def test_everything_at_its_limit_passes():
    text = "{{prediction}}"
    scale = [a_rating("d" * 100, stringValue=f"{n}" * 100) for n in range(10)]
    full = {"instructions": text.rjust(5000, "x"), "ratingScale": scale}

    metrics = [a_metric(name=f"{n}" * 63, **full) for n in range(10)]

    assert parsed(*metrics).metrics == metrics


def test_text_for_the_sdk_is_the_same_json_with_its_characters_kept():
    metrics = parsed(a_metric(instructions="Höflich? 礼貌 🙂 {{prediction}}")).metrics

    text = custom_metrics_text(metrics)

    assert json.loads(text) == metrics
    assert "Höflich? 礼貌 🙂" in text


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (a_metric(), ["You gave a single metric; it was read as an array of one."]),
        (
            a_definition(),
            [
                "You gave a single metric; it was read as an array of one.",
                '"customMetricDefinition" was put around each definition, as Bedrock requires.',
            ],
        ),
        (
            [a_definition()],
            ['"customMetricDefinition" was put around each definition, as Bedrock requires.'],
        ),
        (
            {"customMetrics": [a_metric()], "evaluatorModelConfig": {"bedrockEvaluatorModels": []}},
            [
                (
                    "Bedrock's evaluatorModelConfig was left out: "
                    "the judge model is chosen in a separate step."
                )
            ],
        ),
        ({"customMetricConfig": {"customMetrics": [a_metric()]}}, []),
    ],
)
def test_other_forms_are_read_and_said(value, told):
    result = parse_custom_metrics(json.dumps(value))

    assert result.metrics == [a_metric()]
    assert [check.message for check in result.warnings] == told


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, "null"),
        (3, "the number 3"),
        (True, "the boolean true"),
        ("x", 'the string "x"'),
        ({}, "the object {}"),
        ({"customMetrics": {}}, "the object {}"),
    ],
)
def test_input_that_holds_no_metrics_is_rejected(value, found):
    error = rejected(json.dumps(value))

    assert error.message == (
        "1 thing is wrong in the custom metrics:\n"
        f"The input, customMetrics: {found}; an array is needed."
    )


@pytest.mark.parametrize(("count", "found"), [(0, "0 metrics"), (11, "11 metrics")])
def test_one_to_ten_metrics_are_allowed(count, found):
    assert violations(*[a_metric(name=f"m{n}") for n in range(count)]) == [
        f"The input, customMetrics: {found}; 1 to 10 are allowed."
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ...}, "Metric 1, name: missing; it is required."),
        ({"name": ""}, "Metric 1, name: 0 characters; 1 to 63 are allowed."),
        ({"name": 5}, "Metric 1, name: the number 5; a string is needed."),
        (
            {"name": "my tone"},
            (
                'Metric 1 "my tone", name: "my tone"; only letters a to z in either case, digits, '
                "hyphens, underscores and dots are allowed."
            ),
        ),
        (
            {"name": "Tone\n"},
            (
                'Metric 1 "Tone\\n", name: "Tone\\n"; only letters a to z in either case, digits, '
                "hyphens, underscores and dots are allowed."
            ),
        ),
        ({"instructions": ...}, 'Metric 1 "Tone", instructions: missing; it is required.'),
        (
            {"instructions": ["Rate it."]},
            'Metric 1 "Tone", instructions: the array ["Rate it."]; a string is needed.',
        ),
        (
            {"instructions": "{{prediction}}".rjust(5001, "x")},
            'Metric 1 "Tone", instructions: 5,001 characters; 1 to 5,000 are allowed.',
        ),
        (
            {"instructions": "Rate it."},
            (
                'Metric 1 "Tone", instructions: neither {{prompt}} nor {{prediction}}; '
                "at least one is needed, or the judge sees nothing of the record."
            ),
        ),
        (
            {"instructions": "{{context}} {{prediction}}"},
            (
                'Metric 1 "Tone", instructions: {{context}}; '
                "allowed are {{prompt}}, {{prediction}}, {{ground_truth}}."
            ),
        ),
        ({"ratingScale": None}, 'Metric 1 "Tone", ratingScale: null; an array is needed.'),
        ({"ratingScale": []}, 'Metric 1 "Tone", ratingScale: 0 ratings; 1 to 10 are allowed.'),
        (
            {"weight": 1},
            (
                'Metric 1 "Tone", unknown key: "weight"; allowed here: '
                "instructions, name, ratingScale."
            ),
        ),
    ],
)
def test_each_broken_limit_of_a_metric_is_named_with_its_place(changes, message):
    assert violations(a_metric(**changes)) == [message]


@pytest.mark.parametrize(
    ("rating", "message"),
    [
        (7, "ratingScale: the number 7; an object with definition and value is needed"),
        ({"value": {"floatValue": 1}}, "definition: missing; it is required"),
        (a_rating(""), "definition: 0 characters; 1 to 100 are allowed"),
        (a_rating("d" * 101), "definition: 101 characters; 1 to 100 are allowed"),
        (a_rating(None), "definition: null; a string is needed"),
        ({"definition": "d"}, "value: missing; it is required"),
        (
            {"definition": "d", "value": 1},
            "value: the number 1; an object with floatValue or stringValue is needed",
        ),
        (
            {"definition": "d", "value": {}},
            "value: neither floatValue nor stringValue; exactly one is needed",
        ),
        (
            a_rating(floatValue=1, stringValue="a"),
            "value: both floatValue and stringValue; exactly one is needed",
        ),
        (a_rating(stringValue=""), "stringValue: 0 characters; 1 to 100 are allowed"),
        (a_rating(stringValue="s" * 101), "stringValue: 101 characters; 1 to 100 are allowed"),
        (a_rating(stringValue=1), "stringValue: the number 1; a string is needed"),
        (a_rating(floatValue=True), "floatValue: the boolean true; a number is needed"),
        (a_rating(floatValue="1"), 'floatValue: the string "1"; a number is needed'),
        (a_rating(floatValue=None), "floatValue: null; a number is needed"),
        (
            a_rating(floatValue=float("nan")),
            "floatValue: the number NaN; a finite number is needed",
        ),
        (
            a_rating(floatValue=float("-inf")),
            "floatValue: the number -Infinity; a finite number is needed",
        ),
        (
            a_rating(floatValue=1e39),
            "floatValue: the number 1e+39; at most 3.403e+38 either side of zero is allowed",
        ),
        (
            {**a_rating(), "weight": 1},
            'unknown key: "weight"; allowed here: definition, value',
        ),
    ],
)
def test_each_broken_limit_of_a_rating_is_named_with_its_place(rating, message):
    assert violations(a_metric(ratingScale=[rating])) == [f'Metric 1 "Tone", rating 1, {message}.']


def test_one_kind_of_value_is_needed_throughout_a_scale():
    scale = [a_rating("Good", floatValue=1.0), a_rating("Poor", stringValue="bad")]

    assert violations(a_metric(ratingScale=scale)) == [
        (
            'Metric 1 "Tone", ratingScale: floatValue in some ratings and stringValue in others; '
            "all must be of one kind."
        )
    ]


def test_different_metrics_may_use_different_kinds_of_value():
    words = [a_rating("Good", stringValue="good"), a_rating("Poor", stringValue="poor")]

    assert parsed(a_metric(), a_metric(name="Words", ratingScale=words)).warnings == ()


def test_all_violations_are_reported_at_once_in_the_order_of_the_metrics():
    error = rejected(
        json.dumps([a_metric(name="a b"), a_metric(instructions="no"), 3, a_metric(x=1)])
    )

    assert [check.id for check in error.checks] == [
        "custom_metrics.name",
        "custom_metrics.instructions",
        "custom_metrics.customMetricDefinition",
        "custom_metrics.unknown_key",
        "custom_metrics.name",
    ]
    assert error.message.splitlines()[0] == "5 things are wrong in 4 custom metrics:"
    assert error.message.splitlines()[-1] == "and 2 more."


def test_a_name_given_twice_is_a_violation_and_case_alone_a_warning():
    assert violations(a_metric(), a_metric()) == [
        'Metric 2 "Tone", name: the name of metric 1 again; each name is allowed once.'
    ]
    assert warnings(a_metric(), a_metric(name="TONE")) == [
        'Metric 2 "TONE" and metric 1 "Tone" differ only in case.'
    ]


@pytest.mark.parametrize("name", ["Correctness", "builtin.correctness", "Following_Instructions"])
def test_the_name_of_a_builtin_metric_is_warned_of(name):
    assert warnings(a_metric(name=name)) == [
        f'Metric 1 "{name}" has the name of a built-in metric.'
    ]


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("{{response}}", "Write {{prediction}} instead."),
        ("{{Question}}", "Write {{prompt}} instead."),
        ("{{expected-answer}}", "Write {{ground_truth}} instead."),
        ("{{Prediction}}", "Write {{prediction}} instead."),
        ("{{context}}", None),
        ("{{}}", None),
    ],
)
def test_unknown_variables_come_with_the_right_one_where_it_is_plain(written, remedy):
    error = rejected(json.dumps([a_metric(instructions=f"{written} {{{{prediction}}}}")]))

    assert [check.remedy for check in error.checks] == [remedy]


def test_single_braces_are_recognised():
    error = rejected(json.dumps([a_metric(instructions="Rate {prediction}.")]))

    assert error.checks[0].remedy == "Write {{prediction}} with two braces on either side."


def test_ground_truth_needs_reference_answers():
    metric = a_metric(instructions="{{prediction}} {{ground_truth}}")

    assert parsed(metric, has_reference=True).uses_reference is True
    assert warnings(metric, has_reference=None) == [
        (
            'Metric 1 "Tone": {{ground_truth}} needs reference answers in the dataset; '
            "it is not known whether it has them."
        )
    ]
    assert violations(metric, has_reference=False) == [
        (
            'Metric 1 "Tone", instructions: {{ground_truth}}; '
            "the dataset has no reference answers to put there."
        )
    ]


def test_spaces_inside_variables_are_removed_and_said():
    result = parsed(a_metric(instructions="{{ prompt }} {{prediction }}"))

    assert result.metrics == [a_metric(instructions="{{prompt}} {{prediction}}")]
    assert [check.message for check in result.warnings] == [
        'Metric 1 "Tone": spaces inside {{ }} were removed.'
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ratingScale": ...},
            (
                'Metric 1 "Tone" has no rating scale: '
                "Bedrock then shows no distribution and no average."
            ),
        ),
        (
            {"ratingScale": [a_rating("a", floatValue=1), a_rating("b", floatValue=1.0)]},
            'Metric 1 "Tone": 1.0 stands for more than one rating.',
        ),
        (
            {"instructions": "Rate {{prompt}}"},
            'Metric 1 "Tone": without {{prediction}} the judge does not see the response.',
        ),
        (
            {"instructions": "{% if x %} {{prediction}}"},
            'Metric 1 "Tone": {% is not a template command here; the judge reads it literally.',
        ),
        (
            {"instructions": "{# note #} {{prediction}}"},
            'Metric 1 "Tone": {# is not a template command here; the judge reads it literally.',
        ),
        (
            {"instructions": "{{prompt} {{prediction}}"},
            'Metric 1 "Tone": {{ is never closed by }}.',
        ),
        (
            {"instructions": f"{{{{prediction}}}} {'Judge this strictly. ' * 5}"},
            'Metric 1 "Tone": the text continues after the last variable.',
        ),
    ],
)
def test_what_bedrock_accepts_but_may_not_be_meant_is_warned_of(changes, message):
    assert warnings(a_metric(**changes)) == [message]


def test_json_in_instructions_is_not_taken_for_a_variable():
    assert warnings(a_metric(instructions='As {"a": {"b": 1}}. {{prediction}}')) == []


def test_a_key_given_twice_is_a_violation():
    text = '[{"name": "a", "name": "b", "instructions": "{{prediction}}"}]'

    assert [check.message for check in rejected(text).checks] == [
        'Metric 1 "b", repeated key: "name" twice; once is allowed.'
    ]


def test_half_a_surrogate_pair_is_a_violation():
    assert violations(a_metric(instructions="\ud83d {{prediction}}")) == [
        (
            'Metric 1 "Tone", instructions: half of a surrogate pair (\\ud800 to \\udfff); '
            "both are needed."
        )
    ]


def test_unknown_keys_around_a_metric_and_a_configuration_are_violations():
    metric = {**a_metric(), "id": 1}
    config = {"customMetrics": [metric], "dataset": "x"}

    assert [check.message for check in rejected(json.dumps(config)).checks] == [
        'The input, unknown key: "dataset"; allowed here: customMetrics, evaluatorModelConfig.',
        'Metric 1 "Tone", unknown key: "id"; allowed here: customMetricDefinition.',
    ]
