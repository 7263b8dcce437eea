"""The last lines that a step's job wrote to CloudWatch."""

from __future__ import annotations

from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
ROLLOUT_LOG_GROUP = "/aws/sagemaker/Job/AgentRFTEvaluation"
"""Where jobs of multi-turn RL evaluations write; sagemaker 3.27.0, ``base_evaluator.py``."""


def read_last_log_lines(
    aws: Aws, region: str, job: str, most: int = 20, group: str = LOG_GROUP
) -> tuple[list[str], str | None]:
    """Return the last lines of a job's newest log stream, and why there are none if so."""
    try:
        streams = aws.client("logs", region).describe_log_streams(
            logGroupName=group, logStreamNamePrefix=f"{job}/"
        )
        names = [it["logStreamName"] for it in streams.get("logStreams", ())]
        if not names:
            return [], f"The job {job} wrote no log."
        answer = aws.client("logs", region).get_log_events(
            logGroupName=group, logStreamName=names[-1], limit=most, startFromHead=False
        )
    except AwsMissing:
        return [], f"The job {job} wrote no log."
    except (AwsDenied, AwsInvalid) as error:
        return [], f"The log of {job} can't be read: {error.message}"
    return [str(event.get("message", "")).rstrip() for event in answer.get("events", ())], None
