"""What Tab offers, asked as a shell asks."""

import os
import subprocess

import pytest
from commands import COMMAND, run

from evalbook.sandbox.past.table import PAST_RUNS


def offered(line, **environment):
    """The completions of a line, as bash gets them."""
    words = line.split(" ")
    finished = subprocess.run(
        [*COMMAND],
        env={
            **os.environ,
            "_EVALBOOK_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words) - 1),
            **environment,
        },
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.partition(",")[2] for line in finished.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("evalbook res", ["results"]),
        ("evalbook back model", ["model", "model_confirm"]),
        ("evalbook answer --step s3", ["s3_output"]),
        ("evalbook completion z", ["zsh"]),
    ],
)
def test_commands_steps_and_choices_are_completed(line, words):
    assert offered(line) == words


@pytest.mark.usefixtures("in_sandbox")
def test_runs_are_completed_from_notebooks_here_and_from_aws(tmp_path):
    record = tmp_path / "bot" / "notebooks" / "bot_model-evaluation.run.json"
    record.parent.mkdir(parents=True)
    record.write_text("{}")

    assert offered("evalbook results bot/") == ["bot/notebooks/bot_model-evaluation.ipynb"]
    of_aws = offered("evalbook status support-bot")
    assert set(of_aws) <= {run.name for run in PAST_RUNS}
    assert "support-bot-v2" in of_aws


@pytest.mark.usefixtures("in_sandbox")
def test_where_aws_cannot_be_asked_nothing_is_offered_and_nothing_said():
    assert offered("evalbook status s", AWS_ENDPOINT_URL="no url") == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_asks_us(shell):
    finished = run("completion", shell)

    assert f"_EVALBOOK_COMPLETE={shell}_complete" in finished.stdout
    assert finished.stderr == ""
