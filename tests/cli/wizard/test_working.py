import io
import time

from rich.console import Console

from evalbook.cli.wizard.plain import PlainTerminal
from evalbook.cli.wizard.working import shown_working


def a_console():
    return Console(file=io.StringIO(), width=100, force_terminal=True, highlight=False)


def test_a_known_amount_is_shown_with_rate_and_remaining_time():
    console = a_console()

    with shown_working(console) as progress:
        for done in range(0, 9_000_000, 1_000_000):
            progress("Validating s3://a/b.jsonl", done, 9_000_000)
            time.sleep(0.05)

    text = console.file.getvalue()
    assert "Validating s3://a/b.jsonl" in text
    assert "/9.0 MB" in text
    assert "MB/s" in text


def test_what_is_asked_is_shown_and_taken_away_again():
    console = a_console()

    with shown_working(console) as progress:
        progress("Asking \x1b[2Jwhich judges there are", None, None)
        progress("Checking the role", None, None)
        time.sleep(0.15)

    text = console.file.getvalue()
    assert "Checking the role" in text
    assert "\x1b[2J" not in text
    assert text.endswith("\x1b[2K") or "\x1b[1A" in text


def test_plain_lines_say_each_thing_once_and_progress_by_quarters(capsys):
    with PlainTerminal({}).working() as progress:
        for done in range(0, 101, 5):
            progress("Validating", done, 100)
        progress("Writing", None, None)

    assert capsys.readouterr().out.splitlines() == [
        "Validating …",
        "Validating: 25 %",
        "Validating: 50 %",
        "Validating: 75 %",
        "Validating: 100 %",
        "Writing …",
    ]
