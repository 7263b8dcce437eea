"""Questions kept in the state, so that showing them again asks AWS nothing."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from evalbook.workflow.interview import Interview, Pending, Step
from evalbook.workflow.turn import Question

# A question that AWS was asked for (which judges there are) is shown again from the state for
# this long, so that showing a turn needs no network; the answer itself is always checked afresh.
KEPT_QUESTION_SECONDS = 3600


def keep_question(
    interview: Interview, step: Step[Any, Any], question: Question, *, narrowed: bool = False
) -> None:
    """Keep a question; ``narrowed`` where it asks again about an answer."""
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    who = _asker(interview.aws.profile)
    interview.aside.pending = Pending(step.name, now, narrowed, question, who)


def forget_question_knowing(interview: Interview, said: Step[Any, Any]) -> None:
    """Forget a kept question that what was just said ahead may change."""
    pending = interview.aside.pending
    if pending is None or pending.narrowed:
        return
    asked = next((step for step in interview.all_steps if step.name == pending.step), None)
    if asked is not None and said.slot in asked.asked_knowing:
        interview.aside.pending = None


def is_narrowed(interview: Interview, step: Step[Any, Any] | None) -> bool:
    """Tell whether a step's question asks again about an answer that was given to it."""
    pending = interview.aside.pending
    return bool(step and pending and pending.narrowed and pending.step == step.name)


def find_kept_question(interview: Interview, step: Step[Any, Any]) -> Question | None:
    """Return a step's kept question; None if there is none, it is too old, or another's."""
    pending = interview.aside.pending
    if pending is None or pending.step != step.name:
        return None
    if pending.asked_as != _asker(interview.aws.profile):
        return None
    age = datetime.now(timezone.utc) - datetime.fromisoformat(pending.at)
    return pending.question if 0 <= age.total_seconds() < KEPT_QUESTION_SECONDS else None


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


def _asker(profile: str | None) -> str:
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
