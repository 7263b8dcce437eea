"""A run's results, read from S3 and compared: what tables, pictures and pages are made from."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from evalbook.aws.result_files import read_summary
from evalbook.aws.runs import RunPlan
from evalbook.aws.s3 import read_chunks
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.metrics.builtin import builtin_metrics
from evalbook.runs.categories import add_categories
from evalbook.runs.comparison import Comparison, MeanRow, MetricRow, compare, means
from evalbook.runs.detail_files import read_detail_arm
from evalbook.runs.find import Target
from evalbook.runs.jobs import Look, Prospect
from evalbook.runs.labels import Corrected
from evalbook.runs.leaderboard import Entrant, Leaderboard, leaderboard, pairs_of
from evalbook.runs.records import BUILTIN
from evalbook.runs.rollouts import LOW_IS_GOOD, compute_rollout_figures
from evalbook.runs.sources import BASE, TUNED, RunFacts, Source, find_runs, find_sources
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.summaries import (
    FigureRow,
    Figures,
    PairRow,
    figure_rows,
    read_figures,
    total_rows,
)
from evalbook.runs.unpacking import lines_of
from evalbook.runs.verdicts import judge_tables
from evalbook.runs.words import FIGURES_BASIS, figures_alone_headline, plain, verdict_sentence
from evalbook.texts import joined, plural

Progress = Callable[[str], None]
Arms = Sequence[tuple[Source, Arm]]
"""Models whose results were read, each with where they come from."""


@dataclass(frozen=True)
class FigureTable:
    """Figures of two models compared, or of one alone."""

    name: str
    """What they are of: ``all``, or a task."""
    rows: tuple[FigureRow, ...]


@dataclass(frozen=True)
class FiguresDocument:
    """Two models of which there are totals."""

    first: str
    second: str
    headline: str
    basis: tuple[str, ...]
    tables: tuple[FigureTable, ...]
    """The whole first, then each task."""


@dataclass(frozen=True)
class FiguresAloneDocument:
    name: str
    headline: str
    metrics: Figures


@dataclass(frozen=True)
class UnseenComparison:
    first: str
    second: str
    headline: str
    left_out: int
    paired_records: int
    metrics: tuple[MetricRow, ...]


@dataclass(frozen=True)
class UnseenAlone:
    name: str
    headline: str
    left_out: int
    records: int
    metrics: tuple[MeanRow, ...]


@dataclass(frozen=True)
class Unseen:
    """What is left where the model was not trained on the prompt; corrected among itself."""

    training_job: str
    prompts: int
    """How many prompts of the dataset are in the training data."""
    comparisons: tuple[UnseenComparison, ...]
    alone: tuple[UnseenAlone, ...]

    def said(self, of: UnseenComparison | UnseenAlone) -> str:
        """Return what was left out, and the verdict without it."""
        return (
            f"Without the {plural(of.left_out, 'record')} with prompts from the training data of "
            f"{self.training_job}, on which a model scores better than on new ones. {of.headline}"
        )


@dataclass
class Results:
    runs: list[RunFacts]
    store: RecordStore
    comparisons: list[Comparison] = field(default_factory=list)
    alone: list[tuple[Arm, tuple[MeanRow, ...]]] = field(default_factory=list)
    """Models that there is nothing to compare with."""
    figures: list[FiguresDocument] = field(default_factory=list)
    figures_alone: list[FiguresAloneDocument] = field(default_factory=list)
    leaderboard: Leaderboard | None = None
    """Where there are several models."""
    look: Look | None = None
    """Where it is of one evaluation with a pilot."""
    prospect: Prospect | None = None
    """Of a pilot: what the rest would bring."""
    cost: tuple[float, float] | None = None
    """Of its judging, in US dollars: low and high; None if it is not known."""
    task: str | None = None
    """What the model was trained to do, where the interview is at hand."""
    corrected: Corrected | None = None
    """The first comparison's gain by a person's labels, if there are some."""
    unseen: Unseen | None = None
    """The comparisons without the prompts of the model's own training data, where known."""
    notes: list[str] = field(default_factory=list)
    """What was noticed about the runs themselves."""


def read_report(
    aws: Aws,
    wanted: Sequence[Target],
    store: RecordStore,
    lower_is_better: Iterable[str] = (),
    progress: Progress = lambda _: None,
) -> Results:
    """Read and compare the results of one or more runs.

    Raises:
        AnswerRejected: a run is not over, or left no results.
        AwsUnavailable: AWS could not be asked.
    """
    runs = find_runs(aws, wanted)
    sources, problems = find_sources(aws, runs, progress)
    report = Results([run.facts for run in runs], store)
    report.notes += [*_notes(report.runs), *problems]
    # Where evaluations are compared, the strictest of their looks counts.
    store.level = min([store.level, *(run.look.level for run in runs if run.look)])
    report.look = runs[0].look if len({run.evaluation for run in runs}) == 1 else None
    builtin = [metric.name for metric in builtin_metrics() if not metric.higher_is_better]
    lower = (*builtin, *LOW_IS_GOOD, *lower_is_better)
    store.lower_is_better = frozenset(name.removeprefix(BUILTIN).lower() for name in lower)
    judged, others = _by_records(report, sources)
    detailed = _read_details(aws, report, others, progress)
    arms = []
    for source in judged:
        progress(f"Reading the judged records of {source.name}")
        lines = _judged_lines(aws, source.files.records, report.notes)
        arms.append((source, store.add_arm(source.name, lines)))
    arms += detailed
    _note_definitions(aws, report, [run.parts[0].plan for run in runs], arms)
    _categorise(aws, report, arms, progress)
    _compare_records(report, arms)
    _compare_figures(aws, report, [] if detailed else others)
    if detailed:
        _note_totals(aws, report, others)
    return report


def _by_records(report: Results, sources: Sequence[Source]) -> tuple[list[Source], list[Source]]:
    """Separate models compared by their records from those compared by their totals.

    If one model's records are missing, only the other's totals can be compared with it.
    """
    judged = [it for it in sources if it.files.records]
    totals = [it for it in sources if it.files.summaries]
    for lacking in [it for it in totals if not it.files.records and not it.files.details]:
        beside = [it for it in judged if it in totals and it.run == lacking.run]
        if beside:
            report.notes.append(
                f"The records of {lacking.name} were not found, so the totals are compared."
            )
        judged = [source for source in judged if source not in beside]
    return judged, [source for source in sources if source not in judged]


def _notes(runs: Sequence[RunFacts]) -> list[str]:
    notes = [f"{run.name} ended as {run.status}." for run in runs if run.status != "Succeeded"]
    datasets = {run.dataset for run in runs if run.dataset}
    if len(datasets) > 1:
        notes.append(
            f"The runs name different datasets ({', '.join(sorted(datasets))}); only records with "
            "the same prompt and reference are compared."
        )
    unknown = [run.name for run in runs if not run.dataset]
    if len(runs) > 1 and datasets and unknown:
        notes.append(
            f"The dataset of {joined(unknown)} is not known; records are paired by prompt and "
            "reference."
        )
    elif len(runs) > 1 and len(datasets) == 1:
        notes.append(f"The runs name the same dataset, {next(iter(datasets))}.")
    judges = {run.judge for run in runs if run.judge}
    if len(judges) > 1:
        notes.append(f"The runs had different judges: {', '.join(sorted(judges))}.")
    return notes


def _judged_lines(aws: Aws, uris: Sequence[S3Uri], notes: list[str]) -> Iterator[bytes]:
    """Yield the lines of all files; one that can't be read to its end is named."""
    for uri in uris:
        read = 0
        try:
            for line in lines_of(read_chunks(aws, uri)):
                yield line
                read += 1
        except (AnswerRejected, EOFError, zlib.error) as error:
            why = (
                error.message if isinstance(error, AnswerRejected) else f"{uri} is broken: {error}."
            )
            used = f"Its first {read:,} lines are used" if read else "None of it is used"
            notes.append(f"{why} {used}.")


def _read_details(aws: Aws, report: Results, sources: Sequence[Source], progress: Progress) -> Arms:
    """Read what there is of single records; nothing where some model has only totals."""
    arms: list[tuple[Source, Arm]] = []
    for source in sources:
        if not source.files.details:
            return []
        progress(f"Reading the records of {source.name}")
        details = source.files.details
        arm = read_detail_arm(aws, report.store, source.name, details, report.notes)
        if arm is None:
            if all(it.files.summaries for it in sources):
                report.notes.append("The totals are shown instead.")
            return []
        arms.append((source, arm))
    apart = [
        f"{first.name} and {second.name}"
        for first, second in _pairings(arms)
        if next(report.store.paired_batches(first, second), None) is None
    ]
    if apart and all(source.files.summaries for source in sources):
        report.notes.append(
            f"{'; '.join(apart)}: the records share no prompt and reference, so the totals are "
            "compared."
        )
        return []
    return arms


def _note_definitions(aws: Aws, report: Results, plans: Sequence[RunPlan], arms: Arms) -> None:
    """Keep with each model how its run defines its metrics: two runs may differ under one name."""
    uris = [plan.custom_metrics for plan in plans]
    if len({uri for uri in uris if uri}) < 2:
        return
    definitions = [_definitions(aws, report, uri) for uri in uris]
    for source, arm in arms:
        arm.definitions = definitions[source.run]


def _definitions(aws: Aws, report: Results, uri: str | None) -> dict[str, str]:
    if uri is None:
        return {}
    try:
        found = read_summary(aws, S3Uri(*uri.removeprefix("s3://").split("/", 1)))
        metrics = [entry["customMetricDefinition"] for entry in found]
        return {str(it["name"]): json.dumps(it, sort_keys=True) for it in metrics}
    except (AnswerRejected, LookupError, TypeError):
        report.notes.append(
            f"It is not known whether the runs define custom metrics alike: {uri} can't be read."
        )
        return {}


def _categorise(aws: Aws, report: Results, arms: Arms, progress: Progress) -> None:
    places = {source.run for source, _ in arms}
    datasets = dict.fromkeys(report.runs[place].dataset for place in sorted(places))
    for dataset in filter(None, datasets):
        if report.store.uncategorised():
            progress(f"Looking for categories in {dataset}")
            note = add_categories(aws, report.store, dataset)
            report.notes += [note] if note else []


def _compare_records(report: Results, arms: Arms) -> None:
    store, pairings = report.store, _pairings(arms)
    # Whatever is shown is one family of questions.
    asked = list(dict.fromkeys([*pairings, *pairs_of([*_ranked(arms)])]))
    found = dict(zip(asked, compare(store, asked), strict=True))
    report.comparisons = [found[pair] for pair in pairings]
    report.alone = [(arm, means(store, arm)) for arm in _unpaired(arms, pairings)]
    _rank(report, arms, {pair: it.rows for pair, it in found.items()}, partial(means, store))


def _rank(
    report: Results,
    arms: Arms,
    rows: Mapping[tuple[Arm, Arm], Sequence[PairRow]],
    means_of: Callable[[Arm], Sequence[MeanRow]],
) -> None:
    """Add the leaderboard, if there are models for one; ``rows`` are of all that is compared."""
    models = _ranked(arms)
    pairs = pairs_of([*models])
    if pairs:
        entrants = [Entrant(arm.name, means_of(arm), base) for arm, base in models.items()]
        questions = sum(row.tested for them in rows.values() for row in them)
        compared, doubts = [rows[pair] for pair in pairs], _doubts(report, arms)
        report.leaderboard = leaderboard(entrants, compared, questions, doubts)


def _ranked(arms: Arms) -> dict[Arm, bool]:
    """Return the models of a leaderboard, and whether each is a base model.

    Of several runs, the base model of the first one only.
    """
    base = next((arm for source, arm in arms if source.model == BASE), None)
    return {arm: arm is base for source, arm in arms if arm is base or source.model != BASE}


def _unpaired(arms: Arms, pairings: Sequence[tuple[Arm, Arm]]) -> list[Arm]:
    paired = {arm for pair in pairings for arm in pair}
    return [arm for _, arm in arms if arm not in paired]


def _doubts(report: Results, arms: Arms) -> list[str]:
    """Say whether dataset and judge are the same, as models on one matrix need it."""
    facts = [report.runs[source.run] for source, _ in arms]
    doubts = []
    for what, named in (
        ("dataset", {run.dataset for run in facts}),
        ("judge", {run.judge for run in facts}),
    ):
        if len(named) > 1:
            shown = ", ".join(sorted(it or "an unknown one" for it in named))
            doubts.append(f"But the runs differ in their {what} ({shown}): the scales differ.")
        elif None not in named:
            doubts.append(f"All runs have the same {what}: {named.pop()}.")
    return doubts


def _note_totals(aws: Aws, report: Results, sources: Sequence[Source]) -> None:
    """Give the jobs' own totals beside what was made of their records."""
    told = []
    for source in sources:
        if source.files.summaries:
            try:
                overall, _ = read_figures(read_summary(aws, source.files.summaries[-1]))
            except AnswerRejected as error:
                report.notes.append(error.message)  # the records tell more than totals would
                continue
            named = ", ".join(f"{metric} {plain(it.value)}" for metric, it in overall.items())
            told.append(f"{source.name}: {named}")
    if told:
        report.notes.append(
            f"The jobs' own totals, for comparison. {'; '.join(told)}. Means over records differ "
            "from them if a total weighs tasks equally or is not a mean."
        )


def _pairings(arms: Arms) -> list[tuple[Arm, Arm]]:
    """Pair the models: fine-tuned with base in each run, then each run with the first one."""
    found: list[tuple[Arm, Arm]] = []
    bases = [(source, arm) for source, arm in arms if source.model == BASE]
    tuned = [(source, arm) for source, arm in arms if source.model == TUNED]
    if len(bases) == 1 and len(tuned) == 1:
        return [(bases[0][1], tuned[0][1])]
    for source, arm in tuned:
        found += [(base, arm) for other, base in bases if other.evaluation == source.evaluation]
    leaders = tuned if len(tuned) > 1 else bases if len(bases) > 1 else []
    found += [(leaders[0][1], arm) for _, arm in leaders[1:]]
    return found


def _totals(
    aws: Aws, report: Results, sources: Sequence[Source]
) -> Iterator[tuple[Source, Figures, Mapping[str, Figures]]]:
    """Yield each model that has totals, with those overall and by task."""
    for source in sources:
        if source.files.metrics:
            yield (source, *compute_rollout_figures(source.files.metrics))
        elif source.files.summaries:
            overall, tasks = read_figures(read_summary(aws, source.files.summaries[-1]))
            if overall:
                yield source, overall, tasks
            else:
                report.notes.append(f"{source.files.summaries[-1]} has no figures.")


def _compare_figures(aws: Aws, report: Results, sources: Sequence[Source]) -> None:
    read = list(_totals(aws, report, sources))
    arms = [(source, Arm(place, source.name)) for place, (source, *_) in enumerate(read)]
    overall = {arm: read[arm.number][1] for _, arm in arms}
    tasks = {arm: read[arm.number][2] for _, arm in arms}
    lower, pairings = report.store.lower_is_better, _pairings(arms)
    # What is claimed in the first place is one family of questions, the tasks are another.
    asked = [*pairings, *pairs_of([*_ranked(arms)])]
    wholes = judge_tables({(a, b): figure_rows(overall[a], overall[b], lower) for a, b in asked})
    parts = judge_tables(
        {
            (a, b, task): figure_rows(tasks[a][task], figures, lower)
            for a, b in pairings
            for task, figures in tasks[b].items()
            if task in tasks[a]
        }
    )
    for pair in pairings:
        first, second = (arm.name for arm in pair)
        tables = [FigureTable(task, rows) for (*of, task), rows in parts.items() if of == [*pair]]
        said = verdict_sentence(wholes[pair], second, first)
        both = (FigureTable("all", wholes[pair]), *tables)
        report.figures.append(FiguresDocument(first, second, said, FIGURES_BASIS, both))
    for arm in _unpaired(arms, pairings):
        said = figures_alone_headline(arm.name, overall[arm])
        report.figures_alone.append(FiguresAloneDocument(arm.name, said, overall[arm]))
    _rank(report, arms, wholes, lambda arm: total_rows(overall[arm], lower))
