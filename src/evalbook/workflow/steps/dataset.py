"""Where the evaluation dataset is: an S3 URI or the ARN of a registered dataset."""

from __future__ import annotations

from evalbook.datasets.report import Report
from evalbook.errors import AnswerRejected
from evalbook.workflow.facts import (
    DATA_FIX,
    DATA_SAMPLE,
    DATASET,
    MODEL,
    CopyFacts,
    DatasetFacts,
    SampleFacts,
)
from evalbook.workflow.interview import Interview, Step
from evalbook.workflow.outcomes import Accepted, Outcome
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    *others, last = interview.type.file_types
    endings = f"{', '.join(others)} or {last}" if others else last
    return Question(
        "Where in S3 is your evaluation dataset?",
        help=f"An S3 URI ending in {endings}, or a hub-content DataSet ARN.",
    )


def _read(text: str, _question: Question, interview: Interview) -> str:
    from evalbook.aws.dataset_arns import is_dataset_arn
    from evalbook.aws.s3 import parse_s3_uri, refuse_template_text

    plain = text.strip("'\"<> ")
    if is_dataset_arn(plain):
        refuse_template_text(plain, "the dataset's ARN")
        return plain
    uri = parse_s3_uri(text, what="evaluation dataset")
    refuse_template_text(str(uri), "the dataset's path")
    refuse_other_file_types(uri.key, interview.type.file_types)
    return str(uri)


def refuse_other_file_types(key: str, wanted: tuple[str, ...] = (".jsonl",)) -> None:
    """Refuse what is by its name not a kind of file that the evaluation takes.

    Raises:
        AnswerRejected: the key does not end as wanted.
    """
    if key.endswith("/") or key.lower().endswith(wanted):
        return
    name = key.rsplit("/", 1)[-1]
    ending = f"ends in .{name.rsplit('.', 1)[-1]}" if "." in name else "has no ending"
    if wanted != (".jsonl",):
        raise AnswerRejected(
            "dataset.file_type",
            f"{name} {ending}; this evaluation takes {', '.join(wanted)}.",
            "Give a dataset of one of these kinds.",
        )
    raise AnswerRejected(
        "dataset.jsonl",
        f"{name} {ending}; an evaluation dataset is a JSON Lines file, one record a line, "
        "whose name ends in .jsonl.",
        "Write it as JSON Lines under a name that ends in .jsonl, and give that object's S3 URI.",
    )


def _check(value: str, interview: Interview) -> Outcome[str, DatasetFacts]:
    from evalbook.aws.dataset_arns import is_dataset_arn, resolve_dataset_arn
    from evalbook.aws.s3 import object_facts, parse_s3_uri

    interview.progress("Looking for the dataset in S3", None, None)
    arn = None
    if is_dataset_arn(value):
        registered = resolve_dataset_arn(interview.aws, value)
        value = arn = registered.arn
        uri = registered.uri
    else:
        uri = parse_s3_uri(value, what="dataset")
    found, checks = object_facts(interview.aws, uri)
    facts = DatasetFacts(str(uri), arn, found.size, found.etag, found.region, found.kms_key)
    return Accepted(value, facts, tuple(checks))


def _known(interview: Interview) -> str | None:
    found = interview.found("dataset_s3_uri", "dataset_path")
    # Other tools also keep local paths under dataset_path; an evaluation reads only from S3.
    return found if found and found.startswith(("s3://", "arn:")) else None


def effective_dataset(interview: Interview) -> str:
    """Return what the evaluation reads: the converted copy where one was made, else the answer."""
    copy, model = interview.facts(DATA_FIX), interview.facts(MODEL)
    if copy is not None:
        return copy.uri
    if interview.type.one_nova_a_run and model is not None and model.nova:
        # For Nova the SDK resolves a dataset's ARN by its name alone, to its newest version.
        return interview.answer(DATASET).facts.uri
    return interview.answer(DATASET).value


def effective_report(interview: Interview) -> Report | None:
    """Return the validation's report on what the evaluation reads; None where it was not read."""
    read = interview.facts(DATA_FIX) or interview.facts(DATA_SAMPLE)
    return read.report if isinstance(read, CopyFacts | SampleFacts) else None


STEP = Step(
    DATASET,
    "Evaluation dataset",
    ask=_ask,
    read=_read,
    check=_check,
    known=_known,
    depends_on=("evaluation_type",),
)
