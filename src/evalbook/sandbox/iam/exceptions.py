"""IAM's errors as AWS words them."""

from __future__ import annotations

from moto.core.exceptions import ServiceException


class NoSuchEntity(ServiceException):
    """The role or user that was named does not exist."""

    code = "NoSuchEntity"


class InvalidInput(ServiceException):
    """The request can't be meant."""

    code = "InvalidInput"
