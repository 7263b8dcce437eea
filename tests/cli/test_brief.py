import json
import subprocess
import sys


def turn_of(folder, *arguments):
    done = subprocess.run(
        [sys.executable, "-m", "evalbook", *arguments], cwd=folder, capture_output=True, check=True
    )
    return json.loads(done.stdout)


def test_a_brief_turn_leaves_out_what_says_nothing(tmp_path):
    turn = turn_of(tmp_path, "next", "--json", "--brief")

    assert turn["step"] == "evaluation_type"
    assert turn.keys().isdisjoint({"checks", "help", "error", "notebook"})


def test_without_brief_every_field_is_there(tmp_path):
    assert turn_of(tmp_path, "next", "--json")["checks"] == []
