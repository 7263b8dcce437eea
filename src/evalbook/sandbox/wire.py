"""AWS's protocols on the wire: which operation a request is, and how an error is told."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

ENDPOINTS_OF_SIGNING_NAME = {
    "bedrock": ("bedrock", "bedrock-agent", "bedrock-runtime"),
    "bedrock-agentcore": ("bedrock-agentcore-control",),
    # No service of botocore's: MLflow's own API, which is told by its path.
    "sagemaker-mlflow": (),
}
"""Services that sign with another's name, told apart by their paths."""

NAMES_OF_SIGNING_NAME = {"servicequotas": "service-quotas"}
"""Services that boto3 names otherwise than their requests are signed."""

_XML_ERRORS = {
    "rest-xml": "{}",
    "query": "<ErrorResponse>{}<RequestId>sandbox</RequestId></ErrorResponse>",
    "ec2": "<Response><Errors>{}</Errors><RequestID>sandbox</RequestID></Response>",
}

# Larger bodies are objects on their way to S3, which nothing has to look into.
MOST_BODY_BYTES = 5_000_000


@dataclass(frozen=True)
class AwsRequest:
    """A request to AWS, as far as it could be read."""

    service: str
    """As boto3 names it, such as ``s3``; empty if the request is not signed."""
    operation: str
    """Such as ``ListMlflowApps``; empty if it could not be told."""
    region: str
    access_key: str
    params: Mapping[str, Any] = field(default_factory=dict)
    """What was asked, by the names of the service model, as far as easily known."""


def read_request(environ: dict[str, Any]) -> AwsRequest:
    """Read who asks what of which service; the body stays readable for whoever comes after."""
    scope = _credential_scope(environ)
    if scope is None:
        return AwsRequest("", "", "", "")
    access_key, region, service = scope
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        service = NAMES_OF_SIGNING_NAME.get(service, service)
        return AwsRequest(service, target.split(".")[-1], region, access_key, _json(_body(environ)))
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = {key: values[0] for key, values in parse_qs(_body(environ).decode()).items()}
        return AwsRequest(service, form.get("Action", ""), region, access_key, form)
    for name in ENDPOINTS_OF_SIGNING_NAME.get(service, (service,)):
        operation, params = _by_path(name, environ)
        if operation:
            return AwsRequest(name, operation, region, access_key, params)
    return AwsRequest(service, "", region, access_key)


def bucket_and_key(request: AwsRequest, environ: Mapping[str, Any]) -> tuple[str, str]:
    """Return the bucket that an S3 request is about, and the key or the prefix in it."""
    prefix = parse_qs(environ.get("QUERY_STRING", "")).get("prefix", [""])[0]
    bucket, key = request.params.get("Bucket"), request.params.get("Key")
    return str(bucket or ""), str(key or prefix)


def error_answer(service: str, code: str, message: str) -> tuple[list[tuple[str, str]], bytes]:
    """Return headers and body of an error as the service's protocol tells it."""
    protocol = _protocol(service)
    if protocol in {"rest-xml", "query", "ec2"}:
        error = f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"
        body = _XML_ERRORS[protocol].format(error)
        return [("Content-Type", "text/xml")], body.encode()
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    return headers, json.dumps({"__type": code, "message": message}).encode()


def _protocol(service: str) -> str:
    from botocore.exceptions import UnknownServiceError

    from evalbook.sandbox.shapes import service_model

    try:
        return str(service_model(service).metadata["protocol"])
    except UnknownServiceError:
        # An unsigned request has no service; what comes without a signature asks S3.
        return "rest-xml"


def _credential_scope(environ: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Return access key, region and service of a signature, in the header or in a presigned URL."""
    _, _, scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")
    if not scope:
        query = parse_qs(environ.get("QUERY_STRING", ""))
        if "AWSAccessKeyId" in query:
            # boto3 still presigns S3's URLs the old way, which names no region.
            return query["AWSAccessKeyId"][0], "", "s3"
        scope = query.get("X-Amz-Credential", [""])[0]
    parts = scope.split(",")[0].split("/")
    if len(parts) != 5:
        return None
    return parts[0], parts[2], parts[3].lower()


def _by_path(service: str, environ: dict[str, Any]) -> tuple[str, Mapping[str, Any]]:
    from moto.core.request import Request
    from moto.core.routing import get_service_router
    from werkzeug.exceptions import MethodNotAllowed, NotFound

    try:
        operation, params = get_service_router(service).match(Request(environ))
    except (NotFound, MethodNotAllowed, NotImplementedError):
        return "", {}
    return operation.name, params


def _body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length == 0 or length > MOST_BODY_BYTES:
        return b""
    body: bytes = environ["wsgi.input"].read(length)
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        document = json.loads(body or b"{}")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
