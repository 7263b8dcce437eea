import re
from importlib.util import find_spec

import pytest
from skill_folder import ROOT, an_installed_skill, front_matter

from evalbook.errors import UsageError
from evalbook.workflow.workflow import Workflow

SKILL = (ROOT / "skill" / "SKILL.md").read_text(encoding="utf-8")
REFERENCES = sorted(path.name for path in (ROOT / "references").glob("*.md"))

# https://agentskills.io/specification, read 2026-11-20.
KEYS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}


def test_the_front_matter_keeps_the_rules_of_agent_skills():
    values = front_matter(SKILL)

    assert values.keys() <= KEYS
    assert values["name"] == "model-evaluation"
    assert 0 < len(values["description"]) <= 1024
    assert 0 < len(values["compatibility"]) <= 500
    assert not re.search(r"[<>]", values["description"])


@pytest.mark.parametrize(
    "said",
    [
        *("evaluate my model", "any better", "base model", "LLM as a judge", "metrics"),
        *("benchmark", "MMLU", "custom scorer", "my own function", "agent", "multi-turn RL"),
        "go on with",
    ],
)
def test_the_description_has_what_people_say(said):
    assert said in front_matter(SKILL)["description"]


# skills-ref needs Python 3.11; on 3.10 our own rules above stand alone.
if find_spec("skills_ref"):

    def test_skills_ref_finds_the_installed_folder_valid(tmp_path):
        from skills_ref import validate

        assert validate(an_installed_skill(tmp_path)) == []


def test_the_skill_costs_less_than_900_tokens():
    assert len(SKILL) / 4 < 900


def test_naming_a_step_that_is_not_there_brings_the_list(in_sandbox, tmp_path):
    assert in_sandbox
    workflow = Workflow.load(tmp_path / "workflow_state.json")
    workflow.answer("benchmark")

    with pytest.raises(UsageError) as caught:
        workflow.answer("x", step="judge_model")
    assert "task, model, model_confirm, benchmark, subtasks, region" in caught.value.remedy


def test_every_file_that_the_skill_and_its_references_name_is_there(tmp_path):
    folder = an_installed_skill(tmp_path)
    texts = [SKILL, *((folder / "references" / name).read_text("utf-8") for name in REFERENCES)]

    for text in texts:
        for name in re.findall(r"(?:references|scripts)/[\w.-]+\.\w+", text):
            assert (folder / name).is_file(), name
        for name in re.findall(r"`([\w-]+\.md)`", text):
            assert name in REFERENCES, name


def test_every_reference_that_a_step_names_is_there():
    steps = ROOT / "src" / "evalbook" / "workflow" / "steps"
    named = {
        name
        for step in steps.glob("*.py")
        for name in re.findall(r"references/([\w-]+\.md)", step.read_text(encoding="utf-8"))
    }

    assert len(named) >= 6
    assert named <= set(REFERENCES)


def test_no_text_for_assistants_recommends_a_judge():
    judges = (ROOT / "references" / "judges.md").read_text(encoding="utf-8")

    for provider in ("anthropic", "claude", "nova", "llama", "mistral", "opus", "haiku"):
        assert provider not in f"{SKILL} {judges}".casefold()
    for word in ("best judge", "good choice", "we recommend", "prefer ", "stronger", "cheapest"):
        assert word not in f"{SKILL} {judges}".casefold()
