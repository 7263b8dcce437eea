"""How many rows a prompt dataset has: from the footer of Parquet, else by reading every row."""

from __future__ import annotations

from collections.abc import Mapping

from evalbook import aws
from evalbook.checks import Check, passed, remedy_in_commands, skipped, warning
from evalbook.errors import AnswerRejected
from evalbook.evaluation_types import CUSTOM_SCORER, EvaluationType
from evalbook.texts import plural
from evalbook.workflow import slots
from evalbook.workflow.facts import PromptFacts, SampleFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Reopened
from evalbook.workflow.turn import Question


def ask_for_prompts(interview: Interview) -> Question:
    """Return the question of whether a prompt dataset may be read."""
    footer = _is_parquet(interview)
    return Question(
        "May I read the dataset to look for its prompts?",
        kind="confirm",
        help="Yes reads the file's footer, a few KB with its columns and row count, and the whole "
        "file only if there is no column prompt or one may be too long. No reads nothing."
        if footer
        else "Yes streams the object once, to look for a prompt in every row. No reads nothing.",
    )


def read_rows(interview: Interview) -> Outcome[bool, SampleFacts | PromptFacts | None]:
    """Return the number of prompts, or go back to the dataset if a row has none."""
    try:
        footer = _parquet(interview) if _is_parquet(interview) else None
        rows, columns, longest = footer or _streamed(interview)
        if longest > ALWAYS_FITS and footer and not _is_unread(interview):
            rows, _, longest = _streamed(interview)
    except AnswerRejected as rejection:
        if rejection.code != "dataset.prompts":
            raise
        # Reading it again would find the same; only another dataset helps.
        remedy = remedy_in_commands(rejection.remedy) or ""
        return Reopened("dataset", notices=(rejection.message, remedy))
    said = " with a column prompt." if footer else ", each with a prompt."
    found = passed("dataset.prompts", f"{plural(rows, 'row')}{said}")
    doubts = check_prompt_lengths(interview, longest, {}, None)
    if doubts and footer and (why := _is_unread(interview)):
        unknown = f"Whether a prompt is too long for the model is not known: {why}."
        doubts = [skipped("dataset.length", unknown)]
    return Accepted(True, PromptFacts(rows, columns), (found, *doubts))


_LARGEST_READ = 256 << 20


def _is_unread(interview: Interview) -> str | None:
    """Return why the rows of a Parquet file can't be read, or should not."""
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        return "reading the file needs pyarrow (`pip install 'pyarrow>=15'`)"
    too_large = interview.answer(slots.DATASET).facts.size > _LARGEST_READ
    return "the file has more than 256 MiB, and only its footer was read" if too_large else None


ALWAYS_FITS = 1000
"""Prompt tokens up to which AWS need not be asked about the model."""


def check_prompt_lengths(
    interview: Interview, longest: int, lengths: Mapping[int, int], kept: int | None
) -> list[Check]:
    """Compare prompts with the model length in the base model's recipe for scorers.

    For evaluations without a recipe that states a length: by a judge, and multi-turn RL.

    Args:
        interview: an interview that knows the model.
        longest: tokens of the longest prompt.
        lengths: records by prompt length; see `too_long`.
        kept: tokens reserved for the answer; None for the value in the type's own recipe.
    """
    from evalbook.datasets.lengths import too_long

    if longest <= ALWAYS_FITS:
        return []
    whole = _recipes_default(interview, CUSTOM_SCORER, "max_model_len")
    if kept is None:
        kept = _recipes_default(interview, interview.type, "max_tokens") or 0
    if whole is None or longest <= whole - kept:
        return []
    count = max(1, too_long(lengths, max(0, whole - kept)))
    which = f"{plural(count, 'prompt')}, of up to" if lengths else "The longest prompt, of"
    return [
        warning(
            "dataset.length",
            f"{which} an estimated {longest:,} tokens, may be too long: the base model's recipe"
            f" for scorers gives the model {whole:,} tokens, of which {kept:,} are reserved for the"
            " answer.",
            "Shorten or leave out these records; their answers may be cut off or missing.",
        )
    ]


def _recipes_default(interview: Interview, of: EvaluationType, name: str) -> int | None:
    model = interview.facts(slots.MODEL)
    if model is None:
        return None
    offered, _ = aws.recipes.read_parameters(
        interview.aws, model.region, model.base_model.name, of.name, of.parameters, None
    )
    found = {it.name: it.default for it in offered or []}.get(name)
    return found if isinstance(found, int) else None


def _is_parquet(interview: Interview) -> bool:
    return interview.answer(slots.DATASET).facts.uri.lower().endswith(".parquet")


def _parquet(interview: Interview) -> tuple[int, tuple[str, ...], int]:
    """Return rows, columns, and tokens of which no prompt has more, by the footer."""
    from evalbook.datasets.lengths import BYTES_PER_TOKEN
    from evalbook.datasets.parquet import TAIL_BYTES, NotParquet, read_footer, read_footer_length

    facts = interview.answer(slots.DATASET).facts
    uri, size = aws.s3.parse_s3_uri(facts.uri, what="dataset"), facts.size
    try:
        tail = aws.s3.read_range(interview.aws, uri, max(0, size - TAIL_BYTES), TAIL_BYTES)
        length = read_footer_length(tail)
        begin = max(0, size - TAIL_BYTES - length)
        footer = read_footer(aws.s3.read_range(interview.aws, uri, begin, length))
    except NotParquet as error:
        raise _unusable(f"{uri} is not a Parquet file: {error}.") from error
    if "prompt" not in footer.columns:
        raise _unusable(f"{uri} has no column prompt; its columns: {', '.join(footer.columns)}.")
    if not footer.rows:
        raise _unusable(f"{uri} has no rows.")
    number = "numbers, dates or truth values" if "prompt" in footer.numeric else None
    if held := number or footer.nested.get("prompt"):
        raise _unusable(f"The column prompt of {uri} holds {held}; expected text or messages.")
    if empty := footer.nulls.get("prompt"):
        verb = "has" if empty == 1 else "have"
        raise _unusable(f"{empty:,} of {footer.rows:,} rows {verb} no prompt: it is null there.")
    return footer.rows, footer.columns, footer.largest.get("prompt", 0) // BYTES_PER_TOKEN


def _streamed(interview: Interview) -> tuple[int, tuple[str, ...], int]:
    from evalbook.datasets.prompts import read_prompts

    facts = interview.answer(slots.DATASET).facts
    uri = aws.s3.parse_s3_uri(facts.uri, what="dataset")
    if not uri.key.lower().endswith(interview.type.file_types):
        wanted = ", ".join(interview.type.file_types)
        raise _unusable(f"{uri} can't be read as it is: its name must end in {wanted}.")
    doing = f"Looking for prompts in {uri}"
    found = read_prompts(
        aws.s3.read_chunks(interview.aws, uri),
        uri.key,
        lambda done, _rows: interview.progress(doing, done, facts.size),
    )
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
    return found.rows, ("prompt",), found.longest


def _unusable(message: str) -> AnswerRejected:
    return AnswerRejected(
        "dataset.prompts", message, "Give a dataset with a prompt column or field in every row."
    )
