"""Which tasks to run."""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected, refuse_failed
from evalbook.workflow.facts import TASK_SOURCE, TASKS, TasksFacts
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.lists import ALL, describe_all_or_some, read_all_or_some
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    found = _found(interview)
    return Question(
        f"Which of the {len(found.tasks)} tasks?",
        kind="multichoice",
        choices=(
            Choice(ALL, ALL, "Every task in the folder."),
            *(Choice(it.name, it.name, f"In {it.file}.") for it in found.tasks),
        ),
        default=ALL,
        help="Names or numbers, separated by commas; ALL runs every one.",
    )


def _check(value: list[str], interview: Interview) -> Outcome[list[str], None]:
    from evalbook.metrics.inspect_tasks import chosen_checks, read_tasks

    found = _found(interview)
    known = [task.name for task in found.tasks]
    unknown = [name for name in value if name not in (ALL, *known)]
    if unknown:
        raise AnswerRejected(
            "tasks.unknown",
            f"There is no task {', '.join(unknown)} any more.",
            "Choose from the list, or answer ALL.",
        )
    source = interview.answer(TASK_SOURCE).value
    read = read_tasks(aws.task_folders.sources_of(interview.aws, source))
    checks = chosen_checks(known if value == [ALL] else value, read.tasks)
    refuse_failed(checks)
    return Accepted(value, checks=tuple(checks))


def _found(interview: Interview) -> TasksFacts:
    found = interview.answer(TASK_SOURCE).facts
    return found if found is not None else TasksFacts(None, ())


def _applies(interview: Interview) -> bool:
    found = interview.facts(TASK_SOURCE)
    return found is not None and len(found.tasks) > 1


STEP = Step(
    TASKS,
    "Which tasks",
    ask=_ask,
    read=read_all_or_some,
    check=_check,
    describe=describe_all_or_some,
    applies=_applies,
    depends_on=(TASK_SOURCE,),
    unasked=[ALL],
    example=Example(
        "ALL",
        "Each task is a separate comparison. More tasks take longer.",
    ),
)
