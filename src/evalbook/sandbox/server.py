"""The simulated AWS as one web server: moto, what it lacks, and in front the sandbox's own rules."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)

from evalbook.sandbox import wire
from evalbook.sandbox.sagemaker.models import sagemaker_in
from evalbook.sandbox.seed import seed_world
from evalbook.sandbox.shapes import AnswerDoesNotFit

StartResponse = Callable[..., Any]
STATUS_TEXT = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


def install() -> None:
    """Send moto's SageMaker, Bedrock and IAM requests to the sandbox's classes.

    Changes moto's tables in this process, which is why the sandbox has one of its own.
    """
    import moto.bedrock.urls
    import moto.iam.urls
    import moto.sagemaker.urls

    from evalbook.sandbox.bedrock.urls import url_paths as bedrock_paths
    from evalbook.sandbox.iam.urls import url_paths as iam_paths
    from evalbook.sandbox.sagemaker.urls import url_paths as sagemaker_paths

    moto.sagemaker.urls.url_paths.update(sagemaker_paths)
    moto.bedrock.urls.url_paths.update(bedrock_paths)
    moto.iam.urls.url_paths.update(iam_paths)


class SimulatedAws:
    """The WSGI application."""

    def __init__(self) -> None:
        install()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._seeded = threading.Lock()
        seed_world()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        request = wire.read_request(environ)
        for sagemaker in sagemaker_in:
            sagemaker.tick()
        try:
            answer: Iterable[bytes] = self._moto(environ, start_response)
        except NotImplementedError as error:
            answer = self._error(request, start_response, "NotImplemented", str(error), 501)
        except AnswerDoesNotFit as error:
            answer = self._error(request, start_response, "SandboxMistake", str(error), 500)
        return answer

    def _error(
        self,
        request: wire.AwsRequest,
        start_response: StartResponse,
        code: str,
        message: str,
        status: int,
    ) -> list[bytes]:
        status, headers, body = wire.error_response(request.service, code, message, status)
        start_response(f"{status} {STATUS_TEXT.get(status, 'Error')}", headers)
        return [body]


def make_server(port: int = 0) -> Any:
    """Return a werkzeug server on 127.0.0.1, filled and ready to serve; port 0 takes a free one."""
    from werkzeug import serving

    class QuietHandler(MotoRequestHandler):  # type: ignore[misc]
        def log_request(self, *args: Any) -> None:
            """Say nothing: a run makes hundreds of requests."""

    return serving.make_server(
        "127.0.0.1", port, SimulatedAws(), threaded=True, request_handler=QuietHandler
    )
