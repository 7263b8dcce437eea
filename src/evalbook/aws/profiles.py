"""Which AWS profiles are configured on this machine."""

from __future__ import annotations


def list_profiles() -> list[str]:
    """Return the names of the profiles in AWS's config files; empty if those can't be read."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        return sorted(botocore.session.Session().available_profiles)
    except BotoCoreError:
        return []
