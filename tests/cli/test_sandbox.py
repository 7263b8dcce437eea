"""The sandbox as a person starts, uses and ends it."""

from commands import run, the_document


def test_it_runs_in_the_background_until_it_is_stopped():
    started = run("sandbox", "--env", "--json")
    there = the_document(started)["environment"]

    assert run("runs", "--limit", "1", env=there).returncode == 0
    assert (
        "AWS_ENDPOINT_URL" in the_document(run("sandbox", "--stop", "--json", env=there))["unset"]
    )
    again = run("sandbox", "--stop", env=there)
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr.startswith("This terminal's settings lead to no sandbox that is running.")


def test_a_port_that_is_taken_is_wrong_usage(in_sandbox):
    port = in_sandbox.endpoint.rpartition(":")[2]

    finished = run("sandbox", "--env", "--port", port)

    assert finished.returncode == 2
    assert finished.stdout == ""
    assert finished.stderr.startswith("The sandbox did not start: ")


def test_what_to_answer_is_told_on_request_step_by_step():
    words = run("sandbox", "--answers").stdout

    assert words.startswith("dataset\n  s3://evalbook-data/support/eval.jsonl  (passes")
    assert "\n\njudge_model\n" in words
