"""The simulated AWS as one web server: moto, what it lacks, and the sandbox's rules in front."""

from __future__ import annotations

import json
import socket
import threading
import traceback
import uuid
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from typing import Any

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)

from evalbook.sandbox import price_list, quotas, wire
from evalbook.sandbox.bedrock.models import bedrock_in
from evalbook.sandbox.callers import refusal
from evalbook.sandbox.clock import CLOCK, step_seconds_asked_for
from evalbook.sandbox.control import Control
from evalbook.sandbox.faults import AwsError
from evalbook.sandbox.mlflow import as_mlflow_request, mlflow_answer, refused
from evalbook.sandbox.past.seed import UNWRITTEN, concerns_runs
from evalbook.sandbox.paths import CONTROL_PATH, MLFLOW_PATH
from evalbook.sandbox.sagemaker.models import sagemaker_in
from evalbook.sandbox.seed import LATE_SEEDS, seed_world
from evalbook.sandbox.shapes import AnswerDoesNotFit

StartResponse = Callable[..., Any]


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
    """The WSGI application: who asks may ask, faults strike, time passes, moto answers."""

    def __init__(self) -> None:
        install()
        self.control = Control(self._reset)
        self._moto = DomainDispatcherApplication(create_backend_app)
        # It lists the folders of its services anew for each request: half of what one takes.
        self._moto.get_backend_for_host = cache(self._moto.get_backend_for_host)  # type: ignore[method-assign]
        self._late = threading.Lock()
        self._filled: set[str] = set()
        seed_world()

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, to AWS or to the sandbox itself."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(CONTROL_PATH):
            return self._answer_control(environ, start_response, path.removeprefix(CONTROL_PATH))
        request = wire.read_request(environ)
        if path.startswith(MLFLOW_PATH):
            return self._answer_mlflow(
                environ, start_response, request, path.removeprefix(MLFLOW_PATH)
            )

        def recording(status: str, *rest: Any) -> Any:
            self.control.record(request, int(status.split()[0]))
            return start_response(status, *rest)

        fault = self.control.faults.strike(request)
        if fault is not None and fault.drop:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("A fault asked to drop this connection.")
        answer: Iterable[bytes] | AwsError | None = fault.error if fault is not None else None
        if answer is None:
            answer = refusal(request)
        if answer is None and request.service in BESIDE_MOTO:
            answer = _answer_beside_moto(recording, request)
        if answer is None:
            answer = self._answer(environ, recording, request)
        if isinstance(answer, AwsError):
            return _tell(answer, request, environ, recording)
        return answer

    def _answer(
        self, environ: dict[str, Any], start_response: StartResponse, request: wire.AwsRequest
    ) -> Iterable[bytes] | AwsError:
        if concerns_runs(request):
            self._fill("runs")
        self._fill(request.service)
        try:
            if request.service == "s3":
                UNWRITTEN.write(*wire.bucket_and_key(request, environ))
            for sagemaker in sagemaker_in:
                sagemaker.tick()
            answer: Iterable[bytes] = self._moto(environ, start_response)
        except NotImplementedError as error:
            return AwsError("NotImplemented", f"{error}, by the sandbox nor by moto.", 501)
        except AnswerDoesNotFit as error:
            return AwsError("SandboxMistake", str(error), 500)
        except Exception as error:  # noqa: BLE001 - told to whoever asked, and logged
            traceback.print_exc()
            return AwsError("SandboxMistake", f"{type(error).__name__}: {error}", 500)
        return answer

    def _answer_control(
        self, environ: dict[str, Any], start_response: StartResponse, path: str
    ) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, document = self.control.answer(environ["REQUEST_METHOD"], path, body)
        start_response(_status(status), [("Content-Type", "application/json")])
        return [json.dumps(document).encode()]

    def _answer_mlflow(
        self,
        environ: dict[str, Any],
        start_response: StartResponse,
        request: wire.AwsRequest,
        path: str,
    ) -> list[bytes]:
        asked = as_mlflow_request(request, path)
        fault = self.control.faults.strike(asked)
        error = (fault.error if fault is not None else None) or refusal(asked)
        status, document = refused(error) if error else mlflow_answer(environ, asked, path)
        self.control.record(asked, status)
        start_response(_status(status), [("Content-Type", "application/json")])
        return [json.dumps(document).encode()]

    def _fill(self, part: str) -> None:
        """Fill a part of the world that is slow to fill, on its first use."""
        with self._late:
            if part in LATE_SEEDS and part not in self._filled:
                LATE_SEEDS[part]()
                self._filled.add(part)

    def _reset(self) -> None:
        BackendDict.reset()
        bedrock_in.clear()
        sagemaker_in.clear()
        UNWRITTEN.clear()
        CLOCK.reset()
        self._filled.clear()
        seed_world()


def make_server(port: int = 0) -> Any:
    """Return a werkzeug server on 127.0.0.1, filled and ready to serve; port 0 takes a free one.

    Raises:
        OSError: the port is taken.
        UsageError: the environment's step seconds can't be meant.
    """
    from werkzeug import serving

    CLOCK.step_seconds = step_seconds_asked_for()

    class QuietHandler(MotoRequestHandler):
        def log_request(self, *_: Any) -> None:
            """Say nothing: a run makes hundreds of requests."""

    aws = SimulatedAws()
    server = serving.make_server(
        "127.0.0.1", port, aws, threaded=True, request_handler=QuietHandler
    )
    aws.control.end = server.shutdown
    return server


BESIDE_MOTO = {"pricing": price_list.answer, "service-quotas": quotas.answer}
"""Services that moto does not know enough of to have them answered in its way."""


def _answer_beside_moto(
    start_response: StartResponse, request: wire.AwsRequest
) -> list[bytes] | AwsError:
    told = BESIDE_MOTO[request.service](request)
    if isinstance(told, AwsError):
        return told
    start_response(_status(200), [("Content-Type", "application/x-amz-json-1.1")])
    return [json.dumps(told).encode()]


def _tell(
    error: AwsError,
    request: wire.AwsRequest,
    environ: dict[str, Any],
    start_response: StartResponse,
) -> list[bytes]:
    headers, body = wire.error_answer(request.service, error.code, error.message)
    # S3's refusal of a HEAD request has nothing else by which it is AWS's.
    headers.append(("x-amz-request-id", uuid.uuid4().hex))
    start_response(_status(error.status), [*headers, *error.headers])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _status(code: int) -> str:
    return f"{code} {HTTPStatus(code).phrase}"
