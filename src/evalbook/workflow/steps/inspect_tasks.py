"""Tasks for Inspect AI: where they are, which are run, and where in S3 they go."""

from __future__ import annotations

from pathlib import Path

from evalbook import aws
from evalbook.errors import AnswerRejected, refuse_failed
from evalbook.texts import shortened
from evalbook.whole_files import is_a_folder
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import effective_dataset
from evalbook.workflow.facts import TaskFacts, TasksFacts, UploadFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.lists import (
    ALL,
    ask_all_or_some,
    describe_all_or_some,
    read_all_or_some,
)
from evalbook.workflow.replies.places import understand_s3
from evalbook.workflow.replies.reading import Reading, Taken
from evalbook.workflow.replies.words import content, doubt_in
from evalbook.workflow.turn import Choice, Question

RECORDS = "records"
"""Asks for a task to be written from the person's own records."""


def _hears_source(reply: str, question: Question, _: Interview) -> Reading:
    words = set(content(reply, ("my", "own", "from", "of", "we")))
    if words and words <= {"records", "dataset", "data", "own"} and not doubt_in(reply):
        return Taken(RECORDS)
    return understand_s3(reply, question)


def _read_source(text: str, _question: Question, interview: Interview) -> str:
    plain = text.strip("'\"<> ")
    if plain.casefold() in (RECORDS, "my records", "dataset", "my dataset", "own", "my own"):
        return RECORDS
    if plain.startswith(("s3:", "http", "arn:")):
        return _read_s3_folder(plain, "folder of tasks")
    path = interview.file_named(text)
    if not is_a_folder(path):
        raise AnswerRejected(
            "tasks.folder",
            f"There is no folder {shortened(str(path))}.",
            f"Give a folder, an S3 URI, or {RECORDS}.",
        )
    return str(path)


def _read_s3_folder(text: str, what: str) -> str:
    uri = str(aws.s3.parse_s3_uri(text, what=what, key_needed=False))
    aws.s3.refuse_template_text(uri, "the folder of tasks")
    return uri.rstrip("/") + "/"


def _check_source(value: str, interview: Interview) -> Outcome[str, TasksFacts | None]:
    from evalbook.metrics.inspect_tasks import read_tasks

    if value == RECORDS:
        return Accepted(value)
    region = interview.model.region
    interview.progress("Looking for tasks", None, None)
    sources, checks = aws.task_folders.read_task_folder(interview.aws, value, region)
    found, about_tasks = read_tasks(sources)
    refuse_failed(about_tasks)
    tasks = tuple(TaskFacts(task.name, task.file) for task in found)
    uri = value if value.startswith("s3://") else None
    return Accepted(value, TasksFacts(uri, tasks), (*checks, *about_tasks))


def of_records(interview: Interview) -> bool:
    """Tell whether the task is written from the person's own records."""
    return interview.value(slots.TASK_SOURCE) == RECORDS


SOURCE_STEP = Step(
    slots.TASK_SOURCE,
    "Tasks",
    ask=lambda _: Question(
        "Where are the tasks for Inspect AI?",
        help="A folder in S3 or on this computer, with Python files that hold functions decorated "
        f"with @task; or {RECORDS}, to have a task written from your dataset.",
        reference="references/inspect-ai.md",
    ),
    hears=_hears_source,
    read=_read_source,
    check=_check_source,
    describe=lambda value, facts: "written from your own records" if facts is None else value,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL),
    example="./tasks",
    example_meaning="Python files with functions decorated with @task; or dataset, to have a task "
    "written from your records.",
    wants=Wants(files=(".py",), s3=True),
)


def _check_which(value: list[str], interview: Interview) -> Outcome[list[str], None]:
    from evalbook.metrics.inspect_tasks import chosen_checks, read_tasks

    known = [task.name for task in _tasks(interview)]
    if unknown := [name for name in value if name not in (ALL, *known)]:
        raise AnswerRejected(
            "tasks.unknown",
            f"There is no task {', '.join(unknown)} any more.",
            "Choose from the list, or answer ALL.",
        )
    source = interview.answer(slots.TASK_SOURCE).value
    region = interview.model.region
    sources, _ = aws.task_folders.read_task_folder(interview.aws, source, region)
    tasks, _ = read_tasks(sources)
    checks = list(chosen_checks(known if value == [ALL] else value, tasks))
    refuse_failed(checks)
    return Accepted(value, checks=tuple(checks))


def _tasks(interview: Interview) -> tuple[TaskFacts, ...]:
    found = interview.facts(slots.TASK_SOURCE)
    return () if found is None else found.tasks


WHICH_STEP = Step(
    slots.TASKS,
    "Which tasks",
    ask=lambda it: ask_all_or_some(
        f"Which of the {len(_tasks(it))} tasks?",
        "Every task in the folder.",
        (Choice(task.name, task.name, f"In {task.file}.") for task in _tasks(it)),
    ),
    read=read_all_or_some,
    check=_check_which,
    describe=describe_all_or_some,
    applies=lambda it: len(_tasks(it)) > 1,
    depends_on=(slots.TASK_SOURCE,),
    unasked=[ALL],
    example="ALL",
    example_meaning="Each task is a separate comparison. More tasks take longer.",
)


def _ask_upload(interview: Interview) -> Question:
    what, default = "your tasks", None
    if of_records(interview):
        what = "the task written from your records"
        bucket = aws.s3.parse_s3_uri(_records(interview), what="dataset").bucket
        default = f"s3://{bucket}/inspect-tasks/"
    return Question(
        f"Where in S3 should {what} be put?",
        default=default,
        help="An S3 folder in a bucket in the model's region. They go into a new folder there, "
        "from which the job reads them.",
    )


def _check_upload(value: str, interview: Interview) -> Accepted[str, UploadFacts]:
    below = aws.s3.parse_s3_uri(value, what="folder", key_needed=False)
    here = aws.s3.need_bucket_in(interview.aws, below.bucket, interview.model.region)
    uri = str(aws.task_folders.name_upload_folder(_files(interview), below))
    return Accepted(value, UploadFacts(uri), (here,))


def _do_upload(value: str, interview: Interview) -> Outcome[str, UploadFacts]:
    accepted = _check_upload(value, interview)
    folder = aws.s3.parse_s3_uri(accepted.facts.uri, what="folder", key_needed=False)
    interview.progress(f"Uploading the tasks to {folder}", None, None)
    aws.task_folders.upload(interview.aws, _files(interview), folder)
    return accepted


def _files(interview: Interview) -> dict[str, bytes]:
    from evalbook.metrics.inspect_tasks import OWN_FILE, own_task

    if of_records(interview):
        scorer = interview.value(slots.ANSWER_SCORER) or "match"
        return {OWN_FILE: own_task(_records(interview), scorer).encode()}
    return aws.task_folders.list_tasks_in_folder(Path(interview.answer(slots.TASK_SOURCE).value))


def _records(interview: Interview) -> str:
    """Return the S3 URI from which the task reads the records, even for a registered dataset."""
    dataset = effective_dataset(interview)
    return dataset if dataset.startswith("s3://") else interview.answer(slots.DATASET).facts.uri


def tasks_folder(interview: Interview) -> str:
    """Return the S3 folder from which the job reads the tasks."""
    found = interview.facts(slots.TASK_SOURCE)
    if found is not None and found.uri is not None:
        return found.uri
    return interview.answer(slots.TASKS_UPLOAD).facts.uri


def task_names(interview: Interview) -> list[str]:
    from evalbook.metrics.inspect_tasks import OWN_TASK

    return [OWN_TASK] if of_records(interview) else [task.name for task in _tasks(interview)]


UPLOAD_STEP = Step(
    slots.TASKS_UPLOAD,
    "Tasks in S3",
    ask=_ask_upload,
    hears=hearing.place,
    read=lambda text, _question, _: _read_s3_folder(text, "folder"),
    check=_check_upload,
    do=_do_upload,
    describe=lambda _, facts: facts.uri,
    applies=lambda interview: (
        not (interview.value(slots.TASK_SOURCE) or "s3://").startswith("s3://")
    ),
    depends_on=(
        slots.TASK_SOURCE,
        slots.ANSWER_SCORER,
        slots.DATASET,
        slots.DATASET_UPLOAD,
        slots.DATA_SAMPLE,
        slots.DATA_FIX,
        slots.TRAINING_OVERLAP,
        slots.MODEL,
    ),
    said_ahead=False,
    example="s3://my-bucket/tasks/",
    example_meaning="A copy of the folder goes there for the job to read, and stays until you "
    "delete it.",
    wants=Wants(s3=True),
)
