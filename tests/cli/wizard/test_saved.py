import json

import pytest

from evalbook.errors import StateFileError
from evalbook.workflow.another import set_aside
from evalbook.workflow.state import nothing_saved

OWN = {"answers": {"task": {}}}


def test_starting_over_keeps_the_old_file_under_another_name(tmp_path):
    path = tmp_path / "workflow_state.json"
    text = json.dumps({"schema_version": 1, "evalbook": OWN})
    path.write_text(text)

    aside = set_aside(path)

    assert not path.exists()
    assert aside.read_text() == text
    assert aside.name.startswith("workflow_state-20")
    assert aside.suffix == ".json"


def test_what_other_tools_left_stays_known(tmp_path):
    path = tmp_path / "workflow_state.json"
    loss = "0.10000000000000000000001"
    own = json.dumps(OWN)
    path.write_text(
        f'{{"schema_version": 1, "role_arn": "arn:r", "loss": {loss}, "evalbook": {own}}}'
    )

    set_aside(path)

    assert f'"loss": {loss},' in path.read_text()
    assert json.loads(path.read_text()) == {
        "schema_version": 1,
        "role_arn": "arn:r",
        "loss": float(loss),
        "evalbook": nothing_saved(),
    }


def test_two_files_set_aside_in_one_second_are_both_kept(tmp_path):
    path = tmp_path / "workflow_state.json"
    kept = set()
    for number in range(3):
        path.write_text(json.dumps({"schema_version": 1, "evalbook": {"number": number}}))
        kept.add(set_aside(path))

    assert sorted(json.loads(p.read_text())["evalbook"]["number"] for p in kept) == [0, 1, 2]


def test_an_unusable_file_is_left_where_it_is(tmp_path):
    path = tmp_path / "workflow_state.json"
    path.write_text("{")

    with pytest.raises(StateFileError):
        set_aside(path)

    assert path.read_text() == "{"
