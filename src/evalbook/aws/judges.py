"""Which judge models this account can use in a region, and why the others can't be.

The list of judges is the service's own, read where the SageMaker SDK reads it; whether a judge is
in service is asked of Bedrock, as the SDK does when an evaluation starts (3.27.0,
``train/evaluate/llm_as_judge_evaluator.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property, partial
from typing import TYPE_CHECKING

from evalbook.aws.arns import describe_arn_kind, parse_arn, refuse_region_fault
from evalbook.aws.documents import read_document
from evalbook.aws.found import LEGACY_IDLE_DAYS, Judge
from evalbook.aws.regions import GEOGRAPHIES, may_be_called_from
from evalbook.aws.s3 import S3Uri, read_head
from evalbook.aws.session import (
    NO_HELP,
    REFUSED,
    Aws,
    AwsDenied,
    AwsInternalError,
    AwsMissing,
    in_parallel,
    unchecked,
)
from evalbook.checks import Check, Status, failed, passed, skipped, warning
from evalbook.errors import AnswerRejected, AwsUnavailable, EvalbookError, reject, rejection_for
from evalbook.texts import Notice, did_you_mean, nearest

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import FoundationModelDetailsTypeDef

LIST_KEY = "fmhMetadata/supported-llmaj-judge-models.json"
_LARGEST_LIST = 1 << 20
"""Bytes; the list is some kilobytes."""
_ACCESS = "Grant bedrock:GetFoundationModel so that evalbook can check this."


@dataclass(frozen=True)
class LeftOut:
    id: str
    reason: str


@dataclass(frozen=True)
class JudgeOffer:
    """The judges to choose from, in order of their ids.

    Both are empty if the service's list can't be read; the SDK does without it then. A person may
    still know a judge by its id: `check_judge` takes it.
    """

    judges: tuple[Judge, ...]
    left_out: tuple[LeftOut, ...]
    checks: tuple[Check, ...]


def find_judges(aws: Aws, region: str) -> JudgeOffer:
    """Ask which judges on the service's list can be used in a region.

    Raises:
        AwsUnavailable: neither the list nor a single judge could be asked about.
    """
    ids, unreadable = _read_list(aws, region)
    if unreadable:
        return JudgeOffer((), (), tuple(unreadable))
    answers = in_parallel([partial(_ask, aws, region, it) for it in ids])
    outages = [it for it in answers if isinstance(it, AwsUnavailable)]
    if len(outages) == len(ids):
        raise outages[0]
    profiles = _Profiles(aws, region)
    verdicts = [_verdict(*it, profiles) for it in zip(ids, answers, strict=True)]
    judges = [it for it in verdicts if isinstance(it, Judge)]
    left_out = [it for it in verdicts if isinstance(it, LeftOut)]
    checks = tuple(_offer_checks(judges, left_out, profiles))
    return JudgeOffer(tuple(_with_unique_labels(judges)), tuple(left_out), checks)


def check_judge(aws: Aws, region: str, judge_id: str) -> tuple[Judge, list[Check]]:
    """Check one judge by its id.

    An inference profile's id or a foundation model's ARN is taken for the model it stands for,
    because the SDK's list and its own question to Bedrock know only that.

    Raises:
        AnswerRejected: not a judge, not available in the region, or past its end of life.
    """
    listed, unreadable = _read_list(aws, region)
    named, notes = _behind_profile(aws, judge_id)
    wanted, listing = _plain_id(named, listed, region)
    checks = [*unreadable, *notes, *listing]
    answer = _ask(aws, region, wanted)
    if isinstance(answer, AwsUnavailable):
        raise answer
    if isinstance(answer, AwsDenied):
        judge = Judge(wanted, wanted, wanted.split(".")[0], "UNKNOWN", None, None, region)
        what, grant = f"whether {wanted} is in service", "bedrock:GetFoundationModel"
        return judge, [*checks, unchecked("judge.lifecycle", what, answer, grant, warning)]
    profiles = _Profiles(aws, region)
    verdict = _verdict(wanted, answer, profiles)
    if isinstance(verdict, LeftOut):
        message = f"{wanted} can't be the judge in {region}: {verdict.reason}."
        remedy = "Choose a judge that is in service in this region."
        if isinstance(answer, AwsMissing):
            # It asks Bedrock without naming a project, as evalbook does.
            remedy += (
                " The SDK does not find models that you have only through a Bedrock project either."
            )
        raise rejection_for(failed("judge.lifecycle", message, remedy), *checks)
    checks += [*profiles.doubts, _lifecycle_check(verdict), *_where_data_go(verdict, named, region)]
    return verdict, checks


# --- the service's list -----------------------------------------------------------------------


def _read_list(aws: Aws, region: str) -> tuple[list[str], list[Check]]:
    """Read the ids on the service's list, sorted; or say why there are none."""
    uri = S3Uri(f"jumpstart-cache-prod-{region}", LIST_KEY)
    try:
        models = read_document(read_head(aws, uri, _LARGEST_LIST))["supported_judge_models"]
    except (AnswerRejected, AwsInternalError) as error:
        return [], [_unreadable(uri, error.message)]
    ids = sorted({it["model_id"].text or "" for it in models.items} - {""})
    return ids, [] if ids else [_unreadable(uri, "it names no models")]


def _unreadable(uri: S3Uri, why: str) -> Check:
    return skipped(
        "judge.list",
        f"The list of judges ({uri}) could not be read: {why}. Not checked: whether a model can be "
        "a judge.",
        "Name a judge by its Bedrock model id; Bedrock's documentation lists them.",
    )


def _behind_profile(aws: Aws, text: str) -> tuple[str, list[Check]]:
    """Return the model of an application inference profile; another text is returned as it is."""
    arn = parse_arn(text)
    if arn is None:
        return text, []
    kind = arn.path[0] if arn.service == "bedrock" else None
    if kind in {"foundation-model", "inference-profile"}:
        return text, []
    if kind != "application-inference-profile":
        raise AnswerRejected(
            "judge.kind",
            f"{arn} is {describe_arn_kind(arn)}. The SDK needs the id of a foundation model as "
            "judge.",
            "Give its id, as shown in the Bedrock console.",
        )
    refuse_region_fault(arn, "judge.kind", "Give the id of its model.")
    try:
        profile = aws.client("bedrock", arn.region).get_inference_profile(
            inferenceProfileIdentifier=str(arn)
        )
    except REFUSED as error:
        raise AnswerRejected(
            "judge.kind",
            f"{arn} is an application inference profile, but its model can't be looked up: "
            f"{error.message}",
            "Give that model's id: the SDK accepts nothing else.",
        ) from error
    model = str(profile["models"][0]["modelArn"]).rsplit("/", 1)[-1]
    return model, [
        warning(
            "judge.profile",
            f"{arn} is an application inference profile for {model}. The SDK accepts only the "
            "model's id, so the profile's tags do not reach these costs.",
            "To track the costs, set tags on the run instead.",
        )
    ]


def _where_data_go(judge: Judge, named: str, region: str) -> Iterator[Check]:
    """Warn if prompts and answers go elsewhere than the name that was given suggests."""
    arn, profile = parse_arn(named), named.rsplit("/", 1)[-1]
    geography, by = profile.partition(".")[0], judge.inference_profile
    anywhere = by is not None and by.startswith("global.")
    elsewhere = None
    if geography in GEOGRAPHIES and not may_be_called_from(geography, region):
        elsewhere = f"an inference profile of {geography}"
    elif arn is not None and arn.region not in ("", region):
        elsewhere = f"in {arn.region}"
    if elsewhere:
        goes = "they stay there"
        if by is not None:
            reach = "any AWS region" if anywhere else f"{by.split('.')[0]} regions"
            goes = f"may go to {reach}, through the profile {by}"
        yield warning(
            "judge.geography",
            f"{profile} is {elsewhere}, but the evaluation runs in {region} and calls the judge "
            f"from there. Prompts and answers are sent to {region}, and {goes}.",
            "If your data may not leave a geography, evaluate a model in one of its regions.",
        )
    elif anywhere:
        yield warning(
            "judge.geography",
            f"{judge.id} can be called from {region} only through {by}: prompts and answers may be "
            "processed in any AWS region.",
            "If your data may not leave a geography, choose another judge.",
        )


def _plain_id(text: str, listed: list[str], region: str) -> tuple[str, list[Check]]:
    """Find the id that the SDK knows a judge by; on the list, if there is one."""
    text = text.strip()
    by_lower = {it.lower(): it for it in listed}
    # arn:aws:bedrock:us-east-1::foundation-model/ID, …:123456789012:inference-profile/us.ID
    bare = text.rsplit("/", 1)[-1] if text.startswith("arn:") else text
    model = by_lower.get(bare.lower(), bare)
    head, _, rest = bare.partition(".")
    if model not in listed and head in GEOGRAPHIES and "." in rest:
        model = by_lower.get(rest.lower(), rest)
    if listed and model not in listed:
        near = nearest(model.lower(), by_lower)
        raise reject(
            "judge.list",
            f'"{text}" is not on the list of {len(listed)} judge models in {region}.',
            did_you_mean([by_lower[it] for it in near]) or "Choose one of the listed judges.",
        )
    checks = [passed("judge.list", f"{model} is on the list of judge models.")] if listed else []
    if model.lower() != text.lower():
        checks.append(
            passed(
                "judge.id",
                f"{text} was replaced by its model, {model}: the SDK knows judges by that id, and "
                "Bedrock finds the inference profile itself.",
            )
        )
    return model, checks


# --- one judge --------------------------------------------------------------------------------


def _ask(aws: Aws, region: str, judge_id: str) -> FoundationModelDetailsTypeDef | EvalbookError:
    """Ask Bedrock about a model; a no is returned, so that it does not stop the other questions."""
    try:
        answer = aws.client("bedrock", region).get_foundation_model(modelIdentifier=judge_id)
    except (*REFUSED, AwsUnavailable) as error:
        return error
    return answer["modelDetails"]


def _verdict(
    judge_id: str, answer: FoundationModelDetailsTypeDef | EvalbookError, profiles: _Profiles
) -> Judge | LeftOut:
    if isinstance(answer, EvalbookError):
        return LeftOut(judge_id, _why_untold(answer, profiles.region))
    last_day, past = read_last_day(answer)
    if past:
        return LeftOut(judge_id, f"past its end of life ({last_day})")
    profile = None
    # A model is called by its own id; so is one that does not say.
    kinds = answer.get("inferenceTypesSupported") or ["ON_DEMAND"]
    if "ON_DEMAND" not in kinds:
        profile = profiles.by_model.get(judge_id)
        if profile is None and not profiles.doubts:
            only = f"it supports only {', '.join(kinds)}"
            return LeftOut(judge_id, f"no inference profile in {profiles.region}, and {only}")
    name, provider = answer.get("modelName") or judge_id, answer.get("providerName") or ""
    return Judge(
        judge_id,
        name if name.lower().startswith(provider.lower()) else f"{provider} {name}",
        provider or judge_id.split(".")[0],
        (answer.get("modelLifecycle") or {"status": "UNKNOWN"})["status"],
        last_day,
        profile,
        profiles.region,
    )


def read_last_day(model: FoundationModelDetailsTypeDef) -> tuple[str | None, bool]:
    """Return the date of a model's end of life, if there is one, and whether it is past."""
    lifecycle = model.get("modelLifecycle")
    end = lifecycle.get("endOfLifeTime") if lifecycle else None
    ends = end.astimezone(timezone.utc) if end else None
    past = ends is not None and ends <= datetime.now(timezone.utc)
    return ends.date().isoformat() if ends else None, past


def _why_untold(error: EvalbookError, region: str) -> str:
    """Say why Bedrock tells nothing of a model; equal reasons are worded equally."""
    if isinstance(error, AwsDenied):
        return "bedrock:GetFoundationModel was denied"
    if isinstance(error, AwsMissing):
        return f"not available in {region}"
    if isinstance(error, AwsUnavailable):
        return f"Bedrock could not be asked ({error.code})"
    return f"Bedrock gives no information on it ({error.code})"


def judge_name(aws: Aws, region: str, judge_id: str) -> str | None:
    """Return what the Price List calls a judge; None if Bedrock does not say."""
    geography, _, plain = judge_id.rpartition("/")[2].partition(".")
    found = _ask(aws, region, plain if geography in GEOGRAPHIES else judge_id)
    if isinstance(found, EvalbookError):
        return None
    name = found.get("modelName")
    return name and name.removeprefix(found.get("providerName") or "").strip()


def _with_unique_labels(judges: list[Judge]) -> Iterator[Judge]:
    times = Counter(judge.label for judge in judges)
    for judge in judges:
        several = times[judge.label] > 1
        yield replace(judge, label=f"{judge.label} ({judge.id})") if several else judge


def _lifecycle_check(judge: Judge) -> Check:
    if judge.lifecycle != "LEGACY":
        return passed("judge.lifecycle", f"{judge.id} is in service.")
    until = f" until {judge.end_of_life}" if judge.end_of_life else ""
    return warning(
        "judge.lifecycle",
        f"{judge.id} is legacy, in service{until}. Bedrock refuses a legacy model that this "
        f"account has not used for {LEGACY_IDLE_DAYS} days, but only once judging starts.",
        "Make sure that it was used recently, or choose an active one.",
    )


# --- inference profiles -----------------------------------------------------------------------


class _Profiles:
    """System-defined inference profiles of a region, asked for if a model needs one."""

    def __init__(self, aws: Aws, region: str) -> None:
        self.region = region
        self.doubts: list[Check] = []
        """Says why they are not known, after they were asked for in vain."""
        self._aws = aws

    @cached_property
    def by_model(self) -> dict[str, str]:
        """Ids of the profiles, by the id of the foundation model that each stands for."""
        bedrock = self._aws.client("bedrock", self.region)
        listing = bedrock.get_paginator("list_inference_profiles")
        try:
            pages = list(listing.paginate(typeEquals="SYSTEM_DEFINED"))
        except NO_HELP as error:
            what = f"whether the judges that need an inference profile have one in {self.region}"
            grant = "bedrock:ListInferenceProfiles"
            self.doubts.append(unchecked("judge.inference_profile", what, error, grant, warning))
            return {}
        found = [
            (model["modelArn"].rsplit("/", 1)[-1], profile["inferenceProfileId"])
            for page in pages
            for profile in page["inferenceProfileSummaries"]
            if profile["status"] == "ACTIVE"
            for model in profile["models"]
        ]
        # The last one counts: one that stays within the geography, not one that goes anywhere.
        found.sort(key=lambda it: (it[1].startswith("global."), it[1]), reverse=True)
        return dict(found)


# --- what is said about an offer --------------------------------------------------------------


def _offer_checks(
    judges: list[Judge], left_out: list[LeftOut], profiles: _Profiles
) -> Iterator[Check]:
    total = len(judges) + len(left_out)
    by_reason: dict[str, list[str]] = {}
    for it in left_out:
        by_reason.setdefault(it.reason, []).append(it.id)
    denied = sum(len(ids) for reason, ids in by_reason.items() if "denied" in reason)
    if denied == total:
        yield skipped(
            "judge.lifecycle",
            f"Could not check which of the {total} listed judges are in service in "
            f"{profiles.region}: bedrock:GetFoundationModel was denied for every one.",
            f"{_ACCESS} Or name a judge by its Bedrock model id.",
        )
        return
    yield passed("judge.list", f"{len(judges)} of {total} listed judges can be used.")
    if left_out:
        said = "; ".join(f"{reason}: {', '.join(ids)}" for reason, ids in by_reason.items())
        unsure = denied or any("could not" in it for it in by_reason)
        status: Status = "warning" if unsure else "passed"
        remedy = Notice(_ACCESS) if denied else None
        few = "The other judges on AWS's list can't be used here; name one to see why."
        yield Check("judge.left_out", status, Notice(f"Left out: {said}.", few), remedy)
    yield from profiles.doubts
