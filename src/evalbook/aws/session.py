"""One way to reach AWS: boto3 with retries and time limits, its errors in evalbook's own words.

boto3 is imported on the first call, never before: most turns need nothing of AWS.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar

from evalbook.errors import AwsUnavailable, EvalbookError

T = TypeVar("T")

# A judge list asks some twenty questions at once; more connections than that gain nothing.
PARALLEL_REQUESTS = 16

_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",
        "Forbidden",
        "KMS.AccessDeniedException",
        "NotAuthorized",
        "UnauthorizedOperation",
    }
)
_MISSING = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchEntity",
        "NoSuchKey",
        "NotFound",
        "NotFoundException",
        "ResourceNotFound",
        "ResourceNotFoundException",
    }
)
_THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "SlowDown",
        "503",
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
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)


class AwsDenied(EvalbookError):
    """AWS refused this one question; whether that is a rejection or a warning, the asker knows."""


class AwsMissing(EvalbookError):
    """AWS says that the thing asked for is not there."""


class AwsInvalid(EvalbookError):
    """AWS says that what was asked can't be asked of it, such as a malformed identifier.

    ``code`` is AWS's own error code.
    """


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
            AwsUnavailable: the profile is not configured.
        """
        with self._lock:
            if self._session is None:
                import boto3
                from botocore.exceptions import ProfileNotFound

                try:
                    self._session = boto3.Session(
                        profile_name=self.profile, region_name=self._region
                    )
                except ProfileNotFound as error:
                    raise AwsUnavailable(
                        "no_profile",
                        f"{error}.",
                        "Name one that `aws configure list-profiles` shows, or leave --profile out.",
                    ) from error
            return self._session

    @property
    def default_region(self) -> str | None:
        """The region that boto3 would use, or None where none is configured."""
        import os

        # boto3 itself reads only AWS_DEFAULT_REGION; the other SDKs, and our users, AWS_REGION.
        return self.session.region_name or os.environ.get("AWS_REGION") or None

    def client(self, service: str, region: str | None = None) -> Any:
        """Return a boto3 client for a service, made once for each region.

        Raises:
            AwsUnavailable: no region is known.
        """
        key = (service, region or self.default_region)
        with self._lock:
            if key not in self._clients:
                from botocore.config import Config

                with aws_errors(service):
                    self._clients[key] = self.session.client(
                        service,
                        region_name=key[1],
                        config=Config(
                            retries={"mode": "standard", "total_max_attempts": 5},
                            connect_timeout=5,
                            read_timeout=30,
                            max_pool_connections=PARALLEL_REQUESTS,
                        ),
                    )
            return self._clients[key]

    def call(self, service: str, operation: str, *, region: str | None = None, **params: Any) -> Any:
        """Ask AWS one question and return boto3's plain answer.

        Raises:
            AwsDenied, AwsMissing, AwsInvalid: AWS's answer was no.
            AwsUnavailable: there was no answer.
        """
        client = self.client(service, region)
        with aws_errors(f"{service}:{operation}"):
            return getattr(client, operation)(**params)

    def pages(
        self, service: str, operation: str, key: str, *, region: str | None = None, **params: Any
    ) -> Iterator[Any]:
        """Yield the items under ``key`` of a paginated answer, page after page as needed.

        Raises as `call` does.
        """
        paginator = self.client(service, region).get_paginator(operation)
        with aws_errors(f"{service}:{operation}"):
            for page in paginator.paginate(**params):
                yield from page.get(key, ())


def in_parallel(questions: Sequence[Callable[[], T]]) -> list[T]:
    """Ask independent questions at the same time; answers come in the order of the questions.

    Raises what the first failing question, in that order, raised.
    """
    if len(questions) < 2:
        return [question() for question in questions]
    with ThreadPoolExecutor(min(len(questions), PARALLEL_REQUESTS)) as pool:
        return [future.result() for future in [pool.submit(question) for question in questions]]


@contextmanager
def aws_errors(asking: str) -> Iterator[None]:
    """Translate botocore's errors into evalbook's; what is unknown is raised on as it is."""
    from botocore import exceptions as boto

    try:
        yield
    except (boto.NoCredentialsError, boto.PartialCredentialsError) as error:
        raise AwsUnavailable(
            "no_credentials",
            "No AWS credentials were found.",
            "Sign in (`aws sso login` or `aws configure`), or set AWS_PROFILE, and repeat this.",
        ) from error
    except (
        boto.SSOTokenLoadError,
        boto.UnauthorizedSSOTokenError,
        boto.TokenRetrievalError,
        boto.CredentialRetrievalError,
        boto.RefreshWithMFAUnsupportedError,
    ) as error:
        raise AwsUnavailable(
            "expired_credentials",
            f"The AWS credentials can't be used: {error}",
            "Sign in again (`aws sso login`) and repeat this.",
        ) from error
    except boto.NoRegionError as error:
        raise AwsUnavailable(
            "no_region",
            "No AWS region is configured.",
            "Give --region, or set AWS_REGION, and repeat this.",
        ) from error
    except (boto.EndpointConnectionError, boto.ConnectionError, boto.HTTPClientError) as error:
        raise AwsUnavailable(
            "no_network",
            f"AWS can't be reached: {error}",
            "Check the network, the region's name and AWS_ENDPOINT_URL, and repeat this.",
        ) from error
    except boto.ClientError as error:
        raise _from_client_error(asking, error) from error


def _from_client_error(asking: str, error: Any) -> Exception:
    details = error.response.get("Error", {})
    code = str(details.get("Code", ""))
    text = details.get("Message") or str(error)
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
    if code in _THROTTLED or code.startswith(("5", "Internal")):
        return AwsUnavailable(
            "throttled",
            f"AWS did not answer {asking}, retries included ({code}): {text}",
            "Wait a minute and repeat this.",
        )
    if code in _DENIED:
        return AwsDenied("denied", f"{asking} was denied: {text}")
    if code in _MISSING:
        return AwsMissing("missing", text)
    return AwsInvalid(code or "unknown", f"{asking} was refused ({code}): {text}")
