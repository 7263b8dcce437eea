"""Bedrock's errors as AWS words them."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class ResourceNotFoundException(ServiceException):
    """What was named does not exist."""

    code = "ResourceNotFoundException"


class ValidationException(ServiceException):
    """The request can't be meant."""

    code = "ValidationException"
