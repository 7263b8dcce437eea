"""Every place of the installed SDK that refuses an input has a row in the table, or a reason.

A newer SDK with a new check fails here, with what is to be added.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from sdk_refusals import ARGUMENTS, REFUSED_BY_CODE, REFUSED_BY_TYPE
from sdk_sites import (
    MODULES,
    NAMED_BY_ANSWERS,
    NOT_CALLED,
    NOT_HANDED_OVER,
    UNTYPED,
    Site,
    raising_sites,
)
from sdk_source import sdk_file
from service_refusals import REFUSED_BY_SERVICE

import evalbook.notebook

LISTED = {*((row.place, row.says) for row in REFUSED_BY_CODE), *UNTYPED}


def not_called(site: Site) -> bool:
    return any(
        site.place == name or site.place.startswith((f"{name}.", f"{name} ")) for name in NOT_CALLED
    )


def listed(site: Site) -> bool:
    return any(place == site.place and says in site.words for place, says in LISTED)


def test_every_refusal_of_the_sdk_has_a_row_or_a_reason():
    new = [site for site in raising_sites() if not listed(site) and not not_called(site)]

    assert not new, (
        "The SDK refuses something that the table does not have. Add a row to sdk_refusals.py "
        "and see that a turn refuses it; or a reason to UNTYPED or NOT_CALLED in sdk_sites.py:\n"
        + "\n".join(f"{MODULES[s.place.split()[0]]}:{s.line} {s.place}: {s.words}" for s in new)
    )


def test_every_row_and_reason_is_about_a_place_that_the_sdk_has():
    sites = raising_sites()

    gone = [(place, says) for place, says in LISTED if not any(
        site.place == place and says in site.words for site in sites
    )]  # fmt: skip
    unused = [name for name in NOT_CALLED if not any(
        site.place == name or site.place.startswith((f"{name}.", f"{name} ")) for site in sites
    )]  # fmt: skip
    assert (gone, unused) == ([], [])


def test_a_row_is_about_one_place_alone():
    sites = raising_sites()

    several = {
        (row.place, row.says): lines
        for row in REFUSED_BY_CODE
        if len(lines := [s.line for s in sites if s.place == row.place and row.says in s.words]) > 1
    }
    assert several == {}


def arguments_of_the_evaluators() -> Iterator[str]:
    for module, path in MODULES.items():
        for node in ast.walk(ast.parse(sdk_file(path))) if module.endswith("_evaluator") else ():
            if isinstance(node, ast.ClassDef) and node.name.endswith("Evaluator"):
                fields = [item for item in node.body if isinstance(item, ast.AnnAssign)]
                yield from (ast.unparse(field.target) for field in fields)


def handed_over_by_the_cells() -> set[str]:
    cells = Path(evalbook.notebook.__file__).with_name("cells")
    templates = [
        *cells.glob("start*.py.j2"),
        cells / "parts" / "settings.py.j2",
        *cells.glob("*/arguments.py.j2"),
    ]
    text = "\n".join(template.read_text(encoding="utf-8") for template in templates)
    return {
        *re.findall(r'^ {4}"(\w+)": ', text, re.M),
        *re.findall(r'(?:arguments|settings)\["(\w+)"\]', text),
        *re.findall(r"\b(base_eval_name|sagemaker_session)=", text),
        *re.findall(r"evaluator\.(hyperparameters)", text),
        *NAMED_BY_ANSWERS,
        "region",  # with the session
    }


def test_every_argument_of_the_evaluators_is_handed_over_or_has_a_reason_not_to_be():
    known = {name for name in arguments_of_the_evaluators() if not name.startswith("_")}

    handed = handed_over_by_the_cells()
    assert known - handed == set(NOT_HANDED_OVER), (
        "The evaluators' arguments are not those that sdk_sites.py and the cells know: an argument "
        "that is handed over leaves NOT_HANDED_OVER and gets rows in sdk_refusals.py, another one "
        "is given a reason there."
    )


def test_every_argument_that_an_answer_becomes_has_a_row():
    rows = (*REFUSED_BY_CODE, *REFUSED_BY_TYPE, *REFUSED_BY_SERVICE)

    # The model package's group is made of its ARN, the session of region and output; overrides are
    # the inference parameters once more, on instances of one's own.
    # What answers is checked by its own step; the format of the logs is always the same.
    without = {"model_package_group", "sagemaker_session", "overrides", "output_format"}
    without |= {"endpoint_name", "endpoint_instance_count", "max_runtime_seconds"}
    assert {row.argument or ARGUMENTS[row.step] for row in rows} == (
        handed_over_by_the_cells() - without
    )
