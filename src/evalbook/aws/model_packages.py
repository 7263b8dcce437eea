"""Which model package is meant, and why it can or can't be evaluated.

A package, a group, a version of it, or a few words from its name come in; one usable version, or
the groups to choose from, goes out. A package is usable if the SageMaker SDK accepts it:
``sagemaker/train/common_utils/model_resolution.py`` of version 3.27.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from evalbook.aws.arns import (
    Arn,
    describe_arn_kind,
    find_region_fault,
    parse_arn,
    refuse_region_fault,
)
from evalbook.aws.identity import find_caller
from evalbook.aws.packages import (
    MOST_CANDIDATES,
    Group,
    ModelPackage,
    find_groups,
    list_newest_groups,
    read_package,
    suggest_groups,
)
from evalbook.aws.session import NO_HELP, Aws, AwsDenied, AwsMissing, in_parallel, soon
from evalbook.aws.training import find_package_of_job
from evalbook.checks import Check, passed, warning
from evalbook.errors import AnswerRejected, AwsUnavailable, reject
from evalbook.texts import printable

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import ModelPackageSummaryTypeDef

# Versions looked into for base-model metadata before giving up; each costs one question.
MOST_VERSIONS_READ = 25
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_VERSION = re.compile(r"[0-9]{1,10}")
_MOST_WORDS = 12
_FORMS = (
    "Give a model package ARN, a model package group's name or ARN, NAME/VERSION, or a few "
    "words from the group's name."
)


@dataclass(frozen=True)
class Resolution:
    """What an answer came down to: one package, or groups to choose from."""

    package: ModelPackage | None
    checks: tuple[Check, ...]
    passed_over: tuple[str, ...] = ()
    """Newer versions that can't be used, each with the reason."""
    candidates: tuple[Group, ...] = ()
    """Groups, or the one, that some words matched: something else may be meant."""

    @property
    def needs_yes(self) -> bool:
        """Whether its reviewer rejected the package: then it is only used after a yes."""
        return self.package is not None and self.package.approval == "Rejected"


def resolve_package(aws: Aws, text: str, region: str | None = None) -> Resolution:
    """Find the model package that ``text`` names; the region of an ARN wins over ``region``.

    Raises:
        AnswerRejected: nothing of that name, another kind of thing, access denied, or a package
            that the SDK would refuse.
    """
    text = text.strip().strip("\"'").strip()
    if not text:
        raise AnswerRejected("model.empty", "No model package was named.", _FORMS)
    if text.lower().startswith("s3://"):
        raise AnswerRejected(
            "model.kind", f'"{text}" is an S3 URI. A model package is needed.', _FORMS
        )
    if text.startswith("arn:"):
        return _resolve_arn(aws, text)
    region = region or aws.required_region()
    name, slash, version = text.partition("/")
    if slash and _NAME.fullmatch(name) and _VERSION.fullmatch(version):
        return _resolve_version(aws, name, region, int(version))
    if _NAME.fullmatch(text):
        return _resolve_name(aws, text, region)
    return _resolve_keywords(aws, text, region)


# --- from an ARN ------------------------------------------------------------------------------


def _resolve_arn(aws: Aws, text: str) -> Resolution:
    arn = parse_arn(text)
    if arn is None:
        raise AnswerRejected("model.arn", f'"{text}" is not a well-formed ARN.', _FORMS)
    kind, _, name = arn.resource.partition("/")
    if arn.service != "sagemaker" or kind not in ("model-package", "model-package-group"):
        raise _wrong_kind(aws, text, arn)
    if not name or not re.fullmatch(r"\d{12}", arn.account) or not arn.region:
        raise AnswerRejected(
            "model.arn",
            f'"{text}" is not a complete model package ARN.',
            "The form is arn:aws:sagemaker:REGION:ACCOUNT:model-package/NAME/VERSION.",
        )
    refuse_region_fault(arn, "model.arn", _FORMS)
    if kind == "model-package-group":
        resolution = find_newest_usable(aws, text, arn.region)
    elif "/" in name:
        resolution = _named(_describe(aws, text, arn.region), text)
    else:
        resolution = _resolve_unversioned(aws, text, arn, name)
    return replace(resolution, checks=(*resolution.checks, *_remarks(aws, arn)))


def _wrong_kind(aws: Aws, text: str, arn: Arn) -> AnswerRejected:
    remedy = "Give the ARN it was registered under, or its group's name."
    is_job = arn.service == "sagemaker" and arn.path[0] in ("training-job", "job")
    # AWS can't be asked in a region that does not exist.
    known = is_job and not find_region_fault(arn)
    if known and (package := find_package_of_job(aws, arn.path[-1], arn.region)):
        remedy = f"Give the model package that it registered, {package}."
    return AnswerRejected(
        "model.kind", f'"{text}" is {describe_arn_kind(arn)}. A model package is needed.', remedy
    )


def _resolve_unversioned(aws: Aws, text: str, arn: Arn, name: str) -> Resolution:
    """Take an ARN without version for a legacy package if there is one, else for a group."""
    try:
        aws.client("sagemaker", arn.region).describe_model_package(ModelPackageName=text)
    except AwsMissing:
        group = replace(arn, resource=f"model-package-group/{name}")
        resolution = find_newest_usable(aws, str(group), arn.region)
        note = passed(
            "model.version",
            f'"{text}" gives no version; using the newest usable one of the group "{name}".',
        )
        return replace(resolution, checks=(note, *resolution.checks))
    except AwsDenied as error:
        raise _denied(aws, text, error) from error
    raise AnswerRejected(
        "model.unversioned",
        f'"{text}" is a package without a group. The SDK needs the group of the package that it '
        "evaluates, and this ARN has none.",
        "Register the model as a version of a model package group, and give that version's ARN.",
    )


def _describe(aws: Aws, text: str, region: str) -> ModelPackage:
    try:
        found = aws.client("sagemaker", region).describe_model_package(ModelPackageName=text)
    except AwsMissing as error:
        message = f"There is no model package {text} in {region}."
        raise _missing(aws, message, text.split("/")[1], region) from error
    except AwsDenied as error:
        raise _denied(aws, text, error) from error
    return read_package(found)


def _missing(aws: Aws, message: str, name: str, region: str) -> AnswerRejected:
    return AnswerRejected("model.missing", message, suggest_groups(aws, name, region) or _FORMS)


def _denied(aws: Aws, text: str, error: AwsDenied) -> AnswerRejected:
    """Say what helps, for an ARN or for a group's name."""
    arn = parse_arn(text)
    if arn is None:
        return AnswerRejected(
            "model.denied",
            f'Access to model package group "{text}" was denied. {error.message}',
            "Ask for sagemaker:DescribeModelPackageGroup, ListModelPackages and "
            "DescribeModelPackage; give a package in another account by its ARN.",
        )
    mine = find_caller(aws, arn.region).account
    if arn.account == mine:
        remedy = "Ask for sagemaker:DescribeModelPackage and sagemaker:ListModelPackages on it."
    else:
        remedy = (
            f"It belongs to account {arn.account}, and you work in {mine}: its owner must share "
            "the group with your account (by resource policy or AWS RAM)."
        )
    return AnswerRejected("model.denied", f"Access to {text} was denied. {error.message}", remedy)


def _remarks(aws: Aws, arn: Arn) -> Iterator[Check]:
    mine = find_caller(aws, arn.region).account
    if arn.account != mine:
        yield warning(
            "model.account",
            f"The package belongs to account {arn.account}; the evaluation runs in {mine}.",
            "The execution role needs access to the shared package and its data.",
        )
    if arn.partition != "aws":
        yield warning(
            "model.partition",
            f"The package is in the partition {arn.partition}. The SDK (3.27.0) recognises only "
            "arn:aws: packages, and mistakes this ARN for a JumpStart model id.",
            "Unless a newer SDK supports it, the notebook will stop when it builds the evaluator.",
        )


# --- from a name ------------------------------------------------------------------------------


def _resolve_name(aws: Aws, name: str, region: str) -> Resolution:
    try:
        aws.client("sagemaker", region).describe_model_package_group(ModelPackageGroupName=name)
    except AwsMissing:
        return _resolve_keywords(aws, name, region)
    except AwsDenied as error:
        raise _denied(aws, name, error) from error
    return find_newest_usable(aws, name, region)


def _resolve_version(aws: Aws, group: str, region: str, version: int) -> Resolution:
    """Find ``NAME/VERSION``: the listing gives its ARN in the spelling that SageMaker keeps."""
    seen: list[int] = []
    for summary in _list_versions(aws, group, region):
        if summary.get("ModelPackageVersion") == version:
            arn = str(summary["ModelPackageArn"])
            return _named(_describe(aws, arn, region), arn)
        seen.append(int(summary.get("ModelPackageVersion", 0)))
    newest = ", ".join(str(number) for number in seen[:10])
    raise AnswerRejected(
        "model.missing",
        f'Model package group "{group}" has no version {version}.',
        f"Its newest versions are {newest}." if seen else "It has no versions at all.",
    )


def find_newest_usable(aws: Aws, group: str, region: str) -> Resolution:
    """Find the newest usable version of a group, by its name or ARN.

    It must be Completed and have a base model. A Rejected one is only taken if there is no other.

    Raises:
        AnswerRejected: ``model.unusable``, it has none; or its versions may not be seen.
    """
    chosen, over = _search_versions(aws, group, region)
    if chosen is None:
        name, why = group.rpartition("/")[2], _some(over) if over else "it has no versions"
        raise AnswerRejected(
            "model.unusable",
            f'Model package group "{name}" has no version that can be evaluated: {why}.',
            "Name another group, or a package made by SageMaker's fine-tuning.",
        )
    checks = [passed("model.version", f"{chosen.arn} is the newest usable version of its group.")]
    if over:
        checks.append(warning("model.passed_over", f"Newer ones were skipped: {_some(over)}."))
    return Resolution(chosen, (*checks, *_approval(chosen)), tuple(over))


def _search_versions(aws: Aws, group: str, region: str) -> tuple[ModelPackage | None, list[str]]:
    """Return the version to use, and why not the newer ones: ``version 3: Failed``."""
    over: list[str] = []
    rejected: tuple[ModelPackage, list[str]] | None = None
    read = 0
    for summary in _list_versions(aws, group, region):
        version, status = summary.get("ModelPackageVersion"), str(summary["ModelPackageStatus"])
        if status == "Completed" and rejected and summary.get("ModelApprovalStatus") == "Rejected":
            status = "Rejected"
        if status != "Completed":
            over.append(f"version {version}: {status}")
            continue
        if read == MOST_VERSIONS_READ:
            over.append(f"version {version} and older ones: not checked")
            break
        read += 1
        package = _describe(aws, summary["ModelPackageArn"], region)
        if package.base_model and package.approval != "Rejected":
            return package, over
        if package.base_model and rejected is None:
            rejected = package, [*over]
        over.append(f"version {version}: {package.no_base or 'Rejected'}")
    return rejected or (None, over)


def _approval(package: ModelPackage) -> tuple[Check, ...]:
    if package.approval == "PendingManualApproval":
        return (passed("model.approval", "Its approval is pending; it can still be evaluated."),)
    if package.approval == "Rejected":
        message = "Its approval status is Rejected: its reviewer decided against it."
        return (warning("model.approval", message, "Say yes to evaluate it anyway."),)
    return ()


def _some(reasons: list[str]) -> str:
    more = f"; and {len(reasons) - 6} more" if len(reasons) > 6 else ""
    return "; ".join(reasons[:6]) + more


# --- from keywords ----------------------------------------------------------------------------


def _resolve_keywords(aws: Aws, text: str, region: str) -> Resolution:
    """Find groups whose name contains all the words, else any of them."""
    parts = re.split(r"[^a-zA-Z0-9-]+", text)
    words = list(dict.fromkeys(word for word in parts if word.strip("-")))
    if not words:
        raise AnswerRejected("model.missing", f'"{text}" does not name a model package.', _FORMS)
    if len(words) > _MOST_WORDS:
        # Each costs a question.
        raise AnswerRejected(
            "model.words",
            f"You gave {len(words):,} words; evalbook searches for at most {_MOST_WORDS}.",
            "Give two or three words from the group's name.",
        )
    try:
        groups = find_groups(aws, words, region)
    except AwsDenied as error:
        raise AnswerRejected(
            "model.denied",
            f"You may not list model package groups. {error.message}",
            "Give the package's full ARN, or ask for sagemaker:ListModelPackageGroups.",
        ) from error
    if not groups:
        message = f'No model package group in {region} is named "{text}" or contains it.'
        raise _missing(aws, message, text, region)
    shown = tuple(groups[:MOST_CANDIDATES])
    if len(groups) == 1:
        found = find_newest_usable(aws, shown[0].name, region)
        note = passed(
            "model.group", f'"{text}" matches one model package group, "{shown[0].name}".'
        )
        return replace(found, candidates=shown, checks=(note, *found.checks))
    message = f'"{text}" matches {len(groups)} model package groups.'
    if len(groups) > len(shown):
        message += f" The newest {len(shown)} are listed; add a word to narrow them down."
    return Resolution(None, (passed("model.group", message),), candidates=shown)


# --- asking SageMaker, and reading what it says -----------------------------------------------


def _list_versions(aws: Aws, group: str, region: str) -> Iterator[ModelPackageSummaryTypeDef]:
    """Yield a group's versions, newest first."""
    listing = aws.client("sagemaker", region).get_paginator("list_model_packages")
    try:
        for page in listing.paginate(
            ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
        ):
            yield from page["ModelPackageSummaryList"]
    except AwsDenied as error:
        raise _denied(aws, group, error) from error
    except AwsMissing as error:
        name = group.rpartition("/")[2]
        message = f'There is no model package group "{name}" in {region}.'
        raise _missing(aws, message, name, region) from error


def _named(package: ModelPackage, text: str) -> Resolution:
    if package.status != "Completed":
        found, remedy = f"{text} is {package.status}.", "Name another version."
        if package.status == "Failed":
            found = f"{text} is Failed: {package.failure or 'SageMaker gives no reason'}."
            remedy = "Name another version, or register the model again."
        elif package.status in ("Pending", "InProgress"):
            found += " A Completed package is needed."
            remedy = "Wait until it is Completed, then give it again."
        raise reject("model.status", found, remedy)
    if package.base_model is None:
        raise reject(
            "model.base_model",
            f"{text} can't be evaluated: {package.no_base}. The SDK evaluates only "
            "packages made by SageMaker's fine-tuning.",
            "Give the package that the fine-tuning job registered.",
        )
    exists = passed("model.package", f"{package.arn} exists and is Completed.")
    return Resolution(package, (exists, *_approval(package)))


# --- the groups to choose from -----------------------------------------------------------------

_LISTED = 100
"""Groups that are listed, the newest."""
_LOOKED_INTO = 10
"""Groups whose versions are read."""


@dataclass(frozen=True)
class GroupOffer:
    """The groups of a region, the newest first."""

    groups: tuple[Group, ...] = ()
    left_out: tuple[str, ...] = ()
    """Names of groups without a version that can be evaluated."""
    unlisted: str | None = None
    """Why they could not be listed."""


def offer_groups(aws: Aws, region: str) -> GroupOffer:
    """Return the model package groups to choose from; never waits long, and never fails."""
    # Each of the two questions may take a part of a turn's patience.
    seconds = aws.patience / 4
    try:
        found = soon(lambda: list_newest_groups(aws, region, _LISTED), seconds)
        if found is None:
            return GroupOffer(unlisted=f"SageMaker did not list them within {seconds:g} s.")
        newest, older = found[:_LOOKED_INTO], found[_LOOKED_INTO:]
        looks = [partial(_look_into, aws, it, region) for it in newest]
        known = soon(lambda: in_parallel(looks), seconds) or newest
    except (*NO_HELP, AwsUnavailable) as error:
        return GroupOffer(unlisted=error.message)
    usable = [it for it in known if it is not None]
    left_out = [it.name for it, group in zip(newest, known, strict=True) if group is None]
    return GroupOffer((*usable, *older), tuple(map(printable, left_out)))


def _look_into(aws: Aws, group: Group, region: str) -> Group | None:
    """Return a group with its newest usable version; None if it has none."""
    try:
        found = find_newest_usable(aws, group.name, region)
    except AnswerRejected as rejection:
        return None if rejection.code == "model.unusable" else group
    package = found.package
    assert package is not None and package.base_model is not None  # noqa: S101, PT018 - usable
    rejected = ", rejected by its reviewer" if found.needs_yes else ""
    made, named = package.created[:10], package.base_model.name
    # Without what says whose list it is from.
    base = re.sub(r"^(?:meta|huggingface)-(?:textgeneration|llm)-|textgeneration-", "", named)
    return Group(group.name, f"version {package.version} of {made}{rejected}, {base}")
