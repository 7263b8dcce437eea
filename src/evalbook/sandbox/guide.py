"""What to try in the sandbox, step by step: answers that pass, and answers that fail and why."""

from __future__ import annotations

from typing import NamedTuple

from evalbook.sandbox import datasets, world
from evalbook.sandbox.past.table import PAST_RUNS, PastRun
from evalbook.sandbox.scenarios import SCENARIOS

_PREFIX = "arn:aws:sagemaker"

_ONE_KIND = {"scorer": "custom_scorer", "agents": "multi_turn_rl"}
"""Folders of datasets, and the evaluation type that each is for."""


class Suggestion(NamedTuple):
    """An answer to try."""

    step: str
    """The step of the interview, as in the contract; or a command."""
    answer: str
    outcome: str
    """What comes of it."""
    kind: str | None = None
    """The evaluation type that it is for, where it is for that one alone."""


def describe_world() -> list[Suggestion]:
    """Return what to try, in the order of the interview."""
    return [
        *_datasets(),
        *(Suggestion("model", _named(it), it.about, _kind(it)) for it in world.GROUPS),
        Suggestion("model", world.training_job("support-bot", 2), "the training job of version 2"),
        Suggestion(
            "model",
            f"{_PREFIX}:{world.HOME_REGION}:{world.ACCOUNT}:model-package/"
            f"{world.UNVERSIONED_PACKAGE}",
            "fails: a package outside any group, without base-model metadata",
        ),
        Suggestion("model", "contract", "a keyword: three groups, with --region us-west-2"),
        *(Suggestion("model", base.name, base.about) for base in world.BASE_MODELS),
        Suggestion("model", "llama", "a keyword: two base models of the public hub"),
        Suggestion("model", "nova", "a keyword: a group of yours and a base model"),
        *(Suggestion("judge_model", judge.id, judge.about) for judge in world.JUDGES),
        Suggestion("judge_model", world.NOT_A_JUDGE.id, "fails: not on the list of judges"),
        *(Suggestion("execution_role", role.name, role.about) for role in world.ROLES),
        *(
            Suggestion("s3_output", f"s3://{bucket.name}/runs/", bucket.about)
            for bucket in world.BUCKETS
        ),
        *_inspect_ai(),
        *_advanced(),
        *(
            Suggestion("run name or dataset key", f"…{scenario.word}…", scenario.outcome)
            for scenario in SCENARIOS
        ),
        *_past_runs(),
        *(
            Suggestion("AWS_ACCESS_KEY_ID", credentials.access_key, credentials.about)
            for credentials in world.CREDENTIALS
        ),
    ]


def _datasets() -> list[Suggestion]:
    hub = f"{_PREFIX}:{world.HOME_REGION}:{world.ACCOUNT}:hub-content/{world.DATASET_HUB}"
    registered = (
        Suggestion(
            "dataset",
            f"{hub}/DataSet/{name}/1.0.0",
            "passes: a data set of a hub" if dataset.about else "fails: its object is gone",
        )
        for name, dataset in datasets.HUB_DATASETS.items()
    )
    objects = (
        Suggestion("dataset", it.uri, it.about, _ONE_KIND.get(it.key.partition("/")[0]))
        for it in datasets.DATASETS
    )
    return [*objects, *registered]


def _past_runs() -> list[Suggestion]:
    """Return what the account has run, and the commands that show most of each kind."""
    shown = [run for run in PAST_RUNS if run.shown]
    listed = Suggestion(
        "evalbook runs", "--limit 50", f"{len(PAST_RUNS)} past evaluations, in every state"
    )
    arns = {run.name: run.arn for run in PAST_RUNS}
    return [
        listed,
        *(
            Suggestion(
                _command(run),
                " ".join([run.arn, *([arns[run.beside]] if run.beside else [])]),
                f"{run.name}: {run.about}",
            )
            for run in shown
        ),
    ]


def _command(run: PastRun) -> str:
    if run.failure is not None:
        return "evalbook status"
    if run.is_going:
        return "evalbook status --watch, evalbook stop"
    return "evalbook results"


def _named(group: world.Group) -> str:
    """Return the name of a group; of one in another region its ARN, which leads there."""
    if group.region == world.HOME_REGION:
        return group.name
    return f"{_PREFIX}:{group.region}:{world.ACCOUNT}:model-package-group/{group.name}"


def _kind(group: world.Group) -> str | None:
    """Return the evaluation type that a group's technique of training is for alone."""
    rollouts = any(version.technique == "MTRL" for version in group.versions)
    return "multi_turn_rl" if rollouts else None


def _inspect_ai() -> list[Suggestion]:
    kind = "inspect_ai"
    endpoints = (
        Suggestion(
            "answered_by",
            name,
            "passes" if status == "InService" else f"fails: not in service but {status}",
            kind,
        )
        for name, status in world.ENDPOINTS.items()
    )
    return [
        Suggestion("task_source", world.TASKS, "passes: two tasks", kind),
        Suggestion("task_source", world.SANDBOXED_TASKS, "fails: a task that needs Docker", kind),
        Suggestion("task_source", "records", "passes: asks for your dataset", kind),
        *endpoints,
        Suggestion("answered_by", world.DEPLOYMENT, "passes: a custom model's deployment", kind),
        Suggestion("answered_by", world.IMPORTED, "passes: an imported model", kind),
    ]


def _advanced() -> list[Suggestion]:
    return [
        *(
            Suggestion(
                "advanced: MLflow", name, "passes" if status == "Created" else f"fails: {status}"
            )
            for name, status in world.TRACKING_SERVERS.items()
        ),
        Suggestion("advanced: KMS key", world.KEY_ALIAS, "passes"),
        Suggestion("advanced: KMS key", world.DISABLED_KEY_ALIAS, "fails: disabled"),
        *(
            Suggestion(
                "advanced: VPC",
                identifier,
                "passes" if home else "in another VPC: fails beside the others",
            )
            for identifier, home in (world.SUBNETS | world.SECURITY_GROUPS).items()
        ),
    ]
