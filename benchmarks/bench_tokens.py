"""What a complete interview costs an assistant that follows the skill, in tokens.

Counted as characters / 4: SKILL.md, every turn as `evalbook next --json --brief` and `evalbook
answer --json --brief` print it, and the commands that the assistant writes. Two assistants: one
that reads no reference, one that reads each reference that a turn names, once. Beside them the
prose skill that this one replaces: about 8,000 tokens for its text and references, before it has
the assistant write a notebook by hand (read in November 2026).
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from evalbook.cli.demo import ANSWERS

PROSE_SKILL_TOKENS = 8000

ROOT = Path(__file__).resolve().parents[1]


def tokens(text: str) -> int:
    return round(len(text) / 4)


def command_for(answer: str) -> str:
    if not answer:
        return 'evalbook answer --json --brief ""'
    return f"evalbook answer --json --brief - <<'END'\n{answer}\nEND"


def interview() -> tuple[list[str], list[str], set[str]]:
    """Answer every turn; return the turns, the commands, and the references named."""
    from evalbook.sandbox.process import Sandbox
    from evalbook.workflow.brief import brief
    from evalbook.workflow.workflow import Workflow

    turns: list[str] = []
    commands = ["evalbook next --json --brief"]
    references: set[str] = set()
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
        os.environ.update(sandbox.environment)
        os.chdir(folder)
        workflow = Workflow.load("workflow_state.json")
        turn = workflow.turn()
        while True:
            turns.append(json.dumps(brief(turn), separators=(",", ":")))
            if turn.status != "question":
                break
            if turn.reference:
                references.add(turn.reference)
            answer = ANSWERS[turn.step or ""]
            commands.append(command_for(answer))
            turn = workflow.answer(answer)
        os.chdir(before)
    if turn.status != "complete":
        raise SystemExit(f"The interview stopped: {turn.error}")
    return turns, commands, references


def main() -> None:
    skill = tokens((ROOT / "skill" / "SKILL.md").read_text(encoding="utf-8"))
    turns, commands, named = interview()
    asked = sum(map(tokens, turns))
    written = sum(map(tokens, commands))
    references = sum(tokens((ROOT / name).read_text(encoding="utf-8")) for name in named)
    lean = skill + asked + written
    rows = [
        ("SKILL.md", skill),
        (f"{len(turns)} turns", asked),
        (f"{len(commands)} commands", written),
        ("whole run, no reference read", lean),
        (f"whole run, all {len(named)} references read", lean + references),
        ("prose skill, before the notebook", PROSE_SKILL_TOKENS),
    ]
    for what, count in rows:
        print(f"{what:<44} {count:>6,} tokens {count / PROSE_SKILL_TOKENS:>7.0%}")


if __name__ == "__main__":
    main()
