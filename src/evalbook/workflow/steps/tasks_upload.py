"""Where in S3 to put tasks that are on this computer or written from the records."""

from __future__ import annotations

from pathlib import Path

from evalbook import aws
from evalbook.workflow import hearing
from evalbook.workflow.facts import (
    ANSWER_SCORER,
    DATA_FIX,
    DATA_SAMPLE,
    DATASET,
    DATASET_UPLOAD,
    MODEL,
    TASK_SOURCE,
    TASKS_UPLOAD,
    TRAINING_OVERLAP,
    UploadFacts,
)
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step, Wants
from evalbook.workflow.steps.dataset import effective_dataset
from evalbook.workflow.steps.task_source import of_records
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    default = None
    if of_records(interview):
        bucket = aws.s3.parse_s3_uri(_records(interview), what="dataset").bucket
        default = f"s3://{bucket}/inspect-tasks/"
    what = "the task written from your records" if of_records(interview) else "your tasks"
    return Question(
        f"Where in S3 should {what} be put?",
        default=default,
        help="An S3 folder in a bucket in the model's region. They go into a new folder there, "
        "from which the job reads them.",
    )


def _read(text: str, _question: Question, _: Interview) -> str:
    uri = str(aws.s3.parse_s3_uri(text, what="folder", key_needed=False))
    aws.s3.refuse_template_text(uri, "the folder of tasks")
    return uri.rstrip("/") + "/"


def _check(value: str, interview: Interview) -> Outcome[str, UploadFacts]:
    below = aws.s3.parse_s3_uri(value, what="folder", key_needed=False)
    here = aws.s3.need_bucket_in(interview.aws, below.bucket, interview.model.region)
    uri = str(aws.task_folders.uploaded_to(_files(interview), below))
    return Accepted(value, UploadFacts(uri), (here,))


def _do(value: str, interview: Interview) -> Outcome[str, UploadFacts]:
    outcome = _check(value, interview)
    assert isinstance(outcome, Accepted)  # noqa: S101 - as just returned
    folder = aws.s3.parse_s3_uri(outcome.facts.uri, what="folder", key_needed=False)
    interview.progress(f"Uploading the tasks to {folder}", None, None)
    aws.task_folders.upload(interview.aws, _files(interview), folder)
    return outcome


def _files(interview: Interview) -> dict[str, bytes]:
    from evalbook.metrics.inspect_tasks import OWN_FILE, own_task

    if of_records(interview):
        scorer = interview.value(ANSWER_SCORER) or "match"
        return {OWN_FILE: own_task(_records(interview), scorer).encode()}
    return aws.task_folders.list_tasks_in_folder(Path(interview.answer(TASK_SOURCE).value))


def _records(interview: Interview) -> str:
    """Return the S3 URI from which the task reads the records, even for a registered dataset."""
    dataset = effective_dataset(interview)
    return dataset if dataset.startswith("s3://") else interview.answer(DATASET).facts.uri


def tasks_folder(interview: Interview) -> str:
    """Return the S3 folder from which the job reads the tasks."""
    upload, found = interview.facts(TASKS_UPLOAD), interview.facts(TASK_SOURCE)
    if found is not None and found.uri is not None:
        return found.uri
    return upload.uri if upload is not None else interview.answer(TASKS_UPLOAD).facts.uri


def task_names(interview: Interview) -> list[str]:
    from evalbook.metrics.inspect_tasks import OWN_TASK

    found = interview.facts(TASK_SOURCE)
    return [OWN_TASK] if found is None else [task.name for task in found.tasks]


STEP = Step(
    TASKS_UPLOAD,
    "Tasks in S3",
    ask=_ask,
    hears=hearing.place,
    read=_read,
    check=_check,
    do=_do,
    describe=lambda _, facts: facts.uri,
    applies=lambda interview: not (interview.value(TASK_SOURCE) or "s3://").startswith("s3://"),
    depends_on=(
        TASK_SOURCE,
        ANSWER_SCORER,
        DATASET,
        DATASET_UPLOAD,
        DATA_SAMPLE,
        DATA_FIX,
        TRAINING_OVERLAP,
        MODEL,
    ),
    said_ahead=False,
    example=Example(
        "s3://my-bucket/tasks/",
        "A copy of the folder goes there for the job to read, and stays until you delete it.",
    ),
    wants=Wants(s3=True),
)
