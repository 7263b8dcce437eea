"""What serves the models: an endpoint, Bedrock, or artefacts hosted for the run."""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import unless_none
from evalbook.workflow.steps.scope import warn_of_no_comparison
from evalbook.workflow.turn import Question

_HELP = (
    "The name of an endpoint; the id or ARN of a Bedrock model, including custom model deployments "
    "and imported models; or the S3 folder of artefacts to host for the run."
)


def _ask(interview: Interview) -> Question:
    model = interview.model
    which = model.base_model.name if model.base_only else "the fine-tuned model"
    names = aws.answering.list_endpoints(interview.aws, interview.region)
    notices = []
    if names:
        notices.append(f"Endpoints in service: {', '.join(names)}.")
    if model.model_data:
        notices.append(f"The model package's artefacts: {model.model_data}")
    return Question(
        f"What serves {which}?",
        help=_HELP,
        notices=tuple(notices),
        reference="references/inspect-ai.md",
    )


def _read(text: str, _question: Question, _: Interview) -> str:
    found = aws.answering.read_answering(text)
    aws.s3.refuse_template_text(found.name, "what answers")
    return found.name if found.kind != "endpoint" else text.strip().strip("\"'<> ")


def _check(value: str, interview: Interview) -> Outcome[str, aws.found.Answering]:
    region = interview.region
    interview.progress(f"Checking {value}", None, None)
    container = aws.images.check_container(interview.aws, region)
    found, checks = aws.answering.check_answering(interview.aws, value, region)
    return Accepted(found.name, found, (*container, *checks))


def _check_base(
    value: str | None, interview: Interview
) -> Outcome[str | None, aws.found.Answering | None]:
    if value is None:
        doubt = warn_of_no_comparison("To compare, say what serves the base model.")
        return Accepted(None, None, (doubt,))
    found, checks = aws.answering.check_answering(interview.aws, value, interview.region)
    if found.name == interview.answer(slots.ANSWERED_BY).facts.name:
        raise AnswerRejected(
            "answers.same",
            f"{found.name} already serves the fine-tuned model: both runs would be the same.",
            "Say what serves the base model, or none.",
        )
    return Accepted(found.name, found, tuple(checks))


def find_answering(interview: Interview) -> list[aws.found.Answering]:
    """Return what serves the models: the one to evaluate, then the base model to compare with."""
    both = (interview.facts(slots.ANSWERED_BY), interview.facts(slots.BASE_ANSWERED_BY))
    return [it for it in both if it is not None]


def _hosts(interview: Interview) -> bool:
    return any(it.kind == "hosted" for it in find_answering(interview))


def _describe(_: str | None, facts: aws.found.Answering | None) -> str:
    if facts is None:
        return "not evaluated"
    how = {
        "endpoint": "the endpoint",
        "bedrock": "Bedrock,",
        "hosted": "an endpoint created for the run from",
    }
    return f"{how[facts.kind]} {facts.name}"


STEP = Step(
    slots.ANSWERED_BY,
    "Answered by",
    ask=_ask,
    hears=hearing.name("endpoint", "model"),
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL, slots.REGION),
    example="amazon.nova-lite-v1:0",
    example_meaning="Answers the tasks' questions. Bedrock charges by the token, an endpoint by "
    "the hour.",
)
BASE_STEP = Step(
    slots.BASE_ANSWERED_BY,
    "Base answered by",
    ask=lambda it: Question(
        f"And what serves the base model, {it.model.base_model.name}?",
        default="none",
        help=f"{_HELP} A second run is started for it, to compare with; none runs the fine-tuned "
        "model only.",
    ),
    hears=hearing.name("endpoint", "model", "base"),
    read=unless_none(_read),
    check=_check_base,
    describe=_describe,
    applies=lambda it: (model := it.facts(slots.MODEL)) is not None and not model.base_only,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL, slots.REGION, slots.ANSWERED_BY),
    example="amazon.nova-lite-v1:0",
    example_meaning="Answers the tasks' questions. Bedrock charges by the token, an endpoint by "
    "the hour.",
)


def _check_image(value: str, interview: Interview) -> Outcome[str, None]:
    image, check = aws.images.check_image(interview.aws, value, interview.region)
    return Accepted(image, checks=(check,))


def _check_instances(
    value: aws.found.Instances, interview: Interview
) -> Outcome[aws.found.Instances, None]:
    model = interview.model
    checks = aws.answering.check_hosting(
        interview.aws, interview.region, value, model.billions, model.base_model.name
    )
    return Accepted(value, checks=tuple(checks))


IMAGE_STEP = Step(
    slots.HOSTING_IMAGE,
    "Hosting image",
    ask=lambda it: Question(
        "Which container image should host the artefacts?",
        default=aws.images.choose_nova_image(it.region) if it.model.nova else None,
        help="Its Amazon ECR URI in the run's region, such as one of AWS's images for DJL or vLLM: "
        "https://aws.github.io/deep-learning-containers/",
    ),
    check=_check_image,
    applies=_hosts,
    depends_on=(slots.ANSWERED_BY, slots.BASE_ANSWERED_BY, slots.MODEL, slots.REGION),
    example="763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.33.0-lmi15.0.0-cu128",
    example_meaning="The container that serves the model during the run.",
)
INSTANCES_STEP = Step(
    slots.HOSTING_INSTANCES,
    "Hosted on",
    ask=lambda it: Question(
        "Which instances should host them?",
        default=aws.instances.choose_smallest(it.model.billions),
        help="Such as ml.g5.12xlarge or 2 x ml.g5.12xlarge: one endpoint per hosted model, billed "
        "by the hour during the run.",
    ),
    hears=hearing.machines,
    read=lambda text, _, it: aws.instances.read_instances(it.aws, text, it.region, "hosting"),
    check=_check_instances,
    applies=_hosts,
    depends_on=(slots.ANSWERED_BY, slots.BASE_ANSWERED_BY, slots.MODEL, slots.REGION),
    example="ml.g5.12xlarge",
    example_meaning="One endpoint per model, billed by the hour until the run ends.",
)
