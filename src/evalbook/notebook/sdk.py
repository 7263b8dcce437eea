"""What the notebook's cells have to know of the SDK: its classes, and the versions they need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Evaluator:
    """What the cells have to know of an evaluation type beyond its own parts in ``cells/``."""

    class_name: str
    """In ``sagemaker.train.evaluate``."""
    recognised_by: tuple[str, ...]
    """Settings whose values the definition of a run's pipeline holds, in the names of cell 2."""
    scores: Literal["by_record", "totals", "mlflow"] = "totals"
    """What results hold, and so which of the templates in ``cells/results/`` read them."""
    evaluated_on: str = "records"
    """What is put to the models, as people call it."""


EVALUATORS = {
    "llm_as_judge": Evaluator(
        "LLMAsJudgeEvaluator",
        recognised_by=("JUDGE_MODEL", "DATASET", "models[label]"),
        scores="by_record",
    ),
    "custom_scorer": Evaluator(
        "CustomScorerEvaluator", recognised_by=("SCORER", "DATASET", "models[label]")
    ),
    "benchmark": Evaluator(
        "BenchMarkEvaluator",
        recognised_by=("BENCHMARK", "S3_OUTPUT", "models[label]"),
        evaluated_on="questions",
    ),
    "multi_turn_rl": Evaluator(
        "MultiTurnRLEvaluator",
        recognised_by=("AGENT_CONFIG", "DATASET", "models[label]"),
        scores="mlflow",
        evaluated_on="prompts",
    ),
}
"""By evaluation type; each has a folder of the same name in ``cells/``."""

MINIMUM_SDK = "3.22.0"
"""Oldest `sagemaker` that the cells accept.

What they use, and since when (read in the wheels of sagemaker-train 1.18 to 1.27, which carry the
SDK's minor versions; 2026-11-21):

- ``evaluate(dry_run=True)``: 3.19.
- The judge checked against the service's own list, and against Bedrock's end-of-life date: 3.22.
  Older versions carry a list of their own, which has gone stale: they refuse judges that are in
  service and let retired ones through, and the run then fails after its first paid half hour.

3.22 to 3.27 need nothing else of the cells.
"""

MINIMUM_SDK_PARTS = (
    "sagemaker==3.22.0",
    "sagemaker-core==2.22.0",
    "sagemaker-train==1.22.0",
    "sagemaker-serve==1.22.0",
    "sagemaker-mlops==1.22.0",
)
"""The oldest SDK, all of it: `sagemaker` itself is but a list of the others.

They can be tried beside a newer SDK, whose dependencies serve them too. With a folder of their own
put first, the tests of the cells run on them::

    python -m pip install --no-deps --target old-sdk sagemaker==3.22.0 sagemaker-core==2.22.0 ...
    PYTHONPATH=old-sdk python -m pytest tests/e2e/test_notebook_cells.py
"""

MINIMUM_MATPLOTLIB = "3.6"
"""Oldest `matplotlib` that can draw a label without reading ``$`` in it as mathematics."""
