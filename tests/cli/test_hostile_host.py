"""What the command does where disk, folder, streams or keyboard are against it."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from commands import COMMAND, run, the_document
from interviews import answered_until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.usefixtures("in_sandbox"),
    pytest.mark.skipif(os.name != "posix", reason="a shell, signals and special files"),
]

NO_SPACE = "Standard output can't be written: No space left on device.\n"


def in_shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, with evalbook's command as $E."""
    environment = {**os.environ, "E": " ".join(COMMAND)}
    return subprocess.run(
        ["sh", "-c", line], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("line", "status", "stdout", "stderr"),
    [
        ("$E next > /dev/full", 2, "", NO_SPACE),
        ("$E next --json > /dev/full", 2, "", NO_SPACE),
        ("$E --help > /dev/full", 2, "", NO_SPACE),
        ("$E nope 2> /dev/full", 2, "", ""),
        ("$E nope 2>&-", 2, "", ""),
        ("$E next --json 2>&- | head -c 13", 0, '{"protocol": ', ""),
        ("$E next >&-", 0, "", ""),
        ("$E next | true", 0, "", ""),
        ("$E answer - <&-", 2, "", "Standard input is closed."),
        ("yes | $E answer -", 2, "", "Standard input holds more than 1,000,000 characters."),
        ("mkdir a; cd a; rmdir ../a; $E next", 5, "", "The folder that evalbook was started in"),
        ("mkdir a; cd a; rmdir ../a; $E --version", 0, "evalbook, version", ""),
        ("$E answer -- --json", 0, "[3/17] dataset", ""),
        ("mkdir a; $E --state a next", 5, "", "The state file a can't be used"),
        ("mkfifo a.json; $E apply a.json", 2, "", "a.json can't be read: it is a named pipe"),
        (
            "mkfifo p; $E results --labels p support-bot-v2",
            2,
            "",
            "p is not a file of labels: it is",
        ),
        ("mkfifo p; $E gate --policy p support-bot-v2", 2, "", "p can't be read as TOML: it is a"),
        ("$E apply /dev/zero", 2, "", "/dev/zero can't be read: it is a device"),
        (
            f"echo seed = 0x{'f' * 5000} > a.toml; $E apply a.toml",
            2,
            "",
            "a.toml is not valid TOML",
        ),
    ],
)
def test_the_host_may_fail_but_says_so_and_nothing_hangs(line, status, stdout, stderr):
    run("answer", "LLM as judge")

    finished = in_shell(line)

    assert finished.returncode == status
    assert finished.stdout[: len(stdout) or None] == stdout
    assert finished.stderr[: len(stderr) or None] == stderr


@pytest.mark.parametrize("words", [("--json", "--help"), ("answer", "-h", "--json")])
def test_help_under_json_is_one_document(words):
    document = the_document(run(*words))

    assert document["text"].startswith("Usage: evalbook ")


def test_the_version_under_json_is_one_document():
    document = the_document(run("--json", "--version"))

    assert document["text"] == f"evalbook, version {document['version']}"


INTERRUPTED_AT = """
import os, signal, sys
awaited = sys.argv[1]
class Interrupt:
    def __set_name__(self, *_):
        os.kill(os.getpid(), signal.SIGINT)
class Interrupts:
    def find_spec(self, name, *_):
        if name == awaited:
            sys.meta_path.remove(self)
            type("InTheMaking", (), {"interrupt": Interrupt()})
sys.meta_path.insert(0, Interrupts())
from evalbook.__main__ import main
sys.argv[1:2] = ["next", "--json"]
main()
"""


@pytest.mark.parametrize(
    "module", ["evalbook.cli", "click", "evalbook.cli.interview", "evalbook.workflow.kinds"]
)
def test_an_interrupt_while_it_starts_is_told_in_one_document_and_without_traceback(module):
    finished = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_AT, module], capture_output=True, text=True, check=False
    )

    assert (finished.returncode, "Traceback" in finished.stderr) == (130, False)
    assert the_document(finished)["error"]["code"] == "interrupted"


def test_nothing_but_the_package_is_looked_for_before_interrupts_are_heard():
    asked = (
        "import sys; had = {*sys.modules}; import evalbook.__main__; print({*sys.modules} - had)"
    )

    found = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True).stdout

    assert ast.literal_eval(found.decode()) <= {
        "__future__", "evalbook", "evalbook.version", "evalbook.__main__",
    }  # fmt: skip


@pytest.mark.skipif(os.geteuid() != 0 or shutil.which("setpriv") is None, reason="drops rights")
@pytest.mark.parametrize("folder", ["support-bot", "support-bot/notebooks"])
def test_a_project_folder_without_permission_is_told_in_words(folder):
    answered_until("notebook", evaluation_type="benchmark")
    Path("support-bot/notebooks").mkdir(parents=True)
    Path(folder).chmod(0)

    # Root with the rights of anybody: what its owner may not do, it may not either.
    asked = in_shell("setpriv --bounding-set=-dac_override,-dac_read_search $E answer new")
    Path(folder).chmod(0o755)

    assert (asked.returncode, "Traceback" in asked.stderr) == (3, False)
    assert "Permission denied" in asked.stderr


def test_a_notebook_that_links_to_itself_is_told_in_words():
    answered_until("notebook", evaluation_type="benchmark")
    path = Path("support-bot/notebooks/support-bot_model-evaluation.ipynb")
    path.parent.mkdir(parents=True)
    path.symlink_to(path.name)

    asked = run("answer", "new")

    assert (asked.returncode, "Traceback" in asked.stderr) == (3, False)
    assert "Too many levels of symbolic links" in asked.stderr
