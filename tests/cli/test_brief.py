import json
import subprocess
import sys


def shown(folder, *arguments):
    command = [sys.executable, "-m", "evalbook", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True, text=True).stdout


def test_a_brief_turn_leaves_out_what_says_nothing(tmp_path):
    turn = json.loads(shown(tmp_path, "next", "--json", "--brief"))

    assert turn["step"] == "evaluation_type"
    assert turn.keys().isdisjoint({"checks", "help", "error", "notebook"})
    # Without --json it is what an assistant would show, as words for people are.
    assert shown(tmp_path, "next", "--brief").split() == turn["say"].split()


def test_without_brief_every_field_is_there(tmp_path):
    assert json.loads(shown(tmp_path, "next", "--json"))["checks"] == []
