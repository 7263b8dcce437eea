import json
import os
from pathlib import Path

import pytest
from commands import run, the_document

from evalbook.cli.defaults import Default, find_defaults, list_defaults
from evalbook.errors import UsageError

UNTIL_THE_ROLE = {
    "evaluation_type": "benchmark",
    "task": "Answers questions.",
    "model": "support-bot",
    "model_confirm": "yes",
    "benchmark": "mmlu",
    "subtasks": "anatomy",
    "region": "us-east-1",
}


@pytest.fixture(autouse=True)
def a_home_of_its_own(tmp_path, monkeypatch):
    for name in ("PROFILE", "DEFAULT_PROFILE", "ACCESS_KEY_ID", "REGION", "DEFAULT_REGION"):
        monkeypatch.delenv(f"AWS_{name}", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    (tmp_path / "project" / "deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project" / "deep")


def own_defaults(text):
    path = Path(os.environ["XDG_CONFIG_HOME"], "evalbook", "config.toml")
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


def the_projects(text):
    path = Path("../pyproject.toml").resolve()
    path.write_text(text)
    return path


def test_the_projects_defaults_come_before_ones_own():
    own = own_defaults('role = "MyRole"\nregion = "eu-west-1"\n')
    project = the_projects('[tool.evalbook]\nrole = "TeamRole"\ntags = {team = "a, b"}\n')

    found = list_defaults()

    assert found["role"] == Default("TeamRole", f"[tool.evalbook] of {project}")
    assert found["region"] == Default("eu-west-1", str(own))
    assert json.loads(found["tags"].value) == {"team": "a, b"}
    assert found["profile"] is None


@pytest.mark.parametrize(
    ("variable", "name"),
    [
        ("AWS_REGION", "region"),
        ("AWS_DEFAULT_REGION", "region"),
        ("AWS_PROFILE", "profile"),
        ("AWS_ACCESS_KEY_ID", "profile"),
    ],
)
def test_what_aws_reads_from_the_environment_comes_before_a_files_default(
    variable, name, monkeypatch
):
    own_defaults('region = "eu-west-1"\nprofile = "work"\n')
    assert set(find_defaults()) == {"region", "profile"}

    monkeypatch.setenv(variable, "set")

    assert name not in find_defaults()


@pytest.mark.parametrize(
    ("text", "found", "remedy"),
    [
        ("role = ", "can't be read: ", "Fix it, or move it away."),
        ("rolle = 'a'", "sets rolle, which is not a default.", "Did you mean role?"),
        ("role = 3", "sets role to 3.", "role is a string."),
        ("tags = 'a=b'", "sets tags to 'a=b'.", 'tags is a table, such as {team = "search"}.'),
        (
            "bedrock_terms = 'I agree'",
            "sets bedrock_terms, but consent is asked for every time.",
            "Remove that line.",
        ),
    ],
)
def test_a_file_that_cannot_be_meant_is_named_with_what_to_do(text, found, remedy):
    path = own_defaults(text)

    with pytest.raises(UsageError) as caught:
        find_defaults()

    assert caught.value.message.startswith(f"{path} {found}")
    assert caught.value.remedy == remedy


def test_a_project_without_a_table_of_ours_is_nothing_to_read():
    the_projects("this is no TOML")

    assert find_defaults() == {}


def test_a_project_that_sets_whom_and_where_to_ask_says_so():
    project = the_projects('[tool.evalbook]\nregion = "eu-west-1"\nprofile = "work"\n')

    told = run("schema", "turn", "--region", "us-east-1").stderr

    assert told == f"The profile is work, by [tool.evalbook] of {project}.\n"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="gives files away")
@pytest.mark.parametrize("give_away", [os.chown, os.lchown])
def test_what_somebody_else_put_there_sets_nothing(give_away, tmp_path):
    (tmp_path / "true.toml").write_text('[tool.evalbook]\nregion = "eu-west-1"\n')
    project = tmp_path / "project" / "pyproject.toml"
    project.symlink_to("../true.toml")
    assert set(find_defaults()) == {"region"}

    give_away(project, 12345, 12345)

    assert find_defaults() == {}
    assert f"{project} belongs to somebody else; its defaults are ignored." in run("config").stdout


def test_the_command_says_what_is_in_force_and_where_it_comes_from():
    own = own_defaults('region = "eu-west-1"\n')

    words = run("config", "--profile", "work").stdout
    document = the_document(run("config", "--json"))

    assert f"region   eu-west-1  ({own})" in words
    assert "profile  work  (--profile)" in words
    assert "role     not set" in words
    assert document["defaults"]["region"] == {"value": "eu-west-1", "source": str(own)}


def test_a_default_is_offered_when_its_question_is_asked_and_taken_on_a_yes(in_sandbox):
    own = own_defaults('role = "EvaluationRole"\n')
    for step, answer in UNTIL_THE_ROLE.items():
        asked = the_document(run("answer", answer, "--json", env=in_sandbox.environment))
        assert asked["status"] == "question", step

    assert asked["step"] == "execution_role"
    assert asked["question"] == (f"Found in {own}: execution role 'EvaluationRole'. Use it?")
    taken = the_document(run("answer", "yes", "--json", env=in_sandbox.environment))
    assert taken["step"] == "s3_output"
