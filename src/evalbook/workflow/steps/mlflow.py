"""Which MLflow app or tracking server records the run, and under which experiment.

The name of the run in MLflow is not asked: none of the pipelines that the SDK makes carries the
``mlflow_run_name`` that its evaluators take (train/evaluate/pipeline_templates.py and
mtrl_pipeline_templates.py, 3.22.0 to 3.27.0).
"""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import unless_none
from evalbook.workflow.replies.choices import read_arn_or_choice
from evalbook.workflow.replies.reading import Reading, Taken
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Choice, Question

DEFAULT = "default"


def _ask(interview: Interview) -> Question:
    region = interview.region
    interview.progress("Looking for MLflow apps and tracking servers", None, None)
    plan = aws.mlflow.plan_mlflow(interview.aws, region)
    found, checks = aws.mlflow.list_mlflow_resources(interview.aws, region)
    listed = (Choice(it.arn, it.name or it.arn, f"{it.kind}, {it.status.lower()}.") for it in found)
    return Question(
        "Which MLflow app or tracking server should record the run?",
        kind="choice" if found else "text",
        choices=(Choice(DEFAULT, "As the SDK chooses", plan.message), *listed) if found else (),
        default=DEFAULT,
        notices=() if found else (plan.message,),
        checks=tuple(checks),
        help="A name or number from the list, or an ARN; default leaves the choice to the SDK, "
        "which uses one of the account's MLflow apps, or creates one if none is ready.",
    )


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    if says_none(reply, ("mlflow", "tracking")):
        return Taken(DEFAULT)
    return hearing.by_kind(reply, question, interview)


def _check(value: str | None, interview: Interview) -> Outcome[str | None, None]:
    region = interview.region
    if value in (None, DEFAULT):
        return Accepted(None, checks=(aws.mlflow.plan_mlflow(interview.aws, region),))
    aws.s3.refuse_template_text(value, "the MLflow ARN")
    arn, checks = aws.mlflow.check_mlflow_arn(interview.aws, value, region)
    return Accepted(arn, checks=tuple(checks))


STEP = Step(
    slots.MLFLOW,
    "MLflow",
    ask=_ask,
    hears=_hears,
    read=unless_none(read_arn_or_choice, word=DEFAULT),
    check=_check,
    describe=lambda value, _: value or "the account's app",
    advanced=True,
    depends_on=(slots.REGION,),
    asks_aws=True,
    example="my-tracking-server",
    example_meaning="Where the run's metrics are logged. A tracking server is billed by the hour, "
    "used or not.",
)


LONGEST = 256
"""In characters: MlflowExperimentName in SageMaker's service model 2017-07-24."""


def _read_experiment(text: str, _question: Question, _: Interview) -> str:
    name = text.strip()
    if len(name) > LONGEST:
        raise AnswerRejected(
            "mlflow_experiment",
            f"The name has {len(name)} characters; SageMaker accepts at most {LONGEST}.",
            "Give a shorter one.",
        )
    aws.s3.refuse_template_text(name, "the experiment's name")
    return name


EXPERIMENT_STEP = Step(
    slots.MLFLOW_EXPERIMENT,
    "MLflow experiment",
    ask=lambda it: Question(
        "Which MLflow experiment should the run belong to?",
        default=DEFAULT,
        help=f"A name of at most {LONGEST} characters; default is {it.type.experiment}. The run "
        "name in MLflow can't be set: the SDK accepts one but does not pass it on.",
    ),
    hears=hearing.free_name("experiment", "mlflow"),
    read=unless_none(_read_experiment, word=DEFAULT),
    describe=lambda value, _: value or "the SDK's default",
    advanced=True,
    depends_on=(slots.EVALUATION_TYPE,),
    example="support-bot",
    example_meaning="The run's metrics are logged under this name.",
)
