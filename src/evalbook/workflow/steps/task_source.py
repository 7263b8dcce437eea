"""Where the Inspect AI tasks are: in S3, on this computer, or written from the records."""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected, rejection_for
from evalbook.texts import shortened
from evalbook.whole_files import is_a_folder
from evalbook.workflow.facts import EVALUATION_TYPE, MODEL, TASK_SOURCE, TaskFacts, TasksFacts
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.reading import Reading, Taken
from evalbook.workflow.replies.values import understand_s3
from evalbook.workflow.replies.words import content, doubt_in
from evalbook.workflow.turn import Question

RECORDS = "records"
"""Asks for a task to be written from the person's own records."""


def _hears(reply: str, question: Question, _: Interview) -> Reading:
    words = set(content(reply, ("my", "own", "from", "of", "we")))
    if words and words <= {"records", "dataset", "data", "own"} and not doubt_in(reply):
        return Taken(RECORDS, exact=False)
    return understand_s3(reply, question)


def _read(text: str, _question: Question, interview: Interview) -> str:
    plain = text.strip("'\"<> ")
    if plain.casefold() in (RECORDS, "my records", "dataset", "my dataset", "own", "my own"):
        return RECORDS
    if plain.startswith(("s3:", "http", "arn:")):
        uri = str(aws.s3.parse_s3_uri(plain, what="folder of tasks", key_needed=False))
        aws.s3.refuse_template_text(uri, "the folder of tasks")
        return uri.rstrip("/") + "/"
    path = interview.file_named(text)
    if not is_a_folder(path):
        raise AnswerRejected(
            "tasks.folder",
            f"There is no folder {shortened(str(path))}.",
            f"Give a folder, an S3 URI, or {RECORDS}.",
        )
    return str(path)


def _check(value: str, interview: Interview) -> Outcome[str, TasksFacts | None]:
    from pathlib import Path

    from evalbook.metrics.inspect_tasks import read_tasks

    if value == RECORDS:
        return Accepted(value)
    region = interview.model.region
    interview.progress("Looking for tasks", None, None)
    if value.startswith("s3://"):
        place = aws.s3.parse_s3_uri(value, what="folder of tasks", key_needed=False)
        sources, checks = aws.task_folders.list_tasks_in_s3(interview.aws, place, region)
    else:
        sources, checks = aws.task_folders.list_tasks_in_folder(Path(value)), []
    found = read_tasks(sources)
    if found.stands_against is not None:
        raise rejection_for(found.stands_against)
    tasks = tuple(TaskFacts(task.name, task.file) for task in found.tasks)
    uri = value if value.startswith("s3://") else None
    return Accepted(value, TasksFacts(uri, tasks), (*checks, *found.checks))


def of_records(interview: Interview) -> bool:
    """Tell whether the task is written from the person's own records."""
    return interview.value(TASK_SOURCE) == RECORDS


STEP = Step(
    TASK_SOURCE,
    "Tasks",
    ask=lambda _: Question(
        "Where are the tasks for Inspect AI?",
        help="A folder in S3 or on this computer, with Python files that hold functions decorated "
        f"with @task; or {RECORDS}, to have a task written from your dataset.",
        reference="references/inspect-ai.md",
    ),
    hears=_hears,
    read=_read,
    check=_check,
    describe=lambda value, facts: "written from your own records" if facts is None else value,
    depends_on=(EVALUATION_TYPE, MODEL),
    example=Example(
        "./tasks",
        "Python files with functions decorated with @task; or dataset, to have a task written "
        "from your records.",
    ),
    wants=Wants(files=(".py",), s3=True),
)
