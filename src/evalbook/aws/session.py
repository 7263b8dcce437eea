"""The one way to reach AWS: boto3 whose answers are checked, whose errors are evalbook's, in time.

boto3 is imported on the first call, never before: most turns need nothing of AWS.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache, partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeVar

from evalbook.aws.answers import Asked, read_answer
from evalbook.aws.refusals import (
    NO_HELP as NO_HELP,
    REFUSED as REFUSED,
    AwsDenied as AwsDenied,
    AwsInternalError as AwsInternalError,
    AwsInvalid as AwsInvalid,
    AwsMissing as AwsMissing,
    translate,
    translate_unanswered,
    try_asking as try_asking,
    unchecked as unchecked,
)
from evalbook.errors import AwsUnavailable, EvalbookError
from evalbook.texts import joined

if TYPE_CHECKING:
    from concurrent.futures import Future

    import boto3

T = TypeVar("T")

PATIENCE = 18.0
"""Seconds until a person is told that AWS does not answer: with all else below 20."""

# A judge list asks some twenty questions at once; more connections than that gain nothing.
PARALLEL_REQUESTS = 16

SOON_SECONDS = 8.0
"""How long a question may wait for an answer that it can do without."""

# Bytes a second; what is sent may take as long as over such a line.
_SLOWEST_UPLOAD = 64 << 10


class Aws:
    """AWS as one caller sees it: a profile, a default region, and clients made when needed.

    Safe to share between threads. A profile or region of None leaves the choice to the AWS
    settings. A turn, or a question outside of one, may take ``patience`` seconds; ``tell`` is given
    a sentence each time that questions outside of a turn took half of that more.
    """

    def __init__(
        self,
        profile: str | None = None,
        region: str | None = None,
        patience: float = PATIENCE,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.profile = profile
        self.patience = patience
        self._tell = tell
        self._tell_at = patience / 2
        self._region = region
        # Its type is boto3's own, whose stubs know the client of every service.
        self.client = boto3.client if TYPE_CHECKING else self._client
        self._session: Any = None
        self._clients: dict[tuple[str, str | None], Any] = {}
        # boto3 sessions are not safe to make clients from in several threads at once.
        self._lock = threading.RLock()
        self._waiting_for: list[str] = []
        self._given_up: set[str] = set()
        self._waiting_since = 0.0
        self._waited = 0.0
        self._in_turn = False
        self._told: dict[str, Any] = {}

    @property
    def session(self) -> Any:
        """The boto3 session, made when it is first needed.

        Raises:
            AwsUnavailable: the profile is not configured, or the settings can't be read.
        """
        with self._lock:
            if self._session is None:
                # boto3 itself reads only AWS_DEFAULT_REGION; for AWS's command line and its other
                # SDKs AWS_REGION comes before that and before the profile's region.
                region = self._region or os.environ.get("AWS_REGION") or None
                with _settings_errors("the AWS settings"):
                    self._session = _new_session(self.profile, region)
            return self._session

    @property
    def default_region(self) -> str | None:
        """The region asked if none is named, or None if none is configured."""
        region: str | None = self.session.region_name
        return region

    def required_region(self) -> str:
        """Return the region asked if none is named; that none is configured is an error.

        Raises:
            AwsUnavailable: none is configured.
        """
        if self.default_region is None:
            raise AwsUnavailable("no_region", "No AWS region is configured.", "Give --region.")
        return self.default_region

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Let all that is asked inside take no longer together than one question may.

        Only waiting counts, not what is done with the answers, nor reading an object to its end.
        """
        with self._lock:
            inner, self._in_turn = self._in_turn, True
            if not inner:
                # What an earlier turn has given up and AWS may yet answer counts no more.
                self._waiting_for, self._waited = [], 0.0
                self._told.clear()
        try:
            yield
        finally:
            self._in_turn = inner

    def once(self, about: str, question: Callable[[], T]) -> T:
        """Ask what can't change within a turn once in it, such as who is asking."""
        if not self._in_turn:
            return question()
        if about not in self._told:
            self._told[about] = question()
        answer: T = self._told[about]
        return answer

    def wait_for(self, asking: str, question: Callable[[], T], more: float = 0.0) -> T:
        """Ask in a thread of its own, and wait no longer than the turn may take, and ``more``.

        A thread, because neither a name that can't be looked up, nor a program that gives
        credentials, nor an answer that comes byte by byte minds botocore's time limits; and because
        Ctrl-C ends this wait at once. What is given up goes on, and keeps no process alive.

        Raises:
            AwsUnavailable: ``no_answer``, and whatever the question raised.
        """
        with self._lock:
            now, waiting_for = time.monotonic(), self._waiting_for
            if not waiting_for:
                self._waiting_since = now
                self._given_up.clear()
            waited = self._waited + now - self._waiting_since
            waiting_for.append(asking)
        left = self.patience - (waited if self._in_turn else 0.0)
        try:
            answer = _start(question)
            from concurrent.futures import wait

            if self._tell and not self._in_turn:
                quiet = max(0.0, min(left, self._tell_at - waited))
                if not wait([answer], quiet).done:
                    self._say_that_it_takes(waited + quiet)
                    left -= quiet
            wait([answer], max(0.0, left) + more)
            if answer.done():
                return answer.result()
            self._given_up.add(asking)
            names = joined(sorted({*waiting_for, *self._given_up}))
            raise AwsUnavailable(
                "no_answer",
                f"AWS did not answer {names} within {self.patience:g} s.",
                "Check the network, HTTPS_PROXY and AWS_ENDPOINT_URL, and try again.",
            )
        finally:
            with self._lock:
                waiting_for.remove(asking)
                if not waiting_for and waiting_for is self._waiting_for:
                    self._waited += max(0.0, time.monotonic() - self._waiting_since - more)

    def _say_that_it_takes(self, waited: float) -> None:
        with self._lock:
            if self._tell is None or waited < self._tell_at:
                return
            self._tell_at = waited + self.patience / 2
            names = joined(sorted({*self._waiting_for}))
        self._tell(f"AWS is slow: {waited:.0f} s so far, now {names}. Ctrl-C cancels.")

    def _client(self, service: str, region: str | None = None) -> Any:
        """Return a boto3 client behind the border, made once for each service and region.

        What it is asked raises `AwsDenied`, `AwsMissing` or `AwsInvalid` where AWS's answer was no,
        and `AwsUnavailable` where there was none, or none of AWS's.
        """
        key = (service, region or self.default_region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = _Guarded(self, service, self._new_client(*key))
            return self._clients[key]

    def _new_client(self, service: str, region: str | None) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "standard", "total_max_attempts": 4},
            connect_timeout=5,
            read_timeout=self.patience,
            max_pool_connections=PARALLEL_REQUESTS,
        )
        try:
            with _settings_errors(service):
                return self.session.client(service, region_name=region, config=config)
        except ValueError as error:
            # botocore has no class of its own for an endpoint that is no URL.
            raise AwsUnavailable(
                "aws_settings",
                f"The AWS settings can't be used: {error}",
                "AWS_ENDPOINT_URL must be a URL such as http://127.0.0.1:5000; fix or unset it.",
            ) from error


class _Guarded:
    """A boto3 client whose operations and pages go through the border."""

    def __init__(self, aws: Aws, service: str, client: Any) -> None:
        self._aws = aws
        self._service = service
        self._client = client

    def __getattr__(self, name: str) -> Any:
        operation = self._client.meta.method_to_api_mapping.get(name)
        if operation is not None:
            ask = getattr(self._client, name)
            return lambda **params: self._ask(
                operation, lambda: ask(**params), len(params.get("Body", b"")) / _SLOWEST_UPLOAD
            )
        if name.startswith("_") or hasattr(self._client, name):
            return getattr(self._client, name)
        import botocore

        raise AwsInvalid(
            "UnknownOperation",
            f"The installed botocore {botocore.__version__} does not know {self._service}:{name}.",
            "Install a newer boto3 and try again.",
        )

    def get_paginator(self, name: str) -> Any:
        getattr(self, name)  # an operation that this botocore doesn't know has no pages either
        return SimpleNamespace(paginate=partial(self._pages, name))

    def _pages(self, name: str, **params: Any) -> Iterator[Any]:
        """Yield pages, each of which is one more question; a listing cut short is an error."""
        operation = self._client.meta.method_to_api_mapping[name]
        pages = iter(self._client.get_paginator(name).paginate(**params))
        while (page := self._ask(operation, lambda: next(pages, None))) is not None:
            yield page

    def _ask(self, operation: str, question: Callable[[], Any], more: float = 0.0) -> Any:
        asked = Asked(self._service, operation, self._client.meta.endpoint_url)
        shape = self._client.meta.service_model.operation_model(operation).output_shape

        def ask() -> Any:
            with border(asked):
                answer = question()
                return None if answer is None else read_answer(answer, shape, asked)

        return self._aws.wait_for(str(asked), ask, more)


@contextmanager
def border(asked: Asked) -> Iterator[None]:
    """Let nothing through that is not evalbook's error: what is unknown is no answer of AWS's."""
    try:
        yield
    except Exception as error:
        translated = translate(asked, error)
        if translated is error:
            raise
        raise translated from error


@contextmanager
def _settings_errors(asking: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError

    try:
        yield
    except BotoCoreError as error:
        known = translate_unanswered(asking, error)
        if known is None:
            raise
        raise known from error


def _new_session(profile: str | None, region: str | None) -> Any:
    import boto3
    from botocore.session import get_session

    core = get_session()
    session = boto3.Session(profile_name=profile, region_name=region, botocore_session=core)
    core.register_component("data_loader", _service_models(core.get_config_variable("data_path")))
    return session


@cache
def _service_models(data_path: str | None) -> Any:
    """Return botocore's reader of its service models, one for all sessions of this process.

    It keeps what it has read. With a reader for each session, as botocore has it, an MCP server or
    wizard would parse megabytes of JSON anew for every `Aws`: 50 ms for a client of S3, where 5 do.
    ``data_path`` is the setting by which people add models of their own.
    """
    from botocore.loaders import create_loader

    return create_loader(data_path)


def _start(question: Callable[[], T]) -> Future[T]:
    from concurrent.futures import Future

    answer: Future[T] = Future()
    threading.Thread(target=_settle, args=(question, answer), daemon=True).start()
    return answer


def _settle(question: Callable[[], T], answer: Future[T]) -> None:
    try:
        answer.set_result(question())
    except BaseException as error:  # noqa: BLE001 - raised where it was asked for
        answer.set_exception(error)


def in_parallel(questions: Sequence[Callable[[], T]]) -> list[T]:
    """Ask independent questions at the same time; answers come in the order of the questions.

    What the first failing question, in that order, raised is raised. Those that have not been asked
    by then are not asked any more, nor after Ctrl-C.
    """
    if len(questions) < 2:
        return [question() for question in questions]
    from concurrent.futures import Future

    answers: list[Future[T]] = [Future() for _ in questions]
    waiting = deque(zip(questions, answers, strict=True))

    def work() -> None:
        with suppress(IndexError):  # when none is left
            while True:
                _settle(*waiting.popleft())

    for _ in range(min(len(questions), PARALLEL_REQUESTS)):
        threading.Thread(target=work, daemon=True).start()
    try:
        return [answer.result() for answer in answers]
    finally:
        waiting.clear()


def soon(question: Callable[[], T], seconds: float | None = None) -> T | None:
    """Ask what must keep nobody waiting; None if the answer takes longer.

    A question that is given up goes on in the background, and keeps no process alive.
    """
    answer = _start(question)
    from concurrent.futures import wait

    wait([answer], SOON_SECONDS if seconds is None else seconds)
    return answer.result() if answer.done() else None


def answer_headers(error: EvalbookError) -> Mapping[str, str]:
    """Return the HTTP headers, in lower case, of the answer that an `Aws` error was made from.

    S3 names a bucket's region even where it refuses the question. Empty if there was no answer.
    """
    response = getattr(error.__cause__, "response", None) or {}
    headers: Mapping[str, str] = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return headers
