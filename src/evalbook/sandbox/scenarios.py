"""What a person can ask to go wrong: words in a run's name or in a dataset's key.

``evalbook sandbox`` prints this table; an execution looks its words up in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Effect = Literal[
    "start-refused", "inference-fails", "judge-fails", "role-refused", "slow", "stuck", "no-scores"
]


@dataclass(frozen=True)
class Scenario:
    """A word, and what a run that carries it comes to."""

    word: str
    effect: Effect
    outcome: str


SCENARIOS = (
    Scenario(
        "fail-start",
        "start-refused",
        "StartPipelineExecution is refused; the SDK does not raise, the run has no ARN",
    ),
    Scenario(
        "fail-inference",
        "inference-fails",
        "the inference steps fail with DownstreamServiceUnavailable",
    ),
    Scenario(
        "fail-judge",
        "judge-fails",
        "the judging steps fail, and Bedrock's job says that the judge has reached its end of life",
    ),
    Scenario(
        "fail-role",
        "role-refused",
        "the judging steps fail, and Bedrock's job says that it could not assume the role",
    ),
    Scenario("slow-run", "slow", "every step takes twenty times as long"),
    Scenario("stuck-run", "stuck", "the first training step never ends; stop it"),
    Scenario("no-scores", "no-scores", "the judge refuses every record: all results are null"),
)


def effects_in(texts: Iterable[str]) -> frozenset[Effect]:
    """Return the effects that words in these texts ask for."""
    joined = " ".join(texts).lower()
    return frozenset(scenario.effect for scenario in SCENARIOS if scenario.word in joined)
