"""Which parameters a base model's evaluation recipe has, and which values they take.

The SDK reads the same file and checks values against it in the same way: ``hyperparameters`` of the
evaluators, ``_extract_eval_override_options`` in train/common_utils/recipe_utils.py and
``FineTuningOptions`` in train/common.py, 3.27.0.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evalbook.aws.base_models import recipe_types
from evalbook.aws.documents import read_document
from evalbook.aws.hub_models import describe_hub_model
from evalbook.aws.s3 import parse_s3_uri, read_head, refuse_template_text
from evalbook.aws.session import Aws, AwsInternalError
from evalbook.checks import Check, skipped, warning
from evalbook.errors import AnswerRejected
from evalbook.evaluation_types import EVALUATION_TYPES

_LARGEST_FILE = 1 << 20
"""Bytes; a recipe's parameters are some kilobytes."""

_TRUTH = {"true": True, "yes": True, "false": False, "no": False}
# A recipe calls the list of k of pass@k a text, and the job alone reads it.
_PASSES_NAME = "pass_k_values"
_PASSES = re.compile(r"\[?\s*[1-9][0-9]*(?:\s*,\s*[1-9][0-9]*)*\s*\]?")
_TYPES = {"integer": "a whole number", "float": "a number", "string": "a text"}
# By another name, these are types that the SDK checks only after a recipe was resolved
# (_validate_value in train/recipe_resolver.py).
_SAME_TYPE = {"int": "integer", "bool": "boolean"}


@dataclass(frozen=True)
class Parameter:
    name: str
    default: Any
    type: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[Any, ...] = ()

    def words(self) -> str:
        """Return its default and the values that it takes, as a sentence."""
        shown = json.dumps(self.default) if isinstance(self.default, list) else self.default
        return f"{self.name}: {shown} unless changed; {self._may_be()}."

    def read(self, text: str) -> Any:
        """Return the value that a text stands for.

        Raises:
            AnswerRejected: ``parameters.value``, or ``text.template``: the SDK would refuse it, or
                could not carry it.
        """
        value = self._value(text)
        if value is None:
            raise AnswerRejected(
                "parameters.value",
                f"{self.name}={text[:60]} does not fit the base model's recipe: {self._may_be()}.",
                f"Give such a value, or leave {self.name} out to use {self.default}.",
            )
        return value

    def _value(self, text: str) -> Any:
        """Return the value that a text stands for; None if the recipe does not take it."""
        low, high, number = self.minimum, self.maximum, _number(text)
        if self.name == _PASSES_NAME and not _PASSES.fullmatch(text):
            return None
        if self.choices:
            return next((it for it in self.choices if str(it).casefold() == text.casefold()), None)
        if self.type in ("integer", "float") or low is not None or high is not None:
            fits = (
                number is not None
                and not (self.type == "integer" and isinstance(number, float))
                and (low is None or number >= low)
                and (high is None or number <= high)
            )
            return number if fits else None
        if self.type == "boolean":
            return _TRUTH.get(text.casefold())
        if self.type is None and number is not None:
            return number
        refuse_template_text(text, f"the value of {self.name}")
        # The SDK resolves recipes with OmegaConf, to which this is a reference.
        return None if "${" in text else text

    def _may_be(self) -> str:
        if self.name == _PASSES_NAME:
            return "whole numbers of at least 1, separated by commas"
        if self.choices:
            return f"one of {', '.join(map(str, self.choices))}"
        words = _TYPES.get(self.type or "", self.type or "any value")
        if self.minimum is not None and self.maximum is not None:
            return f"{words} from {self.minimum} to {self.maximum}"
        if self.minimum is not None:
            return f"{words} of at least {self.minimum}"
        if self.maximum is not None:
            return f"{words} of at most {self.maximum}"
        return words


def read_parameters(
    aws: Aws, region: str, base_model: str, evaluation_type: str, benchmark: str | None = None
) -> tuple[list[Parameter] | None, list[Check]]:
    """Return the parameters that can be set for an evaluation of a base model, by its hub name.

    They are None if they could not be read; a check says so.
    """
    try:
        overrides = _find_overrides(aws, region, base_model, evaluation_type, benchmark)
    except (AnswerRejected, AwsInternalError) as error:
        return None, [
            skipped(
                "parameters.recipe",
                f"The parameters of the base model's recipe could not be read: {error.message}",
                "Ask for sagemaker:DescribeHubContent, and s3:GetObject on the recipe; the SDK "
                "needs them too.",
            )
        ]
    names = EVALUATION_TYPES[evaluation_type].parameters
    found = [read_parameter(name, overrides.get(name)) for name in names]
    return [parameter for parameter in found if parameter is not None], []


def read_parameter(name: str, spec: Any) -> Parameter | None:
    """Return a parameter that the SDK takes: with a default, and bounds and choices it can use."""
    if not isinstance(spec, dict) or "default" not in spec:
        return None
    bounds = {end: spec[end] for end in ("min", "max") if end in spec}
    kind, choices = spec.get("type"), spec.get("enum") or []
    numbers = all(isinstance(it, int | float) for it in bounds.values())
    if not numbers or not isinstance(choices, list):
        return None
    return Parameter(
        name,
        spec["default"],
        type=_SAME_TYPE.get(kind, kind) if isinstance(kind, str) else None,
        minimum=bounds.get("min"),
        maximum=bounds.get("max"),
        choices=tuple(choices),
    )


def check_parameter_doubts(
    offered: Sequence[Parameter], values: Mapping[str, Any], longest_prompt: int | None = None
) -> list[Check]:
    """Return what may go wrong with values that each fit the recipe.

    ``longest_prompt`` is the number of tokens of the longest record's prompt, by estimate.
    """
    all_values = {**{it.name: it.default for it in offered}, **values}
    return [
        *_more_passes_than_rollouts(all_values),
        *_no_room_for_a_prompt(all_values, longest_prompt),
        *_lost_defaults(offered, values),
    ]


def _more_passes_than_rollouts(values: Mapping[str, Any]) -> Iterator[Check]:
    """Compare pass@k with the group size: fewer rollouts can't tell how often one of k passes."""
    group = values.get("eval_group_size")
    wanted = [int(number) for number in re.findall(r"\d+", str(values.get(_PASSES_NAME, "")))]
    if isinstance(group, int) and max(wanted, default=0) > group:
        yield warning(
            "parameters.pass_k",
            f"pass_k_values asks for pass@{max(wanted)}, but eval_group_size is {group}: {group} "
            f"rollouts of a prompt can't tell how often one of {max(wanted)} passes.",
            f"Set eval_group_size to {max(wanted)}, or leave out values above {group}.",
        )


def _no_room_for_a_prompt(values: Mapping[str, Any], longest: int | None) -> Iterator[Check]:
    """Compare prompts with the room that an answer leaves of the model's length."""
    new, whole = values.get("max_new_tokens"), values.get("max_model_len")
    if not isinstance(new, int) or not isinstance(whole, int):
        return
    room = whole - new
    if room < SHORTEST_ROOM:
        left = f"leaves {room:,} tokens" if room > 0 else "leaves no room"
        text = (
            f"max_new_tokens is {new} and max_model_len {whole}: an answer of that length {left} "
            "for its prompt."
        )
    elif longest is not None and longest > room:
        text = (
            f"The longest prompt has an estimated {longest:,} tokens. Of max_model_len, {whole:,}, "
            f"{new:,} are reserved for the answer (max_new_tokens), which leaves {room:,}: longer "
            "prompts are cut off, or fail the run."
        )
    else:
        return
    remedy = "Lower max_new_tokens, raise max_model_len, or leave out such prompts."
    yield warning("parameters.length", text, remedy)


SHORTEST_ROOM = 256
"""Tokens; hardly a prompt, with the model's own template around it, is shorter."""


def _lost_defaults(offered: Sequence[Parameter], values: Mapping[str, Any]) -> Iterator[Check]:
    """Name defaults that the SDK does not carry once any parameter is set.

    It takes all parameters from the resolved recipe then, lists left out and nothing as the text
    "None" (flatten_resolved_recipe in train/recipe_resolver.py, 3.27.0).
    """
    lost = [
        it.name
        for it in offered
        if (it.default is None or isinstance(it.default, list)) and it.name not in values
    ]
    if lost and values:
        yield warning(
            "parameters.defaults",
            "If another parameter is set, the SDK does not pass on the recipe's "
            f"{', '.join(lost)}.",
            f"Set {lost[0]} too.",
        )


def _find_overrides(
    aws: Aws, region: str, base_model: str, evaluation_type: str, benchmark: str | None
) -> dict[str, Any]:
    """Return what can be set in the one type of recipe that the SDK reads the parameters of.

    Of a Nova model's two for benchmarks, the one for pictures is mmmu's (``hyperparameters`` in
    train/evaluate/benchmark_evaluator.py, 3.27.0).
    """
    model = describe_hub_model(aws, base_model, region)
    if model is None:
        missing = f"{base_model} is not in the public hub in {region}."
        raise AnswerRejected("parameters.recipe", missing)
    first, *others = recipe_types(base_model, evaluation_type) or ("",)
    kind = others[0] if others and benchmark == "mmmu" else first
    files = (it.parameters for it in model.evaluations if it.evaluation == kind)
    return read_overrides(aws, next(files, None))


def read_overrides(aws: Aws, uri: str | None) -> dict[str, Any]:
    """Return what a recipe's file lets be set, by name; nothing if it has no such file."""
    if uri is None:
        return {}
    overrides = read_document(read_recipe_file(aws, uri)).value
    if not isinstance(overrides, dict):
        raise AnswerRejected("parameters.recipe", f"{uri} is not a JSON object.")
    return overrides


def read_recipe_file(aws: Aws, uri: str) -> bytes:
    """Return a file of a recipe.

    Raises:
        AnswerRejected: it can't be read.
    """
    return read_head(aws, parse_s3_uri(uri, what="recipe"), _LARGEST_FILE)


def _number(text: str) -> int | float | None:
    if re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None
