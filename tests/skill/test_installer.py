import json
import subprocess
import sys
from pathlib import Path

import pytest
from skill_folder import an_installed_skill

from evalbook.errors import UsageError
from evalbook.skill.installer import install, started_by


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_the_installed_folder_holds_everything_the_skill_needs(tmp_path):
    folder = an_installed_skill(tmp_path / ".claude" / "skills")

    assert folder == tmp_path / ".claude" / "skills" / "model-evaluation"
    assert files_in(folder) == [
        "SKILL.md",
        "references/advanced-settings.md",
        "references/benchmarks.md",
        "references/builtin-metrics.md",
        "references/choosing-an-evaluation.md",
        "references/custom-metrics.md",
        "references/custom-scorers.md",
        "references/dataset-formats.md",
        "references/execution-role.md",
        "references/inspect-ai.md",
        "references/judges.md",
        "references/model-packages.md",
        "references/multi-turn-rl.md",
        "references/notebook-structure.md",
        "references/troubleshooting.md",
        "scripts/check_dataset.py",
        "scripts/notebook_cells.py",
        "scripts/validate_custom_metrics.py",
    ]


def test_an_earlier_installation_is_replaced_and_other_files_are_kept(tmp_path):
    folder = an_installed_skill(tmp_path)
    (folder / "SKILL.md").write_text("---\nname: model-evaluation\n---\nold\n", encoding="utf-8")
    (folder / "notes.txt").write_text("mine", encoding="utf-8")

    installed = install(tmp_path)

    assert installed.replaced
    text = (folder / "SKILL.md").read_text(encoding="utf-8")
    assert f"`{started_by()} next --json --brief`" in text
    assert f"   {started_by()} answer --json --brief - <<'END'" in text
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_another_folder_of_that_name_is_left_as_it_is(tmp_path):
    other = tmp_path / "model-evaluation"
    other.mkdir()
    (other / "thesis.md").write_text("mine", encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        install(tmp_path)

    assert caught.value.code == "skill.folder_taken"
    assert files_in(other) == ["thesis.md"]


def test_a_place_that_is_a_file_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(UsageError) as caught:
        install(tmp_path / "file")

    assert caught.value.code == "skill.unwritable"


def test_the_command_says_what_it_wrote(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "evalbook", "skill", "install", "skills", "--json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )

    document = json.loads(done.stdout)
    assert document["status"] == "complete"
    assert Path(document["skill"]) == Path("skills/model-evaluation")
    assert len(document["files"]) == 18
    assert document["replaced"] is False
