"""What commands print under ``--json`` that nothing below them makes, as types named after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from evalbook.checks import Check
from evalbook.records import dataclass
from evalbook.workflow.turn import Default


@dataclass(frozen=True)
class TextDocument:
    """What ``--help`` and ``--version`` print."""

    version: str
    text: str


@dataclass(frozen=True)
class StepChecks:
    """What the checks of one answer found."""

    step: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class CheckDocument:
    status: Literal["passed", "failed"]
    state: str
    steps: tuple[StepChecks, ...]


@dataclass(frozen=True)
class GenerateDocument:
    status: Literal["complete"]
    notebook: str
    state: str


@dataclass(frozen=True)
class DoctorDocument:
    status: Literal["passed", "failed"]
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class PoliciesDocument:
    policies: Mapping[str, Mapping[str, object]]
    """By what they are for, each as IAM takes it."""
    note: str


@dataclass(frozen=True)
class ConfigDocument:
    file: str
    defaults: dict[str, Default | None]


@dataclass(frozen=True)
class CompletionDocument:
    shell: str
    script: str


@dataclass(frozen=True)
class ExampleDocument:
    status: Literal["complete"]
    kind: str
    format: str | None
    path: str


@dataclass(frozen=True)
class OpenDocument:
    runs: tuple[str, ...]
    pages: dict[str, list[str]]
    """Addresses, by what they show."""


@dataclass(frozen=True)
class StoppedRun:
    """A run that was asked to stop."""

    arn: str
    name: str


@dataclass(frozen=True)
class StopDocument:
    status: Literal["stopping"]
    runs: tuple[StoppedRun, ...]


@dataclass(frozen=True)
class LabelDocument:
    status: Literal["labels"]
    records: int
    judged: int
    written: str


@dataclass(frozen=True)
class SkillDocument:
    status: Literal["complete"]
    skill: str
    files: tuple[str, ...]
    replaced: bool


@dataclass(frozen=True)
class DemoDocument:
    status: Literal["complete"]
    notebook: str
    cells: tuple[str, ...]
    """What each cell printed."""


@dataclass(frozen=True)
class SandboxDocument:
    endpoint: str
    pid: int
    environment: dict[str, str]


@dataclass(frozen=True)
class SandboxEndedDocument:
    status: Literal["stopped"]
    restore: tuple[str, ...]
    """Variables that are set again to what they were."""
    unset: tuple[str, ...]


@dataclass(frozen=True)
class AnswerToTry:
    """Something to answer in the sandbox."""

    step: str
    answer: str
    outcome: str
    kind: str | None
    """Of evaluation, where it is of use to that alone."""


@dataclass(frozen=True)
class SandboxAnswersDocument:
    answers: tuple[AnswerToTry, ...]
