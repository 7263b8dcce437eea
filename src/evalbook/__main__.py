"""Where the command starts: what can be interrupted, from its first line to its last thread."""

# Until the handler below is set, Ctrl-C shows Python's own traceback: so nothing that must be
# looked for comes before it. Python has os and sys already; `signal` would read enum and more, for
# 3 ms. What Python does before it reads this line is out of reach.
import os
import sys
from _signal import SIGINT, default_int_handler, getsignal, signal  # type: ignore[import-not-found]
from _thread import interrupt_main

_STATUS = 130


def _leave(*_: object) -> None:
    said = "Interrupted; every accepted answer is saved."
    os.write(2, f"{said}\n".encode())
    if "--json" in sys.argv:
        problem = f'{{"code": "interrupted", "message": "{said}", "remedy": null}}'
        os.write(1, f'{{"protocol": 1, "status": "error", "error": {problem}}}\n'.encode())
    _end(_STATUS)


def _end(status: int) -> None:
    # At once: Python would wait for threads that still ask AWS.
    try:
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    finally:
        os._exit(status)


# Where the shell has interrupts ignored, as for what runs in the background, they stay ignored.
_HEARD = getsignal(SIGINT) is default_int_handler
if _HEARD:
    signal(SIGINT, _leave)


def main() -> None:
    """Run the command; Ctrl-C ends it at any instant, in words."""
    import atexit
    import gc

    # Modules are no garbage: looking for some while they load would take a twentieth of a turn.
    gc.set_threshold(50_000)
    from evalbook.cli.main import main as run

    # Raised where nothing may raise, as while Python cleans up after an import: so raised again.
    show = sys.unraisablehook
    sys.unraisablehook = lambda it: (
        interrupt_main() if it.exc_type is KeyboardInterrupt else show(it)
    )
    try:
        if _HEARD:
            signal(SIGINT, default_int_handler)
        run()
    except KeyboardInterrupt:
        _leave()
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 0
        if _HEARD:
            signal(SIGINT, lambda *_: _end(status))
        # All is said. Python would wait for threads that still ask AWS, and take its modules apart,
        # which costs a seventh of a turn. What libraries have to put away still is.
        atexit._run_exitfuncs()
        _end(status)


if __name__ == "__main__":
    main()
