"""Where in S3 the results go."""

from __future__ import annotations

from evalbook import aws
from evalbook.errors import AnswerRejected, refuse_failed
from evalbook.texts import Notice
from evalbook.workflow import hearing, slots
from evalbook.workflow.facts import OutputFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.choices import read_choice_or_text
from evalbook.workflow.turn import Choice, Question

LONGEST = 512
"""In characters; SageMaker's service model (2017-07-24) allows a URI 1,024."""


def _ask(interview: Interview) -> Question:
    dataset = interview.facts(slots.DATASET)
    region, bucket = interview.region, None
    if dataset and dataset.region == region:
        bucket = aws.s3.parse_s3_uri(dataset.uri, what="dataset").bucket
    there = aws.s3_search.list_buckets(interview.aws, region) if interview.will_ask(STEP) else []
    # The dataset's bucket is the default, and comes first.
    there.sort(key=lambda it: it[0] != bucket)
    return Question(
        "Where in S3 should the results go? In a bucket, they go under evaluation-results/."
        if there
        else "Where in S3 should the results go?",
        choices=tuple(Choice(_in_bucket(name), name, Notice(f"made {day}")) for name, day in there),
        default=_in_bucket(bucket) if bucket else None,
        help=f"{'Or another' if there else 'An'} S3 prefix in a bucket of {region}.",
    )


def _in_bucket(name: str) -> str:
    return f"s3://{name}/evaluation-results/"


def _read(text: str, question: Question, _: Interview) -> str:
    text = read_choice_or_text(text, question.choices)
    uri = str(aws.s3.parse_s3_uri(text, what="output prefix", key_needed=False))
    aws.s3.refuse_template_text(uri, "the output path")
    # The SDK adds its own slash between the prefix and what it writes under it.
    return uri.rstrip("/")


def _refuse_what_no_job_could_write_to(uri: str, interview: Interview) -> None:
    if len(uri) > LONGEST:
        raise AnswerRejected(
            "s3_output.long",
            f"The output path has {len(uri):,} characters; the limit is {LONGEST}. SageMaker and "
            "S3 allow 1,024, and the jobs need half of that for what they write under it.",
            "Give a shorter one.",
        )
    if {".", ".."} & set(uri.split("/")):
        raise AnswerRejected(
            "s3_output.dots",
            f"{uri} has . or .. between slashes, which S3 treats as names, not as folders.",
            "Give the path without them.",
        )
    if interview.type.bedrock_judges and not aws.s3_uris.BEDROCK_URI.fullmatch(uri):
        raise AnswerRejected(
            "s3_output.bedrock",
            f"Bedrock, which writes its results there, does not accept {uri}: only unaccented "
            "letters, digits and - ! _ * ' ( ) . between single slashes.",
            "Give a path of only these characters.",
        )


def _check(value: str, interview: Interview) -> Outcome[str, OutputFacts]:
    _refuse_what_no_job_could_write_to(value, interview)
    prefix = aws.s3.parse_s3_uri(value, what="output prefix", key_needed=False)
    interview.progress(f"Checking that {value} can be written", None, None)
    in_region = aws.s3.need_bucket_in(interview.aws, prefix.bucket, interview.region)
    key, checks = aws.s3_writes.write_probe(
        interview.aws, prefix, kms_key=interview.value(slots.KMS_KEY)
    )
    if key is not None:
        role, rights = interview.answer(slots.EXECUTION_ROLE).value, aws.kms.WRITES
        may_use = aws.kms.check_role_key(
            interview.aws, interview.region, role, key, "what is written there", rights
        )
        refuse_failed([may_use])
        checks.append(may_use)
    return Accepted(value, OutputFacts(key), (in_region, *checks))


STEP = Step(
    slots.S3_OUTPUT,
    "Results",
    ask=_ask,
    hears=hearing.place,
    read=_read,
    check=_check,
    known=lambda interview: interview.found("s3_output_path"),
    depends_on=(
        slots.EVALUATION_TYPE,
        slots.REGION,
        slots.MODEL,
        slots.EXECUTION_ROLE,
        slots.KMS_KEY,
    ),
    example="s3://my-bucket/evaluations/",
    example_meaning="Results are written under it. They stay until you delete them, and are "
    "billed as S3 storage does.",
    asks_aws=True,
    wants=Wants(s3=True),
)
