"""Tags of an evaluation: what SageMaker takes as a tag, and whether the SDK will set them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from evalbook.aws.session import NO_HELP, Aws
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected

# TagKey, TagValue and TagList in SageMaker's service model 2017-07-24. One place in the list is
# taken by the SDK's own tag (_TAG_SAGEMAKER_MODEL_EVALUATION in train/evaluate/constants.py).
LONGEST_KEY = 128
LONGEST_VALUE = 256
SDK_TAG = "SagemakerModelEvaluation"
MOST_TAGS = 50 - 1

# The pattern's signs, and the general categories of its \p{L}, \p{Z} and \p{N}.
_SIGNS = "_.:/=+-@"
_CATEGORIES = "LZN"


def check_tags(tags: Mapping[str, str], *, keeps_empty: bool) -> None:
    """Refuse tags that SageMaker would not take, or the SDK not set.

    ``keeps_empty`` is whether a tag without a value would be set; the SDK leaves it out of a
    pipeline that it creates (_create_evaluation_pipeline in train/evaluate/execution.py, 3.27.0).

    Raises:
        AnswerRejected: ``tags.count``, ``tags.reserved``, ``tags.length``, ``tags.characters`` or
            ``tags.empty``.
    """
    if len(tags) > MOST_TAGS:
        raise AnswerRejected(
            "tags.count",
            f"You gave {len(tags)} tags. SageMaker allows 50, and the SDK adds one of its own.",
            f"Give at most {MOST_TAGS}.",
        )
    for key, value in tags.items():
        _check_tag(key, value)
        if not value and not keeps_empty:
            raise AnswerRejected(
                "tags.empty",
                f"The tag {key!r} has no value: the SageMaker SDK leaves such tags out.",
                f"Give it one, such as {key}=yes.",
            )


def _check_tag(key: str, value: str) -> None:
    if key.casefold().startswith("aws:") or key == SDK_TAG:
        owner = "the SageMaker SDK" if key == SDK_TAG else "AWS"
        raise AnswerRejected(
            "tags.reserved",
            f"The tag {key!r} can't be set: {owner} reserves that name.",
            "Choose another key.",
        )
    for what, text, least, most in (
        ("key", key, 1, LONGEST_KEY),
        ("value", value, 0, LONGEST_VALUE),
    ):
        if not least <= len(text) <= most:
            raise AnswerRejected(
                "tags.length",
                f"The {what} of the tag {key[:40]!r} has {len(text)} characters; SageMaker allows "
                f"{least} to {most}.",
                "Choose another.",
            )
        others = (it for it in text if it not in _SIGNS)
        wrong = next((it for it in others if unicodedata.category(it)[0] not in _CATEGORIES), None)
        if wrong is not None:
            raise AnswerRejected(
                "tags.characters",
                f"The {what} {text!r} contains {wrong!r}; SageMaker allows letters, digits, spaces "
                "and _ . : / = + - @ in tags.",
                "Choose another.",
            )


def check_pipeline_tags(aws: Aws, region: str, pipelines: str, tags: Mapping[str, str]) -> Check:
    """Say whether the SDK will set the tags: it does when it creates the account's pipeline.

    It looks for a pipeline of the evaluation type that carries its own tag, and changes only the
    definition of one that it finds (_get_or_create_pipeline in train/evaluate/execution.py,
    3.27.0). ``pipelines`` is how the names of the type's pipelines begin.
    """
    try:
        existing = _find_sdks_pipeline(aws, region, pipelines)
    except NO_HELP as error:
        return skipped(
            "tags.pipeline",
            "Can't check whether the tags will be set: the SDK sets them only when it creates the "
            f"account's pipeline {pipelines}-…, and {error.message}",
            "Ask for sagemaker:ListPipelines and sagemaker:ListTags; the SDK needs them too.",
        )
    if existing is None:
        return passed(
            "tags.pipeline", "The tags will be set on the pipeline, which the first run creates."
        )
    arn, there = existing
    missing = {key: value for key, value in tags.items() if there.get(key) != value}
    if not missing:
        return passed("tags.pipeline", f"The pipeline {arn.split('/')[-1]} already has these tags.")
    words = " ".join(f"'Key={key},Value={value}'" for key, value in missing.items())
    return warning(
        "tags.pipeline",
        f"{', '.join(missing)} will not be set: the SDK sets tags only on a pipeline that it "
        f"creates, and {arn.split('/')[-1]}, which all runs of this type share, exists.",
        f"To tag it: aws sagemaker add-tags --region {region} --resource-arn {arn} --tags {words}",
    )


def _find_sdks_pipeline(aws: Aws, region: str, prefix: str) -> tuple[str, dict[str, str]] | None:
    sagemaker = aws.client("sagemaker", region)
    pages = sagemaker.get_paginator("list_pipelines").paginate(PipelineNamePrefix=prefix)
    for arn in (it["PipelineArn"] for page in pages for it in page["PipelineSummaries"]):
        listed = sagemaker.get_paginator("list_tags").paginate(ResourceArn=arn)
        tags = {tag["Key"]: tag["Value"] for page in listed for tag in page["Tags"]}
        if tags.get(SDK_TAG) == "true":
            return arn, tags
    return None
