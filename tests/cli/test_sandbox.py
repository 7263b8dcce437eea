"""The sandbox as a person starts, uses and ends it."""

import shlex
import subprocess

from commands import COMMAND, run

THROUGH_A_SHELL = """
export AWS_PROFILE=mine AWS_REGION='eu west' AWS_CA_BUNDLE=kept; unset AWS_SESSION_TOKEN
before=$(env | grep ^AWS | sort)
eval "$({evalbook} sandbox --env)"
{evalbook} sandbox --env && echo another
{evalbook} runs --limit 1
eval "$({evalbook} sandbox --stop)"
test "$before" = "$(env | grep ^AWS | sort)" && ! env | grep EVALBOOK_ && echo as before
{evalbook} sandbox --stop
"""


def test_it_runs_in_the_background_until_it_is_stopped_and_leaves_the_terminal_as_it_was():
    script = THROUGH_A_SHELL.replace("{evalbook}", shlex.join(COMMAND))
    finished = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60
    )

    assert finished.stdout.startswith("Name "), finished.stderr
    assert finished.stdout.endswith("\nas before\n")
    assert finished.returncode == 2
    assert "This terminal's settings point to a sandbox that is already running." in finished.stderr
    assert "This terminal's settings point to no running sandbox." in finished.stderr


def test_a_port_that_is_taken_is_wrong_usage(in_sandbox):
    port = in_sandbox.endpoint.rpartition(":")[2]

    finished = run("sandbox", "--env", "--port", port, env={"AWS_ENDPOINT_URL": ""})

    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("The sandbox did not start: ")


def test_what_to_answer_is_told_on_request_step_by_step():
    words = run("sandbox", "--answers").stdout

    assert words.startswith("dataset\n  s3://evalbook-data/support/eval.jsonl  (passes")
    assert "\n\njudge_model\n" in words
