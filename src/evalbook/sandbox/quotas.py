"""Service Quotas, as far as an evaluation can run into them: ListServiceQuotas, which moto lacks.

Names are the services' own; the values are made up, and low enough for a few runs to reach one.
"""

from __future__ import annotations

from typing import Any

from evalbook.sandbox.faults import AwsError
from evalbook.sandbox.shapes import check_answer
from evalbook.sandbox.wire import AwsRequest

BEDROCK = {
    "(Model evaluation) Number of concurrent automatic model evaluation jobs": 20.0,
    "(Model evaluation) Number of concurrent model evaluation jobs that use a judge": 20.0,
    "On-demand model inference requests per minute for Amazon Nova Pro": 250.0,
}

SAGEMAKER = {
    "ml.g5.2xlarge for training job usage": 4.0,
    "ml.g5.12xlarge for training job usage": 2.0,
    "ml.p4d.24xlarge for training job usage": 0.0,
    "ml.p5.48xlarge for training job usage": 1.0,
    "ml.g5.12xlarge for endpoint usage": 8.0,
}
QUOTAS = {"bedrock": BEDROCK, "sagemaker": SAGEMAKER}


def answer(request: AwsRequest) -> dict[str, Any] | AwsError:
    """Answer a request to Service Quotas; one page holds everything."""
    if request.operation != "ListServiceQuotas":
        text = f"The sandbox has no service-quotas:{request.operation}."
        return AwsError("NotImplemented", text, 501)
    code = request.params.get("ServiceCode")
    quotas = QUOTAS.get(str(code), {})
    told = {
        "Quotas": [
            {"ServiceCode": code, "QuotaName": name, "Value": value, "Adjustable": False}
            for name, value in quotas.items()
        ]
    }
    check_answer("service-quotas", "ListServiceQuotas", told)
    return told
