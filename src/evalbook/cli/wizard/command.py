"""`evalbook wizard`, and plain `evalbook` in a terminal."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalbook.cli.options import DEFAULT_STATE, INTERRUPTED, Settings, command
from evalbook.cli.output import Output, complain
from evalbook.cli.wizard.drafts import Drafts
from evalbook.cli.wizard.terminal import Leaving, Suggestions, Terminal
from evalbook.errors import UsageError
from evalbook.whole_files import is_there

if TYPE_CHECKING:
    from evalbook.workflow.workflow import Workflow


@command(
    "wizard",
    examples=[
        ("evalbook", "Start, or continue where you left off."),
        ("evalbook wizard --sandbox", "Try it without an AWS account."),
    ],
)
@click.option("--plain", is_flag=True, help="Plain lines, for screen readers and simple terminals.")
@click.option("--sandbox", is_flag=True, help="Try it on a simulated AWS; needs no account.")
def wizard_command(settings: Settings, output: Output, plain: bool, sandbox: bool) -> int:
    """Answer one question after another, and get the notebook.

    Offers to resume an unfinished interview. Ctrl-C leaves at any time; every accepted answer is
    saved.
    """
    from evalbook.cli.wizard.hangup import leaving_on_hangup

    _require_terminal(as_json=output.as_json)
    world: contextlib.AbstractContextManager[Suggestions]
    world = simulated_aws() if sandbox else contextlib.nullcontext({})
    with world as suggestions, leaving_on_hangup():
        workflow = settings.workflow()
        terminal = _terminal(settings, suggestions, plain=plain or not draws_well(os.environ))
        try:
            with terminal.held():
                notebook = _converse(settings, workflow, terminal)
                if sandbox:
                    _offer_to_run(terminal, notebook)
        except (Leaving, KeyboardInterrupt):
            now = replace(settings, profile=workflow.aws.profile)
            with contextlib.suppress(OSError):
                terminal.say(how_to_go_on(now, plain=plain, sandbox=sandbox))
            return INTERRUPTED
    return 0


def _require_terminal(*, as_json: bool) -> None:
    """See to it that there is somebody to ask: a terminal for input and output, and no JSON."""
    # A closed one is None.
    both = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
    if both and not as_json:
        return
    found = "--json was given" if as_json else "there is no terminal here"
    raise UsageError(
        "wizard.no_terminal",
        f"The wizard asks its questions in a terminal, but {found}.",
        "From a script or an assistant, use `evalbook next` and `evalbook answer VALUE`, or "
        "`evalbook apply FILE` with all answers in one file; all accept --json.",
    )


def draws_well(environment: Mapping[str, str]) -> bool:
    """Return whether this terminal can move its cursor and show more than ASCII."""
    if os.name == "posix" and environment.get("TERM", "") in ("", "dumb", "unknown"):
        return False
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return encoding.startswith("utf")


@contextlib.contextmanager
def simulated_aws() -> Iterator[Suggestions]:
    """Run the sandbox beside the wizard, which asks it instead of AWS; yield what to try in it.

    Raises:
        UsageError: the sandbox's packages are not installed.
    """
    from evalbook.cli.sandbox import require_sandbox_extra

    require_sandbox_extra()
    from evalbook.sandbox import Sandbox, describe_world

    with Sandbox() as sandbox:
        # The wizard is the last that this process does.
        os.environ.update(sandbox.environment)
        suggestions: dict[tuple[str, str | None], list[tuple[str, str]]] = {}
        for step, answer, outcome, kind in describe_world():
            suggestions.setdefault((step, kind), []).append((answer, outcome))
        complain(
            "A simulated AWS is running until you leave: nothing is real, nothing costs money."
        )
        yield suggestions


def _terminal(settings: Settings, suggestions: Suggestions, *, plain: bool) -> Terminal:
    if plain:
        from evalbook.cli.wizard.plain import PlainTerminal

        return PlainTerminal(suggestions)
    from evalbook.aws.s3_search import continue_uri
    from evalbook.aws.session import Aws
    from evalbook.cli.wizard.full import FullTerminal

    return FullTerminal(
        suggestions, lambda text: continue_uri(Aws(settings.profile, settings.region), text)
    )


def _converse(settings: Settings, workflow: Workflow, terminal: Terminal) -> Path:
    """Ask until the notebook is written; return its path."""
    from evalbook.aws.session import Aws
    from evalbook.cli.wizard.conversation import Conversation
    from evalbook.cli.wizard.saved import offer_to_resume

    workflow.shows_whole = True
    conversation = Conversation(
        workflow, terminal, Drafts(settings.state), lambda profile: Aws(profile, settings.region)
    )
    offer_to_resume(conversation)
    turn = conversation.hold()
    terminal.finished(turn)
    return Path(str(turn.notebook))


def _offer_to_run(terminal: Terminal, notebook: Path) -> None:
    """Offer to run the notebook while the simulated AWS that it was made for is still there."""
    from evalbook.workflow.turn import Choice

    options = [
        Choice("run", "Run the notebook here now", "Takes about a minute; the scores are made up."),
        Choice("leave", "Leave it", "The simulated AWS ends with the wizard."),
    ]
    if terminal.choose("The simulated AWS is still running. What next?", options) == "run":
        from evalbook.cli.demo import comparison, execute_notebook
        from evalbook.tables import as_text

        execute_notebook(notebook)
        click.echo(as_text(comparison(notebook), terminal=sys.stdout.isatty()))
        terminal.say(f"\nExecuted notebook, with its outputs: {notebook}")


def how_to_go_on(settings: Settings, *, plain: bool, sandbox: bool) -> str:
    """Return what is saved and the command that goes on from there."""
    state = str(settings.state)
    named = {
        "state": None if state == DEFAULT_STATE else state,
        "profile": settings.profile,
        "region": settings.region,
    }
    words = ["evalbook", "wizard"]
    for name, value in named.items():
        words += [f"--{name}", value] if value else []
    words += [f"--{name}" for name, given in (("plain", plain), ("sandbox", sandbox)) if given]
    lines = ["", "No answers yet."]
    if is_there(settings.state):
        lines = ["", f"Every accepted answer is saved in {settings.state}."]
    if Drafts(settings.state).is_kept:
        lines.append("What you were typing is saved too.")
    return "\n".join([*lines, f"Continue any time with: {shlex.join(words)}"])
