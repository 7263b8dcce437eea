"""Which MLflow experiment the run belongs to.

The MLflow run name is not asked: the SDK's evaluators accept ``mlflow_run_name``, but none of its
pipelines passes it on (train/evaluate/pipeline_templates.py and mtrl_pipeline_templates.py,
3.22.0 to 3.27.0).
"""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing
from evalbook.workflow.facts import EVALUATION_TYPE, MLFLOW_EXPERIMENT
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Question

LONGEST = 256
"""In characters: MlflowExperimentName in SageMaker's service model 2017-07-24."""
DEFAULT = "default"


def _ask(interview: Interview) -> Question:
    return Question(
        "Which MLflow experiment should the run belong to?",
        default=DEFAULT,
        help=f"A name of at most {LONGEST} characters; default is {interview.type.experiment}. The "
        "run name in MLflow can't be set: the SDK accepts one but does not pass it on.",
    )


def _read(text: str, _question: Question, _: Interview) -> str | None:
    name = text.strip()
    if says_none(name) or name.casefold() == DEFAULT:
        return None
    if len(name) > LONGEST:
        raise AnswerRejected(
            "mlflow_experiment",
            f"The name has {len(name)} characters; SageMaker accepts at most {LONGEST}.",
            "Give a shorter one.",
        )
    aws.s3.refuse_template_text(name, "the experiment's name")
    return name


STEP = Step(
    MLFLOW_EXPERIMENT,
    "MLflow experiment",
    ask=_ask,
    hears=hearing.free_name("experiment", "mlflow"),
    read=_read,
    describe=lambda value, _: value or "the SDK's default",
    advanced=True,
    depends_on=(EVALUATION_TYPE,),
    example=Example(
        "support-bot",
        "The run's metrics are logged under this name.",
    ),
)
