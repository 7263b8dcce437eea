"""SageMaker's errors as AWS words them."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ValidationException(ServiceException):
    """The request can't be meant: malformed, or naming something that is not there."""

    code = "ValidationException"


class ResourceNotFound(ServiceException):
    """What was named does not exist."""

    code = "ResourceNotFound"


class ResourceLimitExceeded(ServiceException):
    """The account may not have more of this."""

    code = "ResourceLimitExceeded"
