"""Run a scorer in an interpreter of its own: what it prints, imports or breaks stays there.

Arguments: the scorer, a file with lists of samples, a file for what came of each list. The results
are written one a line, as they come, so that a scorer that never ends keeps those before.
"""

import importlib.util
import json
import sys
import traceback
from functools import partial
from pathlib import Path
from typing import Any

HANDLER = "lambda_handler"


def problem_of(error: BaseException, scorer: str) -> str:
    """Return an error's last line, and where in the scorer it came from."""
    last = "".join(traceback.format_exception_only(type(error), error)).strip().splitlines()[-1]
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == scorer]
    if isinstance(error, SyntaxError) and error.filename == scorer:
        lines.append(error.lineno)
    return f"line {lines[-1]}: {last}" if lines and lines[-1] else last


def handler_in(scorer: str) -> Any:
    """Load a scorer and return its function."""
    spec = importlib.util.spec_from_file_location("scorer", scorer)
    if spec is None or spec.loader is None:
        raise TypeError("it is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    handler = getattr(module, HANDLER, None)
    if not callable(handler):
        raise TypeError(f"it has no function {HANDLER}")
    return handler


def outcome_of(call: Any, scorer: str) -> dict[str, Any]:
    """Return the result of a call as JSON can hold it, or the problem.

    ``caught`` is the last error that the scorer's own code raised or met and kept to itself.
    """
    caught: list[str] = []
    sys.settrace(partial(watch, scorer, caught))
    try:
        result = json.loads(json.dumps(call()))
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is the scorer's
        return {"problem": problem_of(error, scorer)}
    finally:
        sys.settrace(None)
    return {"result": result, **({"caught": caught[-1]} if caught else {})}


def watch(scorer: str, caught: list[str], frame: Any, event: str, arg: Any) -> Any:
    """Note the errors that pass through the scorer's own code, as a tracing function."""
    if frame.f_code.co_filename != scorer:
        return None
    if event == "exception" and not issubclass(arg[0], (StopIteration, GeneratorExit)):
        said = traceback.format_exception_only(arg[0], arg[1])[-1].strip()
        caught.append(f"line {frame.f_lineno}: {said}")
    return partial(watch, scorer, caught)


def main(scorer: str, asked: str, answered: str) -> None:
    """Call the scorer with each list of samples."""
    batches = json.loads(Path(asked).read_text(encoding="utf-8"))
    handlers: list[Any] = []
    loaded = outcome_of(lambda: handlers.append(handler_in(scorer)), scorer)
    with Path(answered).open("w", encoding="utf-8") as results:
        for batch in batches:
            outcome = loaded
            if handlers:
                outcome = outcome_of(partial(handlers[0], batch, None), scorer)
            results.write(json.dumps(outcome) + "\n")
            results.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
