"""The real command in a real terminal, as far as no AWS is asked."""

import json
import os
import subprocess
from pathlib import Path

from evalbook.cli.wizard.wording import KEYS_EXPLAINED
from evalbook.workflow.state import nothing_saved
from real_terminal import COMMAND, CTRL_B, CTRL_C, CTRL_U, DOWN, ENTER, RealTerminal

TASK = "What task is this model trained to do?"
TYPE = "Which kind of evaluation?"
STATE = "workflow_state.json"


def an_unfinished_state(folder: Path, said: str = "Answers billing questions.") -> Path:
    answer = {
        "value": said,
        "said": said,
        "at": "2026-11-01T10:00:00+00:00",
        "facts": None,
        "checks": [],
        "in_doubt": False,
        "reopened": False,
    }
    path = folder / STATE
    answers = {"evaluation_type": {**answer, "value": "llm_as_judge"}, "task": answer}
    own = {**nothing_saved(), "answers": answers, "answered": list(answers)}
    path.write_text(json.dumps({"schema_version": 1, "evalbook": own}))
    return path


def at_the_task(terminal: RealTerminal) -> RealTerminal:
    """Answer the first question, which is a list, and return the terminal at the second."""
    terminal.waits_for(TYPE).waits_for("explains").types("llm", ENTER)
    return terminal.waits_for(TASK).waits_for("explains")


def without_a_terminal(*arguments, folder):
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_a_terminal_it_says_what_to_use_instead(tmp_path):
    done = without_a_terminal(folder=tmp_path)

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "The wizard asks its questions in a terminal, but there is no terminal here.\n"
        "From a script or an assistant, use `evalbook next` and `evalbook answer VALUE`, or "
        "`evalbook apply FILE` with all answers in one file; all accept --json.\n"
    )


def test_json_was_asked_for_so_json_says_it(tmp_path):
    done = without_a_terminal("wizard", "--json", folder=tmp_path)

    document = json.loads(done.stdout)
    assert done.returncode == 2
    assert document["error"]["code"] == "wizard.no_terminal"


def test_a_dumb_terminal_gets_plain_lines(tmp_path):
    with RealTerminal(folder=tmp_path, TERM="dumb") as terminal:
        terminal.waits_for(TYPE).waits_for("(? explains, < goes back):")
        terminal.types("?", ENTER)
        terminal.waits_for(KEYS_EXPLAINED[-1]).settles().types(CTRL_C)
        terminal.waits_for("No answers yet.")
        assert terminal.ends() == 130

    assert b"\x1b" not in terminal.raw


def test_plain_lines_give_a_rejected_answer_back_to_be_edited(tmp_path):
    with RealTerminal("wizard", "--plain", folder=tmp_path) as terminal:
        terminal.waits_for("(? explains, < goes back):").types("llm_as_judge", ENTER)
        terminal.waits_for(TASK).waits_for("(? explains, < goes back):").types("? !", ENTER)
        terminal.waits_for("Not accepted: '? !' does not describe a task.")
        terminal.waits_for("goes back): ? !").types(" words", ENTER)
        terminal.waits_for("Where in S3 is your evaluation dataset?")


def test_plain_lines_take_a_key_after_a_rejected_answer_for_a_key(tmp_path):
    with RealTerminal("wizard", "--plain", folder=tmp_path) as terminal:
        terminal.waits_for("(? explains, < goes back):").types("poetry", ENTER)
        # What does not take long to type is not there to be deleted first.
        terminal.waits_for("Help me decide. Evaluation type (? explains, < goes back):")
        terminal.types("1", ENTER)
        terminal.waits_for(TASK).waits_for("(? explains, < goes back):").types("? !", ENTER)
        again = "Task (? explains, < goes back): ? !"
        terminal.waits_for(f"support tickets. {again}").types("?", ENTER)
        terminal.waits_for(f"costs money yet. {again}").types("<", ENTER)
        terminal.waits_for("Which answer do you want to change?")


def test_a_rejected_search_is_cleared_and_so_is_one_by_escape(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        terminal.waits_for(TYPE).waits_for("explains").types("poetry", ENTER)
        terminal.waits_for("'poetry' is not one of the choices.").waits_for("» LLM as judge")
        assert "/ poetry" not in terminal.screen
        terminal.types("ben").waits_for("1 of 6 match; Esc shows all.").types("x")
        terminal.waits_for("Nothing in the list matches.").types("\x1b").waits_for("Help me decide")
        terminal.types("x", DOWN, DOWN).waits_for("» Benchmark").types(ENTER).waits_for(TASK)
        terminal.waits_for("Evaluation type: Benchmark")


def test_what_there_is_to_say_about_an_entry_stands_right_below_the_list(tmp_path):
    with RealTerminal(folder=tmp_path, size=(100, 40)) as terminal:
        terminal.waits_for("A Bedrock judge model scores").waits_for("explains")
        # Where the cursor is, as terminals tell: from there the prompt has the rest of the screen.
        terminal.types("\x1b[4;1R", DOWN).waits_for("Code scores the answers")
        lines = terminal.screen.split("\n")

    last = next(number for number, line in enumerate(lines) if "Help me decide" in line)
    assert "Code scores the answers" in lines[last + 1]
    assert len(lines) - last > 20


def test_a_second_question_mark_explains_no_second_time(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal).types("?", "?").waits_for("Each answer is checked before")
        terminal.types("Sorts mail.", ENTER).waits_for("Where in S3 is your evaluation dataset?")

    assert terminal.everything.count("Each answer is checked before it is accepted") == 1


def test_a_question_mark_explains_and_stays_out_of_the_answer(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal).types("?")
        terminal.waits_for("Each answer is checked before it is accepted")
        terminal.types("Says what is good.").waits_for("> Says what is good.").types(ENTER)
        terminal.waits_for("Where in S3 is your evaluation dataset?")


def test_there_is_no_way_back_from_the_first_question_and_it_says_so(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        terminal.waits_for(TYPE).waits_for("explains").types("<", ENTER)
        terminal.waits_for("This is the first question; there is nothing to go back to.")
        terminal.waits_for("1 of 17")


def test_half_an_answer_survives_ctrl_c(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal).types("Answers bill").waits_for("> Answers")
        terminal.types(CTRL_C).waits_for("What you were typing is saved too.")
        assert terminal.ends() == 130

    with RealTerminal(folder=tmp_path) as terminal:
        terminal.waits_for("Continue").types(ENTER)
        terminal.waits_for("> Answers bill").types("ing questions.", ENTER).waits_for("3 of 17")


def test_half_an_answer_survives_leaving_by_the_list_of_answers(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal).types("Answers bill").waits_for("> Answers").types(CTRL_B)
        terminal.waits_for("Which answer do you want to change?").types(CTRL_C)
        terminal.waits_for("What you were typing is saved too.")
        assert terminal.ends() == 130


def test_text_of_several_lines_can_be_pasted(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal)
        terminal.types("\x1b[200~Answers billing\nquestions.\x1b[201~").waits_for("questions.")
        terminal.types(ENTER).waits_for("3 of 17")

    saved = json.loads((tmp_path / STATE).read_text())
    assert saved["evalbook"]["answers"]["task"]["value"] == "Answers billing\nquestions."


def test_the_end_of_a_line_that_is_pasted_is_left_out(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal)
        terminal.types("\x1b[200~Answers billing\n\x1b[201~", "questions.")
        terminal.waits_for("> Answers billingquestions.")


def test_an_unfinished_state_is_offered_with_what_it_holds_and_its_age(tmp_path):
    an_unfinished_state(tmp_path)
    with RealTerminal(folder=tmp_path) as terminal:
        terminal.waits_for(f"There is an unfinished evaluation in {STATE}: 2 answers, the last one")
        terminal.waits_for("ago").waits_for("» Continue with the next question")
        terminal.types("review", ENTER).waits_for("Task  Answers billing questions.")
        terminal.waits_for("» Continue").types("change", ENTER).waits_for("Which answer")
        terminal.types(ENTER).waits_for("> Answers billing questions.")
        terminal.types(CTRL_U, "Sorts mail.", ENTER).waits_for("3 of 17")

    saved = json.loads((tmp_path / STATE).read_text())
    assert saved["evalbook"]["answers"]["task"]["value"] == "Sorts mail."


def test_starting_over_asks_from_the_beginning_and_keeps_the_old_answers(tmp_path):
    old = an_unfinished_state(tmp_path).read_text()
    with RealTerminal(folder=tmp_path) as terminal:
        terminal.waits_for("» Continue").types(DOWN, DOWN, DOWN).waits_for("» Start over")
        terminal.types(ENTER).waits_for("The old answers are kept in").waits_for(TYPE)
        terminal.types(CTRL_C)
        assert terminal.ends() == 130

    kept = [path.read_text() for path in tmp_path.glob("workflow_state-*.json")]
    assert kept == [old]


def test_a_state_that_cannot_be_used_is_named_and_left_alone(tmp_path):
    (tmp_path / STATE).write_text("{")
    with RealTerminal(folder=tmp_path) as terminal:
        terminal.waits_for(f"The state file {STATE} can't be used").waits_for(
            "It was left as it is"
        )
        assert terminal.ends() == 5

    assert (tmp_path / STATE).read_text() == "{"


def test_a_saved_answer_cannot_control_the_terminal(tmp_path):
    an_unfinished_state(tmp_path, said="\x1b]0;owned\x07Answers\x1b[2J.")
    for manner in ("--plain", None):
        words = ["wizard", *([manner] if manner else [])]
        with RealTerminal(*words, folder=tmp_path) as terminal:
            terminal.waits_for("Review the answers").waits_for("ontinue")
            terminal.types("2" if manner else "review", ENTER)
            terminal.waits_for("\\x1b]0;owned\\x07Answers\\x1b[2J.")
            terminal.settles().types(CTRL_C)
            assert terminal.ends() == 130
        assert b"\x1b]0;owned" not in terminal.raw
        assert b"Answers\x1b[2J" not in terminal.raw


def test_the_state_named_is_named_again_at_the_end(tmp_path):
    with RealTerminal("wizard", "--state", "my eval.json", folder=tmp_path) as terminal:
        at_the_task(terminal).types("Sorts mail.", ENTER)
        terminal.waits_for("3 of 17").types(CTRL_C)
        terminal.waits_for("Every accepted answer is saved in my eval.json.")
        terminal.waits_for("evalbook wizard --state 'my eval.json'")
        assert terminal.ends() == 130


def test_leaving_by_the_end_of_input_is_leaving(tmp_path):
    with RealTerminal(folder=tmp_path) as terminal:
        at_the_task(terminal).types("\x04")
        terminal.waits_for("Continue any time with: evalbook wizard")
        assert terminal.ends() == 130
