import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from evalbook.errors import StateFileError
from evalbook.workflow import state
from evalbook.workflow.workflow import Workflow

HOLDS_THE_LOCK = """
import sys, time, pathlib
from evalbook.workflow import state
with state.locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(30)
"""
SAVES_FOR_EVER = """
import sys, pathlib
from evalbook.workflow import state
path = pathlib.Path(sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    n += 1
    own = {"n": n, "fill": str(n) * 20000}
    state.save(path, {"schema_version": 1, "evalbook": own})
    print(n, flush=True)
"""


def a_state_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "workflow_state.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_missing_file_is_a_new_document(tmp_path):
    assert state.load(tmp_path / "none.json") == {
        "schema_version": 1,
        "evalbook": state.nothing_saved(),
    }


def test_what_other_tools_wrote_becomes_context_and_stays(tmp_path):
    path = a_state_file(tmp_path, '{"model_package_group_name": "support-bot", "step": 3}')

    document = state.load(path)
    state.save(path, document)

    assert json.loads(path.read_text()) == {
        "model_package_group_name": "support-bot",
        "step": 3,
        "schema_version": 1,
        "evalbook": state.nothing_saved(),
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{broken", "not valid JSON"),
        ("", "not valid JSON"),
        ("[1]", "a JSON list"),
        ('{"schema_version": 2}', "schema_version is 2"),
        ('{"schema_version": "1"}', "schema_version is '1'"),
        ('{"schema_version": true}', "schema_version is True"),
        ('{"schema_version": null}', "schema_version is None"),
        ('{"schema_version": 1, "evalbook": []}', "evalbook: not an object"),
        ('{"evalbook": {"answers": {}}}', "no schema_version"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": ' * 100_000, "nested too deeply"),
        ('{"schema_version": 1, "evalbook": {"a": ' + "[" * 200 + "]" * 200 + "}}", "too deeply"),
        ('{"schema_version": 1,}', "not valid JSON"),
        ('{"schema_version": 1} 2', "not valid JSON"),
        ('{"schema_version": 1, "evalbook": {}', "not valid JSON"),
    ],
)
def test_an_unusable_file_is_named_and_left_as_it_is(tmp_path, text, why):
    path = a_state_file(tmp_path, text)

    with pytest.raises(StateFileError, match=why) as caught:
        state.load(path)

    assert str(path) in caught.value.message
    assert path.read_text() == text


AN_ANSWER = {
    "value": "x",
    "said": "x",
    "facts": None,
    "checks": [],
    "at": "2026-11-25T07:30:00+00:00",
    "in_doubt": False,
    "reopened": False,
}
A_QUESTION = {"text": "What?", "choices": [], "notices": [], "checks": []}


@pytest.mark.parametrize(
    ("own", "place"),
    [
        (
            {"answers": {"task": 5}, "answered": ["task"]},
            "answers.task: a whole number, where an object was expected",
        ),
        ({"answers": {}, "answered": ["task"]}, "answers.task: missing"),
        ({"answers": {"task": AN_ANSWER}}, "answered: task is missing"),
        ({"answers": {"taskz": AN_ANSWER}, "answered": ["taskz"]}, "answers.taskz: not an answer"),
        ({"answers": []}, "answers: an array, where an object was expected"),
        ({"pending": 5}, "pending: a whole number, where"),
        ({"pending": {"step": "task"}}, "pending.at: missing; evalbook.pending.narrowed: missing;"),
        ({"volunteered": ["support-bot"]}, "volunteered: an array, where an object was expected"),
        (
            {"answers": {"task": {**AN_ANSWER, "at": "yesterday"}}, "answered": ["task"]},
            "answers.task.at: 'yesterday' is not a time with its offset from UTC",
        ),
        (
            {"answers": {"task": {**AN_ANSWER, "value": 5}}, "answered": ["task"]},
            "answers.task.value: a whole number, where text was expected",
        ),
    ],
)
def test_answers_in_a_form_that_evalbook_does_not_write_make_the_file_unusable(
    tmp_path, own, place
):
    own = {**state.nothing_saved(), **own}
    path = a_state_file(tmp_path, json.dumps({"schema_version": 1, "evalbook": own}))
    before = path.read_bytes()

    with pytest.raises(StateFileError) as caught:
        Workflow.load(path)
    assert f"evalbook.{place}" in caught.value.message
    assert (caught.value.code, path.read_bytes()) == ("state.unusable", before)


def test_bytes_that_are_not_text_are_left_as_they_are(tmp_path):
    path = tmp_path / "workflow_state.json"
    path.write_bytes(b"\xff\xfe{}")

    with pytest.raises(StateFileError, match="can't be read"):
        state.load(path)

    assert path.read_bytes() == b"\xff\xfe{}"


def test_an_older_version_is_brought_up_to_date_step_by_step(tmp_path, monkeypatch):
    path = a_state_file(tmp_path, '{"schema_version": -1, "evalbook": {"old": 1}}')
    monkeypatch.setitem(state.MIGRATIONS, -1, lambda d: {**d, "schema_version": 0})
    monkeypatch.setitem(
        state.MIGRATIONS, 0, lambda d: {**d, "schema_version": 1, "evalbook": {"new": 1}}
    )

    assert state.load(path) == {"schema_version": 1, "evalbook": {"new": 1}}


def test_saving_keeps_the_mode_and_follows_a_link(tmp_path):
    real = a_state_file(tmp_path, "{}")
    real.chmod(0o600)
    link = tmp_path / "link.json"
    link.symlink_to(real)

    state.save(link, {"schema_version": 1, "evalbook": {}})

    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o600
    assert json.loads(real.read_text())["schema_version"] == 1


FOREIGN = """{
    "long": 0.1000000000000000055511151231257827, "huge": 1e999, "digits": DIGITS,
    "nested": [{"a": 1E5, "b": -0.0, "c": "\\u00e9\\ud800", "a": 2}, DEEP]
}""".replace("DIGITS", "9" * 5000).replace("DEEP", "[" * 300 + "]" * 300)


def test_what_other_tools_wrote_is_kept_to_the_letter(tmp_path):
    path = a_state_file(tmp_path, FOREIGN)

    state.save(path, state.load(path))
    state.save(path, state.load(path))

    text = path.read_text()
    for part in FOREIGN.strip("{}\n ").split(",\n    "):
        assert part.split(", ", 1)[0] in text
    assert FOREIGN[FOREIGN.index("[{") :].rstrip("}\n") in text


@pytest.mark.skipif(os.name != "posix", reason="special files")
def test_what_is_no_file_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")

    for name in ("pipe", "zero", ""):
        with pytest.raises(StateFileError, match="not a regular file"):
            state.load(tmp_path / name)


def test_text_that_utf8_cannot_hold_is_saved_and_read_back(tmp_path):
    path = tmp_path / "state.json"

    state.save(path, {"schema_version": 1, "evalbook": {"said": "a\ud800b 😀"}})

    assert state.load(path)["evalbook"]["said"] == "a\ud800b 😀"


def test_a_folder_that_cannot_be_made_is_a_state_file_error():
    with pytest.raises(StateFileError, match="can't be written"):
        state.save(Path("/dev/null/state.json"), {})


def test_of_two_processes_one_works_and_the_other_is_told(tmp_path):
    path = tmp_path / "state.json"
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDS_THE_LOCK,
            str(path),
        ],
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StateFileError, match="Another evalbook"), state.locked(path):
            pass
    finally:
        holder.kill()
        holder.wait()

    with state.locked(path):
        pass


@pytest.mark.skipif(os.name != "posix", reason="kills by signal")
def test_a_kill_at_any_instant_leaves_the_state_before_or_after(tmp_path):
    path = tmp_path / "state.json"
    for attempt in range(12):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVES_FOR_EVER, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.003 * attempt)
        process.send_signal(signal.SIGKILL)
        told = [int(line) for line in process.stdout.read().split()]
        process.wait()

        saved = state.load(path)["evalbook"].get("n", 0)

        assert saved - (told[-1] if told else 0) in (0, 1)
        assert state.load(path)["evalbook"].get("fill", "") == (str(saved) * 20000 if saved else "")
        path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("document", "key", "expected"),
    [
        ({"region": "us-west-2"}, "region", "us-west-2"),
        ({"run": {"aws": {"region": "eu-west-1"}}}, "region", "eu-west-1"),
        ({"deep": {"region": "far"}, "region": "near"}, "region", "near"),
        ({"runs": [{"role_arn": "arn:1"}]}, "role_arn", "arn:1"),
        ({"region": ""}, "region", None),
        ({"region": 7}, "region", None),
        ({"evalbook": {"region": "own"}}, "region", None),
    ],
)
def test_context_is_found_at_the_top_or_nested(document, key, expected):
    assert state.find_in_other_tools(document, key) == expected
