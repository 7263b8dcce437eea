"""Answers at the AWS border for what moto lacks, checked against botocore's own shapes.

botocore's Stubber answers in a fixed order; questions asked in parallel have none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ParamValidationError
from botocore.validate import validate_parameters

Respond = Callable[[Mapping[str, Any]], "dict[str, Any] | str"]


def answer(client: Any, operation: str, respond: Respond) -> list[dict[str, Any]]:
    """Let ``respond`` answer an operation from now on; returns the questions as they come in.

    ``respond`` gets the question's parameters and returns an answer, or an AWS error code.
    """
    asked: list[dict[str, Any]] = []
    service = client.meta.service_model.service_id.hyphenize()

    def keep(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        asked.append(dict(params))
        context["asked"] = dict(params)

    def reply(model: Any, context: dict[str, Any], **_: Any) -> tuple[AWSResponse, dict[str, Any]]:
        said = respond(context["asked"])
        if isinstance(said, str):
            error = {"Error": {"Code": said, "Message": f"said {said}"}}
            return AWSResponse("https://simulated", 400, {}, None), error
        try:
            validate_parameters(said, model.output_shape)
        except ParamValidationError as error:  # not to be taken for AWS's own refusal
            raise AssertionError(error) from error
        return AWSResponse("https://simulated", 200, {}, None), dict(said)

    client.meta.events.register_first(f"before-parameter-build.{service}.{operation}", keep)
    client.meta.events.register_first(f"before-call.{service}.{operation}", reply)
    return asked
