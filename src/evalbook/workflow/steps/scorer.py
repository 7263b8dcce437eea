"""Which code scores: a preset, or an evaluator in the account's AI registry.

An unregistered function can be tried out here before anything is deployed: evalbook writes a
starter file and runs it on samples, then on the person's own records.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.texts import Notice, put_in_a_row, shortened
from evalbook.whole_files import (
    is_a_file,
    is_a_folder,
    is_there,
    reading,
    reason,
    rejecting_unwritable,
    replace_whole,
)
from evalbook.workflow import slots
from evalbook.workflow.interview import Accepted, Interview, Narrowed, Outcome, Step, Wants
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.replies.words import says_yes
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.datasets.scorers import RecordToTry
    from evalbook.metrics.scorers import Tried

OWN = "own"
STARTER = "my_scorer.py"
_GIVEN = "dataset"
"""Word for the dataset given earlier, when a file is tried on records."""
_TRY_ON = re.compile(r"(?P<file>.+\.py)\s+on\s+(?P<records>.+)", re.I | re.S)


def _ask(interview: Interview) -> Question:
    from evalbook.metrics.scorers import PRESETS

    region = interview.model.region
    interview.progress(f"Looking for scorers registered in {region}", None, None)
    registered, checks = aws.registry.list_evaluators(interview.aws, region)
    return Question(
        "Which scorer?",
        kind="choice",
        choices=(
            *(Choice(preset.name, preset.label, preset.description) for preset in PRESETS),
            *(
                Choice(
                    found.arn,
                    found.name,
                    put_in_a_row("Registered", Notice(f"runs {found.function}."), by="; "),
                )
                for found in registered
            ),
            Choice(
                OWN, "A function of my own", f"Writes {STARTER} as a starting point, and tries it."
            ),
        ),
        checks=tuple(checks),
        help="A name, a number, the ARN of a registered evaluator, or the path of a Python file "
        "to try out: my_scorer.py, or my_scorer.py on records.jsonl.",
        reference="references/custom-scorers.md",
    )


def _read(text: str, question: Question, interview: Interview) -> str:
    plain = text.strip("'\"<> ")
    if plain.startswith("arn:") or plain.endswith(".py") or _TRY_ON.fullmatch(plain):
        return plain
    said = question.default if question.default and says_yes(text) else text
    try:
        return read_choice(said, question.choices)
    except AnswerRejected:
        file = re.split(r"\s+on\s+", plain, flags=re.I)[0]
        path = interview.file_named(file)
        named = "/" in file or path.suffix.lstrip(".").isalpha()
        if named or is_a_file(path) or is_a_folder(path):
            raise _no_python_file(file, path) from None
        raise


def _no_python_file(said: str, path: Path) -> AnswerRejected:
    if "://" in said:
        found = f"{shortened(said)} is not on this computer."
    elif is_a_folder(path):
        found = f"{path} is a folder."
    elif is_a_file(path):
        found = f"The name of {path} does not end in .py."
    else:
        found = f"There is no file {shortened(str(path))}."
    return AnswerRejected(
        "scorer.file",
        f"{found} To try your own function, evalbook needs a Python file such as {STARTER}.",
        f"Give the file's path, or {OWN} to have one written.",
    )


def _check(value: str, interview: Interview) -> Outcome[str, aws.found.Evaluator | None]:
    from evalbook.metrics.scorers import PRESETS, try_out, verdict

    if value in [preset.name for preset in PRESETS]:
        return Accepted(value)
    if on_records := _TRY_ON.fullmatch(value):
        return _try_on_records(interview, on_records["file"], on_records["records"].strip())
    if value.endswith(".py"):
        path = _file(interview, value)
        works = verdict(path.name, try_out(path))
        return Narrowed(_offer(interview, value, (works,), f"Try {path.name} on your records too?"))
    aws.s3.refuse_template_text(value, "the evaluator's ARN")
    found, checks = aws.registry.check_evaluator(interview.aws, value)
    region = interview.model.region
    if found.region != region:
        raise AnswerRejected(
            "scorer.region",
            f"The evaluator is in {found.region}, the model in {region}.",
            f"Register it in {region} too, or choose one of those listed.",
        )
    return Accepted(found.arn, found, tuple(checks))


def _do(value: str, interview: Interview) -> Outcome[str, aws.found.Evaluator | None]:
    """Write the starter function if it is wanted and not there; then do what checking does."""
    from evalbook.metrics.scorers import read_starter_function

    path = interview.folder / STARTER
    if value == OWN and not is_there(path):
        with rejecting_unwritable("scorer.file", path):
            replace_whole(path, read_starter_function().encode())
    return _check(STARTER if value == OWN else value, interview)


def _offer(interview: Interview, said: str, found: tuple[str, ...], text: str) -> Question:
    from evalbook.datasets.scorers import MOST_RECORDS

    usual, uri = _ask(interview), interview.answer(slots.DATASET).facts.uri
    records = Choice(
        f"{said} on {_GIVEN}",
        f"Try {Path(said).name} on the first {MOST_RECORDS} records of {uri}",
        "Reads its first few KB; the function runs on this machine.",
    )
    return replace(
        usual,
        text=text,
        choices=(records, *usual.choices),
        default=records.value,
        notices=(
            *found,
            f"An evaluation accepts only registered scorers. {aws.registry.HOW_TO_REGISTER}",
        ),
        help="Yes tries it. Or give the ARN of the registered evaluator, or another scorer.",
    )


def _try_on_records(
    interview: Interview, said: str, records: str
) -> Outcome[str, aws.found.Evaluator | None]:
    from evalbook.datasets.scorers import HEAD_BYTES, records_to_try
    from evalbook.metrics.scorers import try_on

    path = _file(interview, said)
    where, head, complete = _head_of(interview, records)
    found = records_to_try(head, complete=complete)
    if not found:
        raise AnswerRejected(
            "scorer.records",
            f"There is no whole record in the first {HEAD_BYTES // 1024} KB of {where}.",
            "Name another JSON Lines file.",
        )
    samples = [sample for one in found for sample in (one.right, one.other) if sample]
    interview.progress(f"Trying {path.name} on {len(found)} records", None, None)
    lines = _table(found, {one.id: one for one in try_on(path, samples)})
    return Narrowed(_offer(interview, said, (f"{path.name} on {where}:", *lines), "Which scorer?"))


def _table(found: list[RecordToTry], tried: dict[str, Tried]) -> tuple[str, ...]:
    """Return the result for each record, in columns, and what looks wrong."""
    lines = [f"{'Record':<8}{'Reference as answer':<21}Another answer"]
    level, caught = 0, None
    for one in found:
        right, other = (tried.get(it["id"]) if it else None for it in (one.right, one.other))
        if right is None or other is None or right.score is None or other.score is None:
            problem = one.problem or (right and right.problem) or (other and other.problem)
            lines.append(f"{one.place:<8}{problem}")
            continue
        lines.append(f"{one.place:<8}{right.score:<21g}{other.score:g}")
        if right.score <= other.score:
            level, caught = level + 1, caught or right.caught
    if level:
        why = f" It caught an error without reporting it: {caught}." if caught else ""
        lines.append(
            f"{level} of {len(found)} records score their own reference no higher than another "
            f"answer.{why}"
        )
    return tuple(lines)


def _head_of(interview: Interview, records: str) -> tuple[str, bytes, bool]:
    """Return where the records are, their first bytes, and whether that is everything.

    Raises:
        AnswerRejected: there are none, or they may not be read.
    """
    from evalbook.datasets.scorers import HEAD_BYTES

    if records.lower() == _GIVEN:
        records = interview.answer(slots.DATASET).facts.uri
    if records.startswith("s3://"):
        where = aws.s3.parse_s3_uri(records, what="records")
        interview.progress("Reading the first records", None, None)
        head = aws.s3.read_head(interview.aws, where, HEAD_BYTES)
        return str(where), head, len(head) < HEAD_BYTES
    path = interview.file_named(records)
    try:
        with reading(path) as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError) as error:
        raise AnswerRejected(
            "scorer.records",
            f"{shortened(str(path))} can't be read: {reason(error)}.",
            f"Name a JSON Lines file, or {_GIVEN} for your dataset.",
        ) from error
    return path.name, head, len(head) < HEAD_BYTES


def _file(interview: Interview, said: str) -> Path:
    path = interview.file_named(said)
    if not is_a_file(path):
        raise _no_python_file(said.strip("'\""), path)
    return path


STEP = Step(
    slots.SCORER,
    "Scorer",
    ask=_ask,
    read=_read,
    check=_check,
    do=_do,
    describe=lambda value, facts: f"{facts.name}: {value}" if facts else value,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL),
    asks_aws=True,
    example="prime_math",
    example_meaning="Code scores the answers, so you pay for no judge. Your own function runs as "
    "a Lambda function.",
    wants=Wants(files=(".py",)),
)
