"""Our cheap dataclasses do what those of the standard library do."""

import dataclasses

import pytest

from evalbook import records


@pytest.fixture(params=[dataclasses.dataclass, records.dataclass], ids=["standard", "ours"])
def point(request):
    @request.param(frozen=True)
    class Point:
        x: int
        y: list[int] = dataclasses.field(default_factory=list, hash=False)
        note: str = dataclasses.field(default="", compare=False, repr=False)

    return Point


def test_values_compare_hash_and_show(point):
    one = point(1, [2], note="here")

    assert one == point(1, [2], note="there")
    assert one != point(1, [3])
    assert one != (1, [2])
    assert hash(one) == hash(point(1, [5]))
    assert repr(one).endswith("Point(x=1, y=[2])")
    assert dataclasses.replace(one, x=4) == point(4, [2])
    assert dataclasses.asdict(one) == {"x": 1, "y": [2], "note": "here"}


@pytest.mark.parametrize("change", [("x", 5), ("other", 5)])
def test_nothing_can_be_set_or_deleted(point, change):
    one = point(1)

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(one, *change)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.x
