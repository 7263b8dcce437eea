"""Whether a dataset of prompts may be read; if so, its rows are counted and looked at.

It takes the place of `data_sample` where a type wants nothing of a record but its prompt.
"""

from __future__ import annotations

from typing import Any

from evalbook.checks import passed, skipped
from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_yes_or_no
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Reopened, Step
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    footer = _is_parquet(interview)
    return Question(
        "May I read the dataset to look for its prompts?",
        kind="confirm",
        help="Yes reads the file's footer, a few KB that tell its columns and rows."
        if footer
        else "Yes streams the object once, to look for a prompt in every row. No reads nothing.",
    )


def _read(text: str, _question: Question, _: Interview) -> bool:
    return read_yes_or_no(text)


def _check(value: bool, interview: Interview) -> Outcome:
    if not value:
        unread = "The dataset was not read: its prompts were neither counted nor looked at."
        return Accepted(value, checks=(skipped("dataset.prompts", unread),))
    try:
        rows, columns = _parquet(interview) if _is_parquet(interview) else _streamed(interview)
    except AnswerRejected as rejection:
        if rejection.code != "dataset.prompts":
            raise
        # Reading it again would find the same: another dataset is what helps.
        return Reopened("dataset", notices=(rejection.message, rejection.remedy or ""))
    return Accepted(
        True,
        {"rows": rows, "fields": list(columns)},
        (passed("dataset.prompts", _counted(rows, footer_only=_is_parquet(interview))),),
    )


def _counted(rows: int, *, footer_only: bool) -> str:
    from evalbook.datasets.invalid import plural

    said = "with a column prompt" if footer_only else "each with a prompt"
    return f"{plural(rows, 'row')}{'' if footer_only else ','} {said}."


def _is_parquet(interview: Interview) -> bool:
    return str(interview.facts("dataset")["uri"]).lower().endswith(".parquet")


def _parquet(interview: Interview) -> tuple[int, tuple[str, ...]]:
    from evalbook.aws.s3 import parse_s3_uri, read_range
    from evalbook.datasets.parquet import TAIL_BYTES, NotParquet, footer_length, read_footer

    facts = interview.facts("dataset")
    uri, size = parse_s3_uri(facts["uri"], what="dataset"), facts["size"]
    try:
        tail = read_range(interview.aws, uri, max(0, size - TAIL_BYTES), TAIL_BYTES)
        length = footer_length(tail)
        begin = max(0, size - TAIL_BYTES - length)
        footer = read_footer(read_range(interview.aws, uri, begin, length))
    except NotParquet as error:
        raise _unusable(f"{uri} is not a Parquet file: {error}.") from error
    if "prompt" not in footer.columns:
        raise _unusable(f"{uri} has no column prompt; its columns: {', '.join(footer.columns)}.")
    if not footer.rows:
        raise _unusable(f"{uri} has no rows.")
    if "prompt" in footer.numeric:
        raise _holds(uri, "numbers, dates or truth values")
    if "prompt" in footer.nested:
        raise _holds(uri, footer.nested["prompt"])
    if empty := footer.nulls.get("prompt"):
        verb = "has" if empty == 1 else "have"
        raise _unusable(f"{empty:,} of {footer.rows:,} rows {verb} no prompt: it is null there.")
    return footer.rows, footer.columns


def _streamed(interview: Interview) -> tuple[int, tuple[str, ...]]:
    from evalbook.aws.s3 import parse_s3_uri, read_chunks
    from evalbook.datasets.invalid import plural
    from evalbook.datasets.prompts import read_prompts

    facts = interview.facts("dataset")
    uri = parse_s3_uri(facts["uri"], what="dataset")
    doing = f"Looking for prompts in {uri}"

    def progress(done: int, _rows: int) -> None:
        interview.progress(doing, done, facts["size"])

    found = read_prompts(read_chunks(interview.aws, uri), uri.key, progress)
    if found.unusable:
        raise _unusable(f"{uri} can't be read as it is: {found.unusable}.")
    if not found.rows:
        raise _unusable(f"{uri} has no rows.")
    if found.invalid:
        verb = "has" if found.invalid == 1 else "have"
        shown = "; ".join(found.shown)
        raise _unusable(
            f"{found.invalid:,} of {plural(found.rows, 'row')} {verb} no usable prompt. {shown}."
        )
    return found.rows, ("prompt",)


def _holds(uri: object, what: str) -> AnswerRejected:
    return _unusable(f"The column prompt of {uri} holds {what}; expected text or messages.")


def _unusable(message: str) -> AnswerRejected:
    return AnswerRejected(
        "dataset.prompts", message, "Give a dataset whose every row has a column or field prompt."
    )


def _describe(value: bool, facts: dict[str, Any]) -> str:
    return f"{facts['rows']:,} prompts" if value else "not read"


STEP = Step(
    "data_sample",
    "Records",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=("evaluation_type", "dataset"),
    asked_again=True,
)
