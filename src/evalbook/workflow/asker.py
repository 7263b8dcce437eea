"""Who asks AWS, as a fingerprint that needs no boto3."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_SETTINGS = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
_FILES = {
    "AWS_CONFIG_FILE": "~/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "~/.aws/credentials",
}


def asker(profile: str | None) -> str:
    """Return a fingerprint of the settings and files that decide whose credentials boto3 uses.

    It may change for the same person, such as when keys are renewed; then AWS is just asked again.
    """
    import hashlib

    parts = [profile or "", *(os.environ.get(name, "") for name in _SETTINGS)]
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape"))
    for name, usual in _FILES.items():
        with suppress(OSError, RuntimeError, ValueError):
            digest.update(Path(os.environ.get(name) or usual).expanduser().read_bytes())
    return digest.hexdigest()[:16]
