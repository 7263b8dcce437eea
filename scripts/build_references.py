"""Write the facts in references/*.md and docs/ from the data that the code itself goes by.

Each is prose with blocks of facts between two marks:

    <!-- facts: builtin-metrics -->
    ...
    <!-- /facts -->

The blocks are written here, everything else by hand. With --check nothing is written; the exit
status is 1 where a block says something else than the code does.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from statistics import mean
from typing import Any

from evalbook.aws.policy_documents import WrittenPolicy
from evalbook.evaluation_types import EVALUATION_TYPES, EvaluationType

_ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = (*sorted((_ROOT / "references").glob("*.md")), *sorted((_ROOT / "docs").glob("*.md")))

SCHEMAS = _ROOT / "docs" / "schemas"

_BLOCK = re.compile(r"(<!-- facts: (?P<name>[a-z-]+) -->\n).*?(<!-- /facts -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write the references, or compare them; return the exit status."""
    if arguments not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    stale = []
    for path, after in (*_documents(), *_schemas()):
        if not path.exists() or after != path.read_text(encoding="utf-8"):
            stale.append(path)
            if not arguments:
                path.parent.mkdir(exist_ok=True)
                path.write_text(after, encoding="utf-8")
    for path in stale:
        what = "does not say what the code does" if arguments else "written"
        print(f"{path.name}: {what}")
    if stale and arguments:
        print("Run: python scripts/build_references.py")
        return 1
    return 0


def _documents() -> Iterator[tuple[Path, str]]:
    """Yield each page that holds facts, as it should read."""
    for path in DOCUMENTS:
        yield path, with_facts(path.read_text(encoding="utf-8"))


def _schemas() -> Iterator[tuple[Path, str]]:
    """Yield the JSON Schema of each document that is read or printed."""
    from evalbook.cli.schema import NAMES, json_schema

    for name in NAMES:
        yield SCHEMAS / f"{name}.json", json.dumps(json_schema(name), indent=2) + "\n"


def with_facts(text: str) -> str:
    """Return the text of a reference with its blocks of facts as they are now.

    Raises:
        KeyError: a block has a name that there are no facts for.
    """
    return _BLOCK.sub(lambda found: found[1] + BLOCKS[found["name"]]() + "\n" + found[3], text)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(
        f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |" for row in lines
    )


def _policy(policy: WrittenPolicy) -> str:
    """Return an IAM policy, one line a key: as readable as indented, and shorter."""
    shown = (
        ",\n   ".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in it.items())
        for it in policy["Statement"]
    )
    body = ",\n".join(f"  {{{statement}}}" for statement in shown)
    return f'```json\n{{"Version": "{policy["Version"]}", "Statement": [\n{body}\n]}}\n```'


def _types() -> dict[str, EvaluationType]:
    """Return the evaluation types that evalbook sets up, by name."""
    from evalbook.workflow.kinds import STEPS_BY_TYPE

    return {name: EVALUATION_TYPES[name] for name in STEPS_BY_TYPE}


def kinds() -> str:
    """Return which evaluation types there are."""
    return _table(
        ("type", "what it does"), ((it.label, it.description) for it in _types().values())
    )


def steps_by_type() -> str:
    """Return which steps the evaluation types share, and which they have of their own."""
    from evalbook.workflow.kinds import STEPS_BY_TYPE

    asked = {
        EVALUATION_TYPES[name].label: [step.name for step in steps]
        for name, steps in STEPS_BY_TYPE.items()
    }

    def place(name: str) -> float:
        return mean(names.index(name) / len(names) for names in asked.values() if name in names)

    shared: dict[tuple[str, ...], list[str]] = {}
    for name in sorted({name for names in asked.values() for name in names}, key=place):
        by = tuple(label for label, names in asked.items() if name in names)
        shared.setdefault(by, []).append(name)
    return _table(
        ("steps", *asked),
        (
            (", ".join(f"`{name}`" for name in names), *("yes" if it in by else "" for it in asked))
            for by, names in sorted(shared.items(), key=lambda row: -len(row[0]))
        ),
    )


def advanced_settings() -> str:
    """Return which advanced settings each evaluation type takes."""
    from evalbook.workflow.kinds import STEPS_BY_TYPE

    every = dict.fromkeys(step for steps in STEPS_BY_TYPE.values() for step in steps)
    return _table(
        ("setting", "", *(it.label for it in _types().values())),
        (
            (
                f"`{step.name}`",
                step.title,
                *("yes" if step in steps else "" for steps in STEPS_BY_TYPE.values()),
            )
            for step in every
            if step.advanced
        ),
    )


def inference_parameters() -> str:
    """Return which parameters of a recipe the SDK lets be set, by evaluation type."""
    return "\n".join(
        f"- {kind.label}: {', '.join(f'`{name}`' for name in kind.parameters)}."
        if kind.parameters
        else f"- {kind.label}: none; {_instead_of_parameters(kind)}."
        for kind in _types().values()
    )


def _instead_of_parameters(kind: EvaluationType) -> str:
    sent = kind.fixed_parameters
    return (
        f"the SDK sends {sent}"
        if sent
        else "the setting `generation` says how the models are asked"
    )


def tag_limits() -> str:
    """Return what SageMaker takes as tags."""
    from evalbook.aws.tags import LONGEST_KEY, LONGEST_VALUE, MOST_TAGS

    return (
        f"At most {MOST_TAGS} tags; keys of 1 to {LONGEST_KEY} and values of at most "
        f"{LONGEST_VALUE} characters: letters, digits, spaces and `_ . : / = + - @`."
    )


def benchmarks() -> str:
    """Return which benchmarks there are."""
    from evalbook.metrics.benchmarks import NEEDS_RESPONSES, benchmarks

    def remark(name: str, nova: bool, open_weights: bool) -> str:
        if name in NEEDS_RESPONSES:
            return "can't be given the responses it judges; see LLM as judge"
        return "" if nova and open_weights else "Nova models only" if nova else "not for Nova"

    return _table(
        ("benchmark", "what it tests", "metric", "subtasks", "remark"),
        (
            (
                it.name,
                it.description,
                it.metric,
                str(len(it.subtasks) or "none"),
                remark(it.name, it.suits(nova=True), it.suits(nova=False)),
            )
            for it in benchmarks()
        ),
    )


def builtin_metrics() -> str:
    """Return what each built-in metric asks."""
    from evalbook.metrics.builtin import builtin_metrics as metrics

    return _table(
        ("metric", "what the judge is asked", "reference answer", "good is"),
        (
            (
                metric.name,
                metric.description,
                "used where there is one" if metric.uses_reference else "not used",
                "high" if metric.higher_is_better else "low",
            )
            for metric in metrics()
        ),
    )


def metric_topics() -> str:
    """Return which metrics the kinds of task suggest."""
    from evalbook.metrics.builtin import METRICS

    return _table(
        ("task", "metrics, the most telling first"),
        ((topic["topic"], ", ".join(topic["suggests"])) for topic in METRICS.facts["topics"]),
    )


def custom_metric_limits() -> str:
    """Return Bedrock's limits for custom metrics."""
    from evalbook.metrics.custom_text import LIMITS, Sized

    def span(name: Sized) -> str:
        size = LIMITS.facts["sizes"][name]
        return f"{size['min']:,} to {size['max']:,}"

    variables = LIMITS.facts["variables"]
    pattern = LIMITS.facts["name_pattern"].removesuffix("+")
    prompt, response, reference = (
        f"`{{{{{it}}}}}`"
        for it in (variables["prompt"], variables["response"], variables["reference"])
    )
    return (
        f"- {span('customMetrics')} metrics in an array, "
        'each `{"customMetricDefinition": {…}}`.\n'
        f"- `name`: {span('name')} characters of `{pattern}`, unique.\n"
        f"- `instructions`: {span('instructions')} characters, with at least one of {prompt} and "
        f"{response}; {reference} where the dataset has reference answers.\n"
        f"- `ratingScale`, optional: {span('ratingScale')} items, each with a `definition` of "
        f"{span('definition')} characters and a `value`.\n"
        "- `value`: exactly one of `floatValue` and `stringValue` "
        f"({span('stringValue')} characters), the same kind throughout a scale."
    )


def dataset_formats() -> str:
    """Return the record formats."""
    from evalbook.datasets.formats import FORMATS

    return _table(
        ("format", "fields", "use"),
        (
            (
                format_.label,
                format_.expected,
                "as it is" if format_.documented else "rewritten on your yes",
            )
            for format_ in FORMATS
        ),
    )


def dataset_limits() -> str:
    """Return the limits of a dataset and the field names that are understood."""
    from evalbook.datasets import fields
    from evalbook.evaluation_types import MOST_JUDGED_RECORDS

    lines = [f"- At most {MOST_JUDGED_RECORDS:,} rows in one LLM-as-judge job."]
    for needed, names in (
        ("query", fields.PROMPT),
        ("query, behind the question", fields.CONTEXT),
        ("response", fields.REFERENCE | fields.CHOSEN),
        ("response, where nothing else is", fields.ANSWERED | fields.LABEL),
        ("system", fields.SYSTEM),
        ("category", fields.CATEGORY),
    ):
        lines.append(f"- Taken for {needed}: {', '.join(names)}.")
    return "\n".join(lines)


def judge_facts() -> str:
    """Return where judges come from and what leaves one out."""
    from evalbook.aws.found import LEGACY_IDLE_DAYS
    from evalbook.aws.judges import LIST_KEY

    return (
        "- The list is the service's own, the one that the SDK goes by: "
        f"`s3://jumpstart-cache-prod-REGION/{LIST_KEY}`.\n"
        "- A legacy model is refused by Bedrock if the account has not called it for "
        f"{LEGACY_IDLE_DAYS} days."
    )


def model_package_facts() -> str:
    """Return what is looked for in a group and in the state of other tools."""
    from evalbook.aws.model_packages import MOST_VERSIONS_READ

    return (
        "From a group, evalbook takes the newest usable of its latest "
        f"{MOST_VERSIONS_READ} completed versions."
    )


def _scope() -> Any:
    """Return words in capitals for what only the reader knows."""
    from evalbook.aws.policies import Scope

    return Scope(
        account="ACCOUNT",
        region="REGION",
        evaluation_type="llm_as_judge",
        role="arn:aws:iam::ACCOUNT:role/ROLE-NAME",
        group="GROUP",
        dataset_bucket="DATASET-BUCKET",
        output_bucket="RESULTS-BUCKET",
        judge="JUDGE-ID",
    )


def trust_policy() -> str:
    """Return the trust policy of an execution role."""
    from evalbook.aws import policies

    return _policy(policies.build_policies(_scope())["trust"])


def role_policy() -> str:
    """Return the least that an execution role needs."""
    from evalbook.aws import policies

    return _policy(policies.build_policies(_scope())["role"])


def causes() -> str:
    """Return the causes of failure that are known, and what to do."""
    text = (files("evalbook.runs") / "known_causes.json").read_text(encoding="utf-8")

    def plain(words: str) -> str:
        for name, instead in _ANY.items():
            words = words.replace(name, instead)
        return words

    return _table(
        ("cause", "do"),
        ((plain(it["cause"]), plain(it["remedy"])) for it in json.loads(text)["causes"]),
    )


_ANY = {
    "the text below": "AWS's message",
    "the evaluation in {region}": "the evaluation",
    " {role}": "",
    " {judge}": "",
    "{region}": "the region",
    "{action}": "an action that it needs",
}
"""What stands for what only a run can tell."""


def sdk_versions() -> str:
    """Return which versions the notebook needs."""
    from evalbook.notebook.sdk import MINIMUM_SDK

    return (
        f"It needs `sagemaker` {MINIMUM_SDK} or later and `matplotlib` 3.6 or later; cell 1 "
        "installs what is missing. `evalbook` itself is not needed."
    )


def durations() -> str:
    """Return how long a run takes."""
    from evalbook.workflow.estimate import _minutes as minutes

    def row(size: str, billions: float) -> tuple[str, str, str]:
        one, two = minutes(billions, 1), minutes(billions, 2)
        return size, f"{one[0]} to {one[1]}", f"{two[0]} to {two[1]}"

    return _table(
        ("model", "minutes, fine-tuned only", "minutes, with the base model"),
        (row("under 10B", 7), row("10B to 30B", 14), row("above 30B", 70)),
    )


def commands() -> str:
    """Return what each command takes and does, read from the parser."""
    import click

    from evalbook.cli.main import evalbook

    top = click.Context(evalbook, info_name="evalbook")
    common = [it for it in evalbook.params if it.name != "version"]
    everywhere = {it.name for it in common}
    parts = [_options(top, common)]
    for found, context in _commands_of(top):
        own = [it for it in found.params if it.name not in everywhere]
        arguments = [it.make_metavar(context) for it in own if isinstance(it, click.Argument)]
        options = _options(context, [it for it in own if isinstance(it, click.Option)])
        usage = " ".join([context.command_path, *(["[OPTIONS]"] if options else []), *arguments])
        examples = "\n".join(f"# {purpose}\n{line}" for line, purpose in found.examples)
        parts += [f"## {context.command_path}", f"`{usage}`", inspect.cleandoc(found.help or "")]
        parts += [options, f"```sh\n{examples}\n```"]
    return "\n\n".join(filter(None, parts))


def _commands_of(context: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the commands of a group, those of groups in it included, each with its context."""
    import click

    for name in context.command.list_commands(context):
        found = context.command.get_command(context, name)
        inner = click.Context(found, parent=context, info_name=name)
        if isinstance(found, click.Group):
            yield from _commands_of(inner)
        else:
            yield found, inner


def _options(context: Any, options: list[Any]) -> str:
    lines = [it.get_help_record(context) for it in options]
    return "\n".join(f"- `{usage}`: {text}" for usage, text in filter(None, lines))


BLOCKS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "kinds": kinds,
    "steps-by-type": steps_by_type,
    "advanced-settings": advanced_settings,
    "inference-parameters": inference_parameters,
    "tag-limits": tag_limits,
    "benchmarks": benchmarks,
    "builtin-metrics": builtin_metrics,
    "metric-topics": metric_topics,
    "custom-metric-limits": custom_metric_limits,
    "dataset-formats": dataset_formats,
    "dataset-limits": dataset_limits,
    "judges": judge_facts,
    "model-packages": model_package_facts,
    "trust-policy": trust_policy,
    "role-policy": role_policy,
    "causes": causes,
    "sdk-versions": sdk_versions,
    "durations": durations,
}
"""What writes each block, by the name in its mark."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
