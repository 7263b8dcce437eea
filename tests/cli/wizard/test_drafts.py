import json
import stat

from evalbook.cli.wizard.drafts import Drafts


def test_what_was_typed_is_there_for_its_own_step_once(tmp_path):
    drafts = Drafts(tmp_path / "workflow_state.json")
    drafts.keep("dataset", "s3://half")
    drafts.save()

    again = Drafts(tmp_path / "workflow_state.json")

    assert again.take("model") is None
    assert again.take("dataset") == "s3://half"
    assert again.take("dataset") is None


def test_the_file_is_for_the_persons_eyes_and_goes_when_nothing_is_kept(tmp_path):
    drafts = Drafts(tmp_path / "workflow_state.json")
    drafts.keep("task", "secret")
    drafts.save()
    file = tmp_path / ".workflow_state.json.draft"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    drafts.forget()

    assert not file.exists()


def test_a_damaged_file_is_no_draft(tmp_path):
    file = tmp_path / ".workflow_state.json.draft"
    for text in ("{", "[]", json.dumps({"task": 1})):
        file.write_text(text)
        assert Drafts(tmp_path / "workflow_state.json").take("task") is None


def test_a_folder_that_cannot_be_written_is_no_trouble(tmp_path):
    (tmp_path / "file").touch()
    drafts = Drafts(tmp_path / "file" / "workflow_state.json")
    drafts.keep("task", "half")

    drafts.save()

    assert not drafts.is_kept
