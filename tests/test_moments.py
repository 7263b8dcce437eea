from datetime import datetime, timedelta, timezone

import pytest

from evalbook.moments import ago


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-30), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=1), "1 min ago"),
        (timedelta(hours=2, minutes=50), "2 h ago"),
        (timedelta(days=1), "1 day ago"),
        (timedelta(days=40), "40 days ago"),
    ],
)
def test_ages_are_said_in_their_largest_unit(passed, words):
    now = datetime(2026, 11, 21, tzinfo=timezone.utc)

    assert ago(now - passed, now) == words
