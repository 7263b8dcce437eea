"""The runs that the sandbox's account has behind it: of every type, in every state.

All lie in the home region. Times are minutes before the sandbox starts, so that what runs does so
then and goes on by the sandbox's clock. Texts of failures are AWS's, of its documentation and of
public issue threads, with names put in; where AWS leaves a reason differs, which is why each says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from evalbook.sandbox.past.failures import FAILURES, Failure
from evalbook.sandbox.scenarios import Effect
from evalbook.sandbox.world import ACCOUNT, HOME_REGION, RESULTS_BUCKET, package_arn

HOUR, DAY = 60, 24 * 60
"""In minutes."""
FOLDER = "past"
"""The prefix in the results bucket that past runs write under."""

_FEW = ("Correctness", "Completeness", "Helpfulness")
_ALL = (
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
)
_NOVA_PRO = "amazon.nova-pro-v1:0"
_MISTRAL = "mistral.mistral-large-2402-v1:0"
_SUPPORT = "s3://evalbook-data/support/eval.jsonl"


@dataclass(frozen=True)
class PastRun:
    """One evaluation that was started before the sandbox was."""

    name: str
    about: str
    ago: int
    """Minutes since its start."""
    pace: float = 14.0
    """Minutes that each of its jobs takes."""
    type: str = "LLMAJEvaluation"
    """The second word of the pipeline's name."""
    group: str = "support-bot"
    version: int = 2
    base: bool = True
    """Whether the base model was evaluated too."""
    nova: Literal["", "base", "tuned"] = ""
    """Which model, where it was started as one of the two runs of a Nova model."""
    dataset: str = _SUPPORT
    judge: str = _NOVA_PRO
    metrics: tuple[str, ...] = _FEW
    custom_metrics: str = ""
    """S3 URI of custom metrics."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """Settings of a benchmark or a scorer."""
    evaluator: str = ""
    """ARN of a registered scorer."""
    failure: Failure | None = None
    ends_as: str = "Failed"
    """What a run with a failed step is called: Failed or CompletedWithFailures."""
    stopped_after: int | None = None
    """Minutes after its start at which it was stopped."""
    effects: frozenset[Effect] = frozenset()
    shown: bool = False
    """Whether the guide names it."""
    beside: str = ""
    """The run to compare it with, or of the other model, by name."""

    @property
    def output(self) -> str:
        """The S3 prefix it writes under, without a slash at its end."""
        return f"s3://{RESULTS_BUCKET}/{FOLDER}/{self.name}"

    @property
    def package(self) -> str:
        """The ARN of the model package it evaluates."""
        return package_arn(self.group, self.version)

    @property
    def is_going(self) -> bool:
        """Whether it still runs when the sandbox starts."""
        return self in _GOING

    @property
    def pipeline(self) -> str:
        """The name of its pipeline; the SDK gives each type one and adds an UUID."""
        number = [*TYPES].index(self.type)
        return f"SagemakerEvaluation-{self.type}-0b1d0a52-6c1e-4f0e-9d3a-5e7a1d2c3b{number:02}"

    @property
    def id(self) -> str:
        """The last part of its ARN: twelve letters and digits, the same at each start."""
        number = [run.name for run in PAST_RUNS].index(self.name)
        return f"past{TYPES[self.type]}{number:04}"

    @property
    def arn(self) -> str:
        """Its ARN."""
        prefix = f"arn:aws:sagemaker:{HOME_REGION}:{ACCOUNT}:pipeline"
        return f"{prefix}/{self.pipeline}/execution/{self.id}"


TYPES = {
    "LLMAJEvaluation": "judg",
    "BenchmarkEvaluation": "benc",
    "CustomScorerEvaluation": "scor",
    "MTRLEvaluation": "mtrl",
    "InspectAIEvaluation": "insp",
}
"""Types by the second word of the pipeline's name, and four letters for each in its runs' IDs."""

_MMLU = {"task": "mmlu", "strategy": "zs_cot", "evaluation_metric": "accuracy"}
_ANATOMY = {**_MMLU, "subtask": "anatomy"}
_MATH = {"task": "gen_qa", "strategy": "gen_qa", "evaluation_metric": "all",
         "preset_reward_function": "prime_math"}  # fmt: skip
_MATH_DATA = "s3://evalbook-data/scorer/math.jsonl"

_GOING = (
    PastRun("support-bot-running", "is running: watch or stop it", 24, shown=True),
    PastRun("support-bot-late", "runs longer than expected", 4 * HOUR, pace=210),
    PastRun("support-bot-stopping", "was told to stop", 9, pace=30, stopped_after=8),
    PastRun(
        "mmlu-running", "is running", 11, pace=35, type="BenchmarkEvaluation", dataset="",
        settings=_MMLU,
    ),
)  # fmt: skip
_DONE = (
    PastRun("support-bot-v2", "both models, 60 records", 2 * HOUR, shown=True),
    PastRun(
        "support-bot-v2-mistral",
        "the same dataset, judged by another judge",
        5 * HOUR,
        judge=_MISTRAL,
        beside="support-bot-v2",
        shown=True,
    ),
    PastRun("support-bot-v1", "the same dataset, the version before", 40 * DAY, version=1),
    PastRun(
        "support-bot-thousand",
        "1,000 records, 11 metrics, two models",
        DAY,
        pace=48,
        dataset="s3://evalbook-data/support/thousand.jsonl",
        metrics=_ALL,
        shown=True,
    ),
    PastRun(
        "support-bot-categories",
        "records of four categories",
        3 * DAY,
        dataset="s3://evalbook-data/support/categories.jsonl",
        shown=True,
    ),
    PastRun("support-bot-alone", "the fine-tuned model only", 6 * DAY, base=False),
    PastRun(
        "support-bot-unjudged", "the judge gave no score at all", 8 * DAY,
        effects=frozenset({"no-scores"}),
    ),
    PastRun("support-bot-few", "eight records: too few to tell", 9 * DAY, pace=6,
            dataset="s3://evalbook-data/doubtful/few.jsonl"),
    PastRun("support-bot-custom", "custom metrics in words and numbers", 2 * DAY,
            custom_metrics=f"s3://{RESULTS_BUCKET}/{FOLDER}/support-bot-custom/custom-metrics.json"),
    PastRun("nova-support-tuned", "a Nova model's run, and the base model's beside it", 4 * DAY,
            group="nova-support", version=1, base=False, nova="tuned",
            beside="nova-support-base",
            shown=True),
    PastRun("nova-support-base", "the base model's run beside it", 4 * DAY + 2,
            group="nova-support", version=1, base=False, nova="base"),
    PastRun("mmlu-v2", "a benchmark of 57 subtasks", 5 * DAY, pace=55,
            type="BenchmarkEvaluation", dataset="", settings=_MMLU, shown=True),
    PastRun("mmlu-anatomy", "one subtask", 12 * DAY, pace=9, type="BenchmarkEvaluation",
            dataset="", settings=_ANATOMY),
    PastRun("math-v2", "a custom scorer's preset", 7 * DAY, pace=20,
            type="CustomScorerEvaluation", dataset=_MATH_DATA, settings=_MATH, shown=True),
    PastRun("travel-agent-v1", "multi-turn RL", 2 * DAY + 3 * HOUR, pace=70,
            type="MTRLEvaluation", group="travel-agent", version=1,
            dataset="s3://evalbook-data/agents/trips.jsonl", shown=True),
    PastRun("inspect-ai-v2", "tasks of Inspect AI", 15 * DAY, pace=30,
            type="InspectAIEvaluation", dataset="", base=False),
    PastRun("support-bot-stopped", "was stopped", 10 * DAY, stopped_after=20),
)  # fmt: skip


def _failed(failure: Failure, number: int) -> PastRun:
    """Return the run that a failure ended, one of every type that can show it."""
    more: dict[str, object] = {}
    if failure.type == "BenchmarkEvaluation":
        more = {"dataset": "", "settings": _MMLU}
    elif failure.type == "CustomScorerEvaluation":
        more = {"dataset": _MATH_DATA, "settings": _MATH}
    elif failure.type == "MTRLEvaluation":
        more = {
            "group": "travel-agent", "version": 1,
            "dataset": "s3://evalbook-data/agents/trips.jsonl",
        }  # fmt: skip
    return PastRun(
        failure.name,
        f"failed: {failure.about}",
        3 * HOUR + number * 11 * HOUR,
        type=failure.type,
        failure=failure,
        ends_as=failure.ends_as,
        shown=failure.shown,
        **more,  # type: ignore[arg-type]
    )


PAST_RUNS = (
    *_GOING,
    *_DONE,
    *(_failed(failure, number) for number, failure in enumerate(FAILURES)),
)
