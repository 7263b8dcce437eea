from __future__ import annotations

from typing import Any

from pipelines import start_evaluation

from evalbook.aws.runs import stop_run
from evalbook.aws.session import Aws
from evalbook.cli.stop import stop_words
from evalbook.runs.find import Target
from evalbook.runs.status import look
from evalbook.sandbox.process import Sandbox


def test_says_what_goes_on_costing_and_what_is_lost(sagemaker: Any, live_aws: Aws) -> None:
    arn = start_evaluation(sagemaker, "slow-run", base=False)
    words = stop_words(look(live_aws, Target(arn, minutes=(25, 40))))

    assert "slow-run is Executing; it has run for 0:0" in words
    assert "SageMaker's jobs of EvaluateCustomInferenceModel and Bedrock's judging" in words
    assert "by amazon.nova-pro-v1:0 in EvaluateCustomModelMetrics" in words
    assert "3 built-in metrics per record" in words
    assert "About 25 to 40 minutes are left." in words
    assert "a stopped run can't be resumed" in words


def test_a_stopped_run_is_over(sagemaker: Any, live_aws: Aws, in_sandbox: Sandbox) -> None:
    arn = start_evaluation(sagemaker, "stuck-run", base=False)
    stop_run(live_aws, arn)
    in_sandbox.advance(5)

    status = look(live_aws, Target(arn))
    assert (status.run.status, status.run.over) == ("Stopped", True)
    assert [step.status for step in status.steps] == ["Stopped", "NotStarted"]
