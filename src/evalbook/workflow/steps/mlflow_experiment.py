"""Under which experiment MLflow files the run.

The name of the run in MLflow is not asked: none of the pipelines that the SDK makes carries the
``mlflow_run_name`` that its evaluators take (train/evaluate/pipeline_templates.py and
mtrl_pipeline_templates.py, 3.22.0 to 3.27.0).
"""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow.facts import EVALUATION_TYPE, MLFLOW_EXPERIMENT
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.turn import Question

LONGEST = 256
"""Characters: MlflowExperimentName in SageMaker's service model 2017-07-24."""
DEFAULT = "default"


def _ask(interview: Interview) -> Question:
    return Question(
        "Which MLflow experiment should the run belong to?",
        default=DEFAULT,
        help=f"A name of at most {LONGEST} characters; default is {interview.type.experiment}. A "
        "run's own name can't be chosen: the SDK takes one and does not pass it on.",
    )


def _read(text: str, _question: Question, _: Interview) -> str | None:
    name = text.strip()
    if says_none(name) or name.casefold() == DEFAULT:
        return None
    if len(name) > LONGEST:
        raise AnswerRejected(
            "mlflow_experiment",
            f"The name has {len(name)} characters; SageMaker takes at most {LONGEST}.",
            "Give a shorter one.",
        )
    aws.s3.refuse_template_text(name, "the experiment's name")
    return name


def _describe(value: str | None, _: None) -> str:
    return value or "as the SDK names it"


STEP = Step(
    MLFLOW_EXPERIMENT,
    "MLflow experiment",
    ask=_ask,
    read=_read,
    describe=_describe,
    applies=wanted(MLFLOW_EXPERIMENT),
    advanced=True,
    depends_on=(EVALUATION_TYPE,),
    example=Example(
        "support-bot",
        "The run's metrics are logged under that name.",
    ),
)
