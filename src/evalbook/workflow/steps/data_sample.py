"""Whether the dataset may be read; if so, its format is shown and every record validated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from evalbook import aws
from evalbook.checks import Check, passed, skipped, warning
from evalbook.datasets.report import Report
from evalbook.evaluation_types import CUSTOM_SCORER, EvaluationType
from evalbook.texts import plural, presentable, put_in_a_row
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import named_object, read_named, validate_records
from evalbook.workflow.facts import PromptFacts, SampleFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Reopened, Step, Wants
from evalbook.workflow.replies.choices import read_yes_or_no
from evalbook.workflow.turn import Question

HEAD_BYTES = 8192
_LARGEST_READ = 256 << 20
"""Bytes of a Parquet file up to which all of it is read."""
_JUDGED_NEW_TOKENS = 8192
"""What the SDK sets for evaluations by a judge; see `EvaluationType.fixed_parameters`."""
_ALWAYS_FITS = 1000
"""Prompt tokens up to which AWS need not be asked about the model."""


_NO = "No reads nothing."


def _ask(interview: Interview) -> Question:
    if not interview.type.prompts_alone:
        return Question(
            "May I read the dataset to show you its format and to validate its records?",
            kind="confirm",
            help=put_in_a_row(
                "Yes reads the first few KB and shows what they hold, then the whole object once, "
                "to count and validate every record on this machine.",
                _NO,
            ),
        )
    reads = "Yes streams the object once, to look for a prompt in every row."
    if _is_parquet(interview):
        reads = (
            "Yes reads the file's footer, a few KB with its columns and row count, and the whole "
            "file only if there is no column prompt or one may be too long."
        )
    return Question(
        "May I read the dataset to look for its prompts?",
        kind="confirm",
        help=put_in_a_row(reads, _NO),
    )


def _check(value: bool, interview: Interview) -> Outcome[bool, SampleFacts | PromptFacts | None]:
    if not value:
        unread = "The dataset was not read: its records were neither counted nor validated."
        return Accepted(value, checks=(skipped("dataset.records", unread),))
    if not interview.type.prompts_alone:
        return _read_and_validate(interview)
    try:
        return _read_rows(interview)
    except _NoPrompts as error:
        unusable = presentable(str(error))
    # What its reader would not take may be understood all the same, and converted.
    found = _read_and_validate(interview)
    if isinstance(found.facts, SampleFacts) and found.facts.report.valid:
        return replace(found, notices=(unusable, *found.notices))
    # Reading it again would find the same; only another dataset helps.
    remedy = "Give a dataset with a prompt column or field in every row."
    return Reopened("dataset", notices=(unusable, remedy))


def _read_and_validate(interview: Interview) -> Accepted[bool, SampleFacts | PromptFacts | None]:
    """Read the head of the dataset, then all of it, and return what was found."""
    from evalbook.datasets.findings import report_checks
    from evalbook.datasets.sample import read_sample

    uri, size = named_object(interview), interview.answer(slots.DATASET).facts.size
    interview.progress("Reading the first records", None, None)
    head = aws.s3.read_head(interview.aws, uri, HEAD_BYTES)
    sample = read_sample(head, complete=len(head) >= size)
    report = validate_records(interview, read_named(interview), str(uri), size)
    sample = replace(sample, table=report.fields, counted=report.records)
    names = {it.field.partition("[")[0].partition(".")[0]: None for it in report.fields}
    return Accepted(
        True,
        SampleFacts(report.format, tuple(names), report),
        (*report_checks(report), *check_lengths(interview, report)),
        notices=sample.lines(),
        preview=sample,
        fields=report.fields,
    )


def check_lengths(interview: Interview, report: Report) -> list[Check]:
    """Hold the prompts against the length that the base model's recipe gives the model.

    An evaluation by a judge has no such recipe: what is known about the model is in another type's.
    """
    kind, longest = interview.type, report.longest_prompt
    if kind.bedrock_judges:
        lengths = dict(report.prompt_lengths)
        return _check_prompt_lengths(interview, longest, lengths, _JUDGED_NEW_TOKENS)
    if "max_model_len" not in kind.parameters:
        return []
    doubts = aws.recipes.check_parameter_doubts([], _recipe(interview, kind), longest)
    return [check for check in doubts if check.id == "parameters.length"]


def _check_prompt_lengths(
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

    if longest <= _ALWAYS_FITS:
        return []
    whole = _recipe(interview, CUSTOM_SCORER).get("max_model_len")
    if kept is None:
        kept = _recipe(interview, interview.type).get("max_tokens", 0)
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


def _recipe(interview: Interview, kind: EvaluationType) -> dict[str, int]:
    """Return the numbers set in the base model's recipe for a type; empty if it can't be read."""
    model = interview.facts(slots.MODEL)
    if model is None:
        return {}
    base = model.base_model.name
    offered, _ = aws.recipes.read_parameters(interview.aws, model.region, base, kind.name)
    return {it.name: it.default for it in offered or [] if isinstance(it.default, int)}


class _NoPrompts(Exception):
    """Why the dataset is none of prompts as multi-turn RL reads it."""


def _read_rows(interview: Interview) -> Accepted[bool, SampleFacts | PromptFacts | None]:
    """Return the number of prompts.

    Raises:
        _NoPrompts: a row has none that can be used.
    """
    footer = _parquet(interview) if _is_parquet(interview) else None
    unread = _why_unread(interview) if footer else None
    rows, columns, longest = footer or _streamed(interview)
    if footer and longest > _ALWAYS_FITS and not unread:
        rows, _, longest = _streamed(interview)
    said = " with a column prompt." if footer else ", each with a prompt."
    found = passed("dataset.prompts", f"{plural(rows, 'row')}{said}")
    doubts = _check_prompt_lengths(interview, longest, {}, None)
    if doubts and unread:
        unknown = f"Whether a prompt is too long for the model is not known: {unread}."
        doubts = [skipped("dataset.length", unknown)]
    return Accepted(True, PromptFacts(rows, columns), (found, *doubts))


def _why_unread(interview: Interview) -> str | None:
    """Return why the rows of a Parquet file can't be read, or should not."""
    from importlib.util import find_spec

    if find_spec("pyarrow") is None:
        return "reading the file needs pyarrow (`pip install 'pyarrow>=15'`)"
    too_large = interview.answer(slots.DATASET).facts.size > _LARGEST_READ
    return "the file has more than 256 MiB, and only its footer was read" if too_large else None


def _is_parquet(interview: Interview) -> bool:
    return interview.answer(slots.DATASET).facts.uri.lower().endswith(".parquet")


def _parquet(interview: Interview) -> tuple[int, tuple[str, ...], int]:
    """Return rows, columns, and tokens of which no prompt has more, by the footer."""
    from evalbook.datasets.lengths import BYTES_PER_TOKEN
    from evalbook.datasets.parquet import TAIL_BYTES, NotParquet, read_footer, read_footer_length

    uri, size = named_object(interview), interview.answer(slots.DATASET).facts.size
    try:
        tail = aws.s3.read_range(interview.aws, uri, max(0, size - TAIL_BYTES), TAIL_BYTES)
        length = read_footer_length(tail)
        begin = max(0, size - TAIL_BYTES - length)
        footer = read_footer(aws.s3.read_range(interview.aws, uri, begin, length), "prompt")
    except NotParquet as error:
        raise _NoPrompts(f"{uri} is not a Parquet file: {error}.") from error
    if "prompt" not in footer.columns:
        raise _NoPrompts(f"{uri} has no column prompt; its columns: {', '.join(footer.columns)}.")
    if not footer.rows:
        raise _NoPrompts(f"{uri} has no rows.")
    if held := footer.holds:
        raise _NoPrompts(f"The column prompt of {uri} holds {held}; expected text or messages.")
    if empty := footer.nulls:
        verb = "has" if empty == 1 else "have"
        raise _NoPrompts(f"{empty:,} of {footer.rows:,} rows {verb} no prompt: it is null there.")
    return footer.rows, footer.columns, footer.largest // BYTES_PER_TOKEN


def _streamed(interview: Interview) -> tuple[int, tuple[str, ...], int]:
    from evalbook.datasets.prompts import read_prompts

    uri, size = named_object(interview), interview.answer(slots.DATASET).facts.size
    if not uri.key.lower().endswith(interview.type.file_types):
        wanted = ", ".join(interview.type.file_types)
        raise _NoPrompts(f"{uri} can't be read as it is: its name must end in {wanted}.")
    doing = f"Looking for prompts in {uri}"
    found = read_prompts(
        read_named(interview), uri.key, lambda done, _rows: interview.progress(doing, done, size)
    )
    if found.unusable:
        raise _NoPrompts(f"{uri} can't be read as it is: {found.unusable}.")
    if not found.rows:
        raise _NoPrompts(f"{uri} has no rows.")
    if found.invalid:
        verb = "has" if found.invalid == 1 else "have"
        shown = "; ".join(found.shown)
        raise _NoPrompts(
            f"{found.invalid:,} of {plural(found.rows, 'row')} {verb} no usable prompt. {shown}."
        )
    return found.rows, ("prompt",), found.longest


def _describe(_: bool, facts: SampleFacts | PromptFacts | None) -> str:
    if facts is None:
        return "not read"
    if isinstance(facts, PromptFacts):
        return f"{facts.rows:,} prompts"
    return f"{facts.report.valid:,} valid records of {facts.report.records:,}"


STEP = Step(
    slots.DATA_SAMPLE,
    "Records",
    ask=_ask,
    read=read_yes_or_no,
    check=_check,
    describe=_describe,
    depends_on=(slots.EVALUATION_TYPE, slots.DATASET, slots.SCORER),
    asked_again=True,
    example="yes",
    example_meaning="The file is read on this machine, and nothing of it is kept. Reading it "
    "costs a fraction of a cent for each GB.",
)


_GUIDES = "; they decide which metrics are recommended"
DESCRIPTION_STEP = Step(
    slots.DATA_DESCRIPTION,
    "Dataset in words",
    ask=lambda it: Question(
        "What does the dataset look like? Which format is it in, and which fields hold the prompt "
        "and the reference answer?",
        help=f"In your own words{_GUIDES if it.type.bedrock_judges else ''}. Records are neither "
        "counted nor validated.",
        reference="references/dataset-formats.md",
    ),
    hears=hearing.free_text,
    applies=lambda interview: interview.value(slots.DATA_SAMPLE) is False,
    depends_on=(slots.DATASET, slots.DATA_SAMPLE),
    asked_again=True,
    example="120 billing questions in English with answers by our staff",
    example_meaning="Your description replaces reading the data; records are neither counted nor "
    "validated.",
    wants=Wants(long=True),
)
