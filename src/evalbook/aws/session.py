"""One way to reach AWS: boto3 with retries and time limits, its errors in evalbook's own words.

boto3 is imported on the first call, never before: most turns need nothing of AWS.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from evalbook.errors import AnswerRejected, AwsUnavailable, EvalbookError

T = TypeVar("T")

# A judge list asks some twenty questions at once; more connections than that gain nothing.
PARALLEL_REQUESTS = 16

SOON_SECONDS = 8.0
"""How long a question may wait for an answer that it can do without."""

# Services whose answers only adorn a turn: asked once, and not waited for.
_NICE_TO_HAVE = frozenset({"pricing"})

# AWS's error codes by what they mean to us. A bare number is a HEAD request's, which has no body to
# say more: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "AuthorizationError",
        "Forbidden",
        "KMS.AccessDeniedException",
        "NotAuthorized",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
_MISSING = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchEntity",
        "NoSuchEntityException",
        "NoSuchKey",
        "NoSuchVersion",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)
# SageMaker has no code of its own for most things that are not there: it says so in words.
_MISSING_IN_WORDS = re.compile(r"does not exist|not found|(could not|cannot|can't) find", re.I)
_VALIDATION = frozenset({"ValidationException", "ValidationError"})
_THROTTLED = frozenset(
    {
        "429",
        "503",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_EXPIRED = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
)
_UNKNOWN_CREDENTIALS = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)

# botocore's own errors, by the name of the class or of one it derives from (some are newer than the
# oldest botocore we run with): their code, message and remedy. ``{}`` is botocore's text.
_SIGN_IN = "Sign in (`aws sso login` or `aws configure`), or set AWS_PROFILE, and repeat this."
_NETWORK = "Check the network, the region's name and AWS_ENDPOINT_URL, and repeat this."
_NO_ANSWER: tuple[tuple[frozenset[str], str, str, str], ...] = (
    (
        frozenset({"NoAuthTokenError", "NoCredentialsError"}),
        "no_credentials",
        "No AWS credentials were found.",
        _SIGN_IN,
    ),
    (
        frozenset({"MetadataRetrievalError", "PartialCredentialsError"}),
        "no_credentials",
        "No usable AWS credentials were found: {}",
        _SIGN_IN,
    ),
    (
        frozenset(
            {
                "CredentialRetrievalError",
                "LoginError",
                "RefreshWithMFAUnsupportedError",
                "SSOError",
                "TokenRetrievalError",
            }
        ),
        "expired_credentials",
        "The AWS credentials can't be used: {}",
        _SIGN_IN,
    ),
    (
        frozenset({"ProfileNotFound"}),
        "no_profile",
        "{}.",
        "Name one that `aws configure list-profiles` shows, or unset --profile and AWS_PROFILE.",
    ),
    (
        frozenset({"NoRegionError"}),
        "no_region",
        "No AWS region is configured.",
        "Give --region, or set AWS_REGION, and repeat this.",
    ),
    (
        frozenset({"InvalidRegionError"}),
        "no_region",
        "{}.",
        "Give --region, or AWS_REGION, a name such as us-east-1.",
    ),
    (
        frozenset(
            {
                "ConfigNotFound",
                "ConfigParseError",
                "InvalidConfigError",
                "InvalidDefaultsMode",
                "InvalidProxiesConfigError",
                "InvalidRetryConfigurationError",
                "MissingDependencyException",
                "UnknownCredentialError",
            }
        ),
        "aws_settings",
        "The AWS settings can't be used: {}",
        "Correct the AWS settings (~/.aws/config and the AWS_… variables) and repeat this.",
    ),
    (
        frozenset({"ConnectionError", "HTTPClientError"}),
        "no_network",
        "AWS can't be reached: {}",
        _NETWORK,
    ),
    (
        frozenset({"FlexibleChecksumError", "IncompleteReadError"}),
        "no_network",
        "AWS's answer arrived incomplete or damaged: {}",
        _NETWORK,
    ),
)
_WAIT = "Wait a minute and repeat this."
_CANT_BE_ASKED = frozenset(
    {
        "BaseEndpointResolverError",
        "EndpointProviderError",
        "PaginationError",
        "ParamValidationError",
        "UnknownServiceError",
        "UnsupportedS3AccesspointConfigurationError",
        "UnsupportedS3ArnError",
        "ValidationError",
    }
)


# AWS's answer was no. Where a check only helps, whoever asked makes a warning of it; anywhere else
# it stands against the answer that was being checked.


class AwsDenied(AnswerRejected):
    """AWS refused this one question."""


class AwsMissing(AnswerRejected):
    """AWS says that the thing asked for is not there."""


class AwsInvalid(AnswerRejected):
    """AWS says that what was asked can't be asked of it, such as a malformed identifier.

    ``code`` is AWS's own error code.
    """


class AwsInternalError(AwsUnavailable):
    """AWS failed at this one question, retries included; others it may well answer."""


NO_HELP = (AwsDenied, AwsMissing, AwsInvalid, AwsInternalError)
"""What may be caught where the question only helps: the check is then skipped, and says so."""


class Aws:
    """AWS as one caller sees it: a profile, a default region, and clients made when needed.

    Safe to share between threads.
    """

    def __init__(self, profile: str | None = None, region: str | None = None) -> None:
        self.profile = profile
        self._region = region
        self._session: Any = None
        self._clients: dict[tuple[str, str | None], Any] = {}
        # boto3 sessions are not safe to make clients from in several threads at once.
        self._lock = threading.RLock()

    @property
    def session(self) -> Any:
        """The boto3 session.

        Raises:
            AwsUnavailable: the profile is not configured, or the settings can't be read.
        """
        with self._lock:
            if self._session is None:
                # boto3 itself reads only AWS_DEFAULT_REGION; for AWS's command line and its other
                # SDKs AWS_REGION comes before that and before the profile's region.
                region = self._region or os.environ.get("AWS_REGION") or None
                with aws_errors("the AWS settings"):
                    self._session = _new_session(self.profile, region)
            return self._session

    @property
    def default_region(self) -> str | None:
        """The region asked where none is named, or None where none is configured."""
        region: str | None = self.session.region_name
        return region

    def required_region(self) -> str:
        """Return the region asked where none is named.

        Raises:
            AwsUnavailable: none is configured.
        """
        if self.default_region is None:
            raise AwsUnavailable("no_region", "No AWS region is configured.", "Give --region.")
        return self.default_region

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a boto3 client for a service, made once for each region.

        Raises:
            AwsUnavailable: no region is known, or the settings name an endpoint that is no URL.
            AwsInvalid: this botocore doesn't know the service.
        """
        key = (service, region or self.default_region)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._new_client(*key)
            return self._clients[key]

    def _new_client(self, service: str, region: str | None) -> Any:
        from botocore.config import Config

        hasty = service in _NICE_TO_HAVE
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 1 if hasty else 5},
            connect_timeout=1 if hasty else 5,
            read_timeout=2 if hasty else 30,
            max_pool_connections=PARALLEL_REQUESTS,
        )
        try:
            with aws_errors(service):
                return self.session.client(service, region_name=region, config=config)
        except ValueError as error:
            # botocore has no class of its own for an endpoint that is no URL.
            raise AwsUnavailable(
                "aws_settings",
                f"The AWS settings can't be used: {error}",
                "AWS_ENDPOINT_URL is a URL, such as http://127.0.0.1:5000; correct or unset it.",
            ) from error

    def call(
        self, service: str, operation: str, *, region: str | None = None, **params: Any
    ) -> Any:
        """Ask AWS one question and return boto3's plain answer.

        Raises:
            AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
            AwsUnavailable: there was no answer.
        """
        client = self.client(service, region)
        ask = getattr(client, operation, None)
        if ask is None:
            raise _unknown_operation(service, operation)
        with aws_errors(f"{service}:{operation}"):
            return ask(**params)

    def pages(
        self, service: str, operation: str, key: str, *, region: str | None = None, **params: Any
    ) -> Iterator[Any]:
        """Yield the items under ``key`` of a paginated answer, page after page as needed.

        Raises as `call` does.
        """
        client = self.client(service, region)
        if not hasattr(client, operation):
            raise _unknown_operation(service, operation)
        paginator = client.get_paginator(operation)
        with aws_errors(f"{service}:{operation}"):
            for page in paginator.paginate(**params):
                yield from page.get(key, ())


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


def in_parallel(questions: Sequence[Callable[[], T]]) -> list[T]:
    """Ask independent questions at the same time; answers come in the order of the questions.

    Raises what the first failing question, in that order, raised.
    """
    if len(questions) < 2:
        return [question() for question in questions]
    with ThreadPoolExecutor(min(len(questions), PARALLEL_REQUESTS)) as pool:
        return [future.result() for future in [pool.submit(question) for question in questions]]


def soon(question: Callable[[], T], seconds: float = SOON_SECONDS) -> T | None:
    """Ask what must keep nobody waiting; None where the answer takes longer.

    A question that is given up goes on in the background, and keeps no process alive.

    Raises what the question raised in time.
    """
    answer: Future[T] = Future()

    def ask() -> None:
        try:
            answer.set_result(question())
        except BaseException as error:  # noqa: BLE001 - raised where it was asked for
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    wait([answer], seconds)
    return answer.result() if answer.done() else None


@contextmanager
def aws_errors(asking: str) -> Iterator[None]:
    """Translate botocore's errors into evalbook's; what is unknown is raised on as it is.

    ``asking`` is what is asked, such as ``s3:head_object``; messages name it.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        raise _from_client_error(asking, error) from error
    except ResponseParserError as error:
        raise AwsInternalError(
            "aws_internal", f"The answer to {asking} could not be understood.", _WAIT
        ) from error
    except BotoCoreError as error:
        translated = _from_botocore_error(asking, error)
        if translated is None:
            raise
        raise translated from error


def answer_headers(error: EvalbookError) -> Mapping[str, str]:
    """Return the HTTP headers, in lower case, of the answer that an `Aws` error was made from.

    S3 names a bucket's region even where it refuses the question. Empty where there was no answer.
    """
    response = getattr(error.__cause__, "response", None)
    if not isinstance(response, dict):
        return {}
    headers = response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _unknown_operation(service: str, operation: str) -> AwsInvalid:
    import botocore

    return AwsInvalid(
        "UnknownOperation",
        f"The installed botocore {botocore.__version__} does not know {service}:{operation}.",
        "Install a newer boto3 and repeat this.",
    )


def _from_botocore_error(asking: str, error: Any) -> EvalbookError | None:
    names = {kind.__name__ for kind in type(error).__mro__}
    for kinds, code, message, remedy in _NO_ANSWER:
        if names & kinds:
            return AwsUnavailable(code, message.format(str(error).rstrip(".")), remedy)
    if names & _CANT_BE_ASKED:
        return AwsInvalid(type(error).__name__, f"{asking} can't be asked: {error}")
    return None


def _from_client_error(asking: str, error: Any) -> EvalbookError:
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    text = details.get("Message") or str(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    unanswered = _unanswered(asking, code, text, status)
    if unanswered is not None:
        return unanswered
    if code in _DENIED:
        return AwsDenied("denied", f"{asking} was denied: {text}")
    # EC2 has a code for each kind of thing, such as InvalidSubnetID.NotFound.
    if code in _MISSING or code.endswith(".NotFound"):
        return AwsMissing("missing", text)
    if code in _VALIDATION and _MISSING_IN_WORDS.search(text):
        return AwsMissing("missing", text)
    return AwsInvalid(code or "unknown", f"{asking} was refused ({code}): {text}")


def _unanswered(asking: str, code: str, text: str, status: int) -> AwsUnavailable | None:
    if code in _EXPIRED:
        return AwsUnavailable(
            "expired_credentials",
            f"The AWS credentials have expired: {text}",
            "Sign in again (`aws sso login`, or new session keys) and repeat this.",
        )
    if code in _UNKNOWN_CREDENTIALS:
        return AwsUnavailable(
            "invalid_credentials",
            f"AWS does not accept these credentials here ({code}): {text}",
            "Check the profile; a region that must be enabled first answers the same way.",
        )
    if code == "RequestTimeTooSkewed":
        return AwsUnavailable(
            "clock",
            f"AWS does not accept this computer's time: {text}",
            "Set the clock and repeat this.",
        )
    throttled = code in _THROTTLED or status == 429
    # 501 is a simulated or S3-compatible service that lacks the operation: waiting won't help.
    internal = code.startswith("Internal") or (status >= 500 and status != 501)
    if not throttled and not internal:
        return None
    message = f"AWS did not answer {asking}, retries included ({code})"
    # A proxy or a simulated AWS may answer with a page of HTML; it says nothing to a person.
    if "<" not in text:
        message = f"{message}: {text}"
    if throttled:
        return AwsUnavailable("throttled", message, _WAIT)
    return AwsInternalError("aws_internal", message, _WAIT)
