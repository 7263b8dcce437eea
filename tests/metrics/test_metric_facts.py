"""The data files against the installed AWS service model and SDK, so that drift is noticed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from evalbook.metrics.builtin import METRICS, builtin_metrics
from evalbook.metrics.custom import parse_custom_metrics
from evalbook.metrics.custom_text import LIMITS


@pytest.fixture(scope="module")
def shapes() -> dict[str, Any]:
    from botocore.loaders import Loader

    return Loader().load_service_model("bedrock", "service-2")["shapes"]


@pytest.mark.parametrize(
    ("field", "shape"),
    [
        ("customMetrics", "AutomatedEvaluationCustomMetrics"),
        ("name", "MetricName"),
        ("instructions", "CustomMetricInstructions"),
        ("ratingScale", "RatingScale"),
        ("definition", "RatingScaleItemDefinition"),
        ("stringValue", "RatingScaleItemValueStringValueString"),
    ],
)
def test_limits_are_those_of_the_service_model(shapes, field, shape):
    limit = LIMITS.facts["sizes"][field]

    assert (limit["min"], limit["max"]) == (shapes[shape]["min"], shapes[shape]["max"])
    if "pattern" in shapes[shape]:
        assert shapes[shape]["pattern"] == LIMITS.facts["name_pattern"]


@pytest.mark.parametrize(
    ("shape", "members", "required"),
    [
        (
            "AutomatedEvaluationCustomMetricConfig",
            {"customMetrics", "evaluatorModelConfig"},
            ["customMetrics", "evaluatorModelConfig"],
        ),
        ("AutomatedEvaluationCustomMetricSource", {"customMetricDefinition"}, None),
        (
            "CustomMetricDefinition",
            {"name", "instructions", "ratingScale"},
            ["name", "instructions"],
        ),
        ("RatingScaleItem", {"definition", "value"}, ["definition", "value"]),
        ("RatingScaleItemValue", {"floatValue", "stringValue"}, None),
    ],
)
def test_keys_are_those_of_the_service_model(shapes, shape, members, required):
    assert set(shapes[shape]["members"]) == members
    assert shapes[shape].get("required") == required


def test_rating_values_are_32_bit_floats_in_the_service_model(shapes):
    assert shapes["RatingScaleItemValue"]["union"] is True
    assert shapes[shapes["RatingScaleItemValue"]["members"]["floatValue"]["shape"]]["type"] == (
        "float"
    )


def test_builtin_names_are_those_the_service_documents_for_judges(shapes):
    text = shapes["EvaluationDatasetMetricConfig"]["members"]["metricNames"]["documentation"]
    judged = text[text.index("LLM as judge you can") : text.index("human-based")]

    assert [metric.name for metric in builtin_metrics()] == re.findall(r"Builtin\.(\w+)", judged)


def test_names_of_other_jobs_are_those_the_service_documents(shapes):
    text = shapes["EvaluationDatasetMetricConfig"]["members"]["metricNames"]["documentation"]
    documented = set(re.findall(r"Builtin\.(\w+)", text))
    others = METRICS.facts["metrics_of_other_jobs"]

    assert set(others) < documented
    assert set(others).isdisjoint(metric.name for metric in builtin_metrics())


def test_topics_suggest_known_metrics_only():
    content = METRICS.facts
    suggested = {name for topic in content["topics"] for name in topic["suggests"]}

    assert suggested | set(content["fallback"]) <= {metric.name for metric in builtin_metrics()}


def test_canonical_form_passes_botocores_own_validation():
    from botocore.loaders import Loader
    from botocore.model import ServiceModel
    from botocore.validate import ParamValidator

    scale = '[{"definition": "Good", "value": {"floatValue": 1}}]'
    text = f'[{{"name": "A", "instructions": "{{{{prediction}}}}", "ratingScale": {scale}}}]'
    model = ServiceModel(Loader().load_service_model("bedrock", "service-2"))

    report = ParamValidator().validate(
        parse_custom_metrics(text).metrics, model.shape_for("AutomatedEvaluationCustomMetrics")
    )

    assert report.generate_report() == ""
