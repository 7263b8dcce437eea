"""Whether the judge is right about this task: a person judges some records, blind.

Records are drawn by strata of what the judge said, half of them in proportion and half spread over
the strata, where labels tell more. As every stratum's share is known, what the labels say of the
judge's mistakes holds for all records: the judge's mean is corrected by the mean mistake of each
stratum (prediction-powered inference; Angelopoulos et al., Science 382, 2023, and PPI++, 2023, for
how much weight the judge gets).
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import NormalDist, covariance
from typing import Literal

import msgspec

from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.comparison import Comparison
from evalbook.runs.one_by_one import read_pairs, widths_of
from evalbook.runs.statistics import CONFIDENCE, DECIMALS, compute_student_quantile
from evalbook.runs.store import Place, RecordStore
from evalbook.runs.verdicts import real
from evalbook.runs.words import between, percent, plain, signed, the
from evalbook.texts import plural
from evalbook.whole_files import read_whole, reason, rejecting_unwritable, replace_whole

FEWEST = 10
"""Labels below which nothing is estimated."""
_CLEARLY = 0.25
_LARGEST_FILE = 16 << 20
Answer = Literal["1", "2", "same"] | tuple[float, float]
"""Which of the two is better, or a score for each, in the order in which they were shown."""


@dataclass
class LabelFile:
    """What a person said so far, and how the records were drawn, to draw them again."""

    run: str
    metric: str | None
    """None if a person says which is better, else the metric on whose scale they score."""
    seed: str
    records: int
    answers: dict[str, Answer] = field(default_factory=dict)
    evalbook_labels: Literal[1] = 1
    """The version of this form."""

    def save(self, path: Path) -> None:
        """Write the file whole.

        Raises:
            AnswerRejected: it can't be written.
        """
        with rejecting_unwritable("label.unwritable", path):
            replace_whole(path, msgspec.json.encode(self))


def read_labels(path: Path) -> LabelFile:
    """Read a file of labels.

    Raises:
        UsageError: it is none.
    """
    try:
        return msgspec.json.decode(read_whole(path, _LARGEST_FILE), type=LabelFile)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            "label.file",
            f"{path} is not a file of labels: {reason(error)}.",
            "`evalbook label` writes one.",
        ) from error


@dataclass(frozen=True)
class Item:
    id: str
    lines: tuple[Place, ...]
    stratum: int
    flipped: bool
    """Whether the second model's answer is shown first."""
    judge: float
    """What the judge said of it: a gain, or the sign of one."""


@dataclass(frozen=True)
class Sample:
    """The records drawn, in the order they are asked, and what the judge said of all."""

    sizes: tuple[int, ...]
    """Records in each stratum."""
    mean: float
    """Of what the judge said of all records."""
    step: float
    """A small difference on the scale."""
    sign: int
    """-1 where a low score is good."""
    items: tuple[Item, ...]


def draw(
    store: RecordStore, comparison: Comparison, metric: str | None, records: int, seed: str
) -> Sample:
    """Draw records: the same for the same seed and number, and more for a larger number.

    Raises:
        UsageError: there is no such metric.
    """
    if metric is not None and metric not in store.metrics:
        raise UsageError(
            "label.metric", f"The results have no metric {metric!r}.", ", ".join(store.metrics)
        )
    place = store.metrics.index(metric) if metric is not None else None
    width = 1.0 if place is None else widths_of(store)[place] or 1.0
    strata: dict[int, list[tuple[bytes, float, tuple[Place, ...]]]] = defaultdict(list)
    total = 0.0
    for it in read_pairs(store, comparison.first, comparison.second):
        gain = it.overall
        if place is not None:
            gain = real(round(it.shares[place] * width, DECIMALS))
        if gain is None:
            continue
        judge = gain if place is not None else float((gain > 1e-9) - (gain < -1e-9))
        total += judge
        priority = hashlib.blake2b(f"{seed}:{it.place}".encode(), digest_size=8).digest()
        strata[_stratum(gain, it.shares)].append((priority, judge, it.lines))
    ordered = [sorted(strata[name]) for name in sorted(strata)]
    sizes = tuple(map(len, ordered))
    items = [
        Item(store.key(lines[-1]).hex(), lines, stratum, bool(priority[-1] & 1), judge)
        for stratum, wanted in enumerate(allocation(sizes, records))
        for priority, judge, lines in ordered[stratum][:wanted]
    ]
    items.sort(key=lambda it: hashlib.blake2b(f"{seed}{it.id}".encode()).digest())
    step = 1.0 if place is None else width / 4
    sign = 1 if place is None else store.signs[place]
    return Sample(sizes, total / max(1, sum(sizes)), step, sign, tuple(items))


def _stratum(gain: float, shares: Iterable[float]) -> int:
    """Return a number by what the judge said: 0 is clearly worse, 4 better, 5 both at once."""
    told = [it for it in shares if math.isfinite(it)]
    if any(it > 1e-9 for it in told) and any(it < -1e-9 for it in told):
        return 5
    return 2 if abs(gain) <= 1e-9 else (gain > 0) * 2 + (gain >= _CLEARLY) + (gain > -_CLEARLY)


def allocation(sizes: Sequence[int], records: int) -> list[int]:
    """Return how many records to draw of each stratum: half in proportion, half spread evenly."""
    total = sum(sizes)
    if records >= total:
        return list(sizes)
    wanted = [
        min(size, max(2, round(records * (0.5 * size / total + 0.5 / len(sizes)))))
        for size in sizes
    ]
    # What a small stratum can't give, or rounding left, the largest ones do.
    for place in sorted(range(len(sizes)), key=lambda it: -sizes[it]):
        more = min(sizes[place] - wanted[place], max(0, records - sum(wanted)))
        wanted[place] += more
    return wanted


# --- what the labels say --------------------------------------------------------------------------


@dataclass(frozen=True)
class JudgeAgreement:
    """How far judge and person agree, on the labelled records; intervals are of 95 %."""

    what: str
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Corrected:
    """The judge's gain, corrected by labels."""

    metric: str | None
    labels: int
    records: int
    judge: float
    """The gain by the judge alone, over all records."""
    gain: float
    low: float
    high: float
    """Its interval, of 95 % but for pilots."""
    weight: float
    """How much the judge's word counts: 0 not at all, 1 in full."""
    agreement: tuple[JudgeAgreement, ...]
    more_labels: int | None
    """How many more would probably decide; 0 where it is decided, None if no number would."""
    sentence: str


def correct_gain(
    sample: Sample, labels: LabelFile, names: tuple[str, str], confidence: float = CONFIDENCE
) -> Corrected:
    """Return the gain of all records, by the judge's scores and a person's labels.

    Raises:
        AnswerRejected: ``label.few``, there are too few labels.
    """
    pairs = [
        (it.stratum, it.judge, sample.sign * said)
        for it in sample.items
        if (said := _said(it, labels)) is not None
    ]
    if len(pairs) < FEWEST:
        raise AnswerRejected(
            "label.few",
            f"There are {plural(len(pairs), 'label')} for this run; at least {FEWEST} are needed.",
            "`evalbook label` continues where you left off.",
        )
    gain, error, weight, rest = estimate_gain(sample.sizes, sample.mean, pairs, sample.step)
    freedom = max(1, len(pairs) - len({stratum for stratum, *_ in pairs}))
    reach = compute_student_quantile(freedom, (1 + confidence) / 2)
    low, high = gain - reach * error, gain + reach * error
    more = 0 if low > 0 or high < 0 else _more(gain, error, rest, len(pairs), confidence)
    agreement = _agreement([(judge, said) for _, judge, said in pairs], labels.metric is None)
    found = Corrected(
        labels.metric, len(pairs), sum(sample.sizes), sample.mean, gain, low, high, weight,
        agreement, more, "",
    )  # fmt: skip
    return replace(found, sentence=_sentence(found, names, confidence))


def _said(item: Item, labels: LabelFile) -> float | None:
    answer = labels.answers.get(item.id)
    if isinstance(answer, tuple) and labels.metric is not None:
        first, second = reversed(answer) if item.flipped else answer
        return second - first
    if isinstance(answer, str) and labels.metric is None:
        return 0.0 if answer == "same" else 1.0 if (answer == "2") != item.flipped else -1.0
    return None


def estimate_gain(
    sizes: Sequence[int], mean: float, pairs: Sequence[tuple[int, float, float]], step: float
) -> tuple[float, float, float, float]:
    """Return the corrected mean, its standard error, the judge's weight, and the labels' variance.

    Args:
        sizes: records in each stratum.
        mean: of what the judge said of all records.
        pairs: of each labelled record its stratum, what the judge said and what the person said.
        step: a small difference; as if one more label were off by it, where all labels agree.
    """
    strata = _merged(sizes, pairs)
    total = sum(size for size, _ in strata)
    n = len(pairs)
    parts = []
    for size, them in strata:
        judged, said = [it[1] for it in them], [it[2] for it in them]
        scale = (size / total) ** 2 * (1 - len(them) / size) / len(them)
        parts.append((size / total, scale, judged, said))
    shared = sum(scale * _covariance(a, b) for _, scale, a, b in parts)
    spread = sum(scale * _covariance(a, a) for _, scale, a, _ in parts)
    weight = min(1.0, max(0.0, shared / spread)) if spread > 0 else 1.0
    gain = weight * mean
    mistakes = second = first = 0.0
    for share, scale, judged, said in parts:
        off = [y - weight * f for f, y in zip(judged, said, strict=True)]
        gain += share * sum(off) / len(off)
        mistakes += scale * max(_covariance(off, off), step**2 / (n + 1))
        first += share * sum(said) / len(said)
        second += share * sum(y * y for y in said) / len(said)
    of_records = max(second - first**2, step**2 / (n + 1)) / max(1, total - 1)
    return gain, math.sqrt(of_records + mistakes), weight, mistakes


def _merged(
    sizes: Sequence[int], pairs: Sequence[tuple[int, float, float]]
) -> list[tuple[int, list[tuple[int, float, float]]]]:
    """Return strata with their labels; one with fewer than two joins the one before it."""
    by_stratum: dict[int, list[tuple[int, float, float]]] = defaultdict(list)
    for pair in pairs:
        by_stratum[pair[0]].append(pair)
    found: list[tuple[int, list[tuple[int, float, float]]]] = []
    left, waiting = 0, list[tuple[int, float, float]]()
    for stratum, size in enumerate(sizes):
        left, waiting = left + size, waiting + by_stratum[stratum]
        if len(waiting) >= min(2, left) and waiting:
            found.append((left, waiting))
            left, waiting = 0, []
    if left and found:
        size, them = found.pop()
        found.append((size + left, them + waiting))
    return found


def _covariance(a: Sequence[float], b: Sequence[float]) -> float:
    return covariance(a, b) if len(a) > 1 else 0.0


def _more(gain: float, error: float, mistakes: float, labels: int, confidence: float) -> int | None:
    """Return how many more labels like those so far would decide, four times out of five."""
    normal = NormalDist()
    reach = normal.inv_cdf((1 + confidence) / 2) + normal.inv_cdf(0.8)
    room = (gain / reach) ** 2 - (error**2 - mistakes)
    if room <= 0:
        return None
    return max(1, math.ceil(labels * mistakes / room) - labels)


def _agreement(pairs: Sequence[tuple[float, float]], choices: bool) -> tuple[JudgeAgreement, ...]:
    from scipy.stats import binomtest, rankdata

    if choices:
        same = binomtest(sum(a == b for a, b in pairs), len(pairs))
        low, high = map(float, same.proportion_ci(CONFIDENCE, "wilson"))
        return (JudgeAgreement("same answer", float(same.statistic), low, high), _kappa(pairs))
    judged, said = zip(*pairs, strict=True)
    ranks = rankdata(judged).tolist(), rankdata(said).tolist()
    return (
        _correlation("correlation (Pearson)", judged, said, 1.0),
        _correlation("rank correlation (Spearman)", *ranks, 1.06),
    )


def _kappa(pairs: Sequence[tuple[float, float]]) -> JudgeAgreement:
    """Return Cohen's kappa, with the error of Fleiss, Cohen and Everitt (1969)."""
    n = len(pairs)
    cells = Counter(pairs)
    rows, columns = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    kinds = {*rows, *columns}
    seen = sum(cells[it, it] for it in kinds) / n
    chance = sum(rows[it] * columns[it] for it in kinds) / n**2
    if chance >= 1:
        return JudgeAgreement("Cohen's kappa", None, None, None)
    kappa = (seen - chance) / (1 - chance)
    a = sum(
        cells[it, it] / n * (1 - (rows[it] + columns[it]) / n * (1 - kappa)) ** 2 for it in kinds
    )
    b = (1 - kappa) ** 2 * sum(
        cells[i, j] / n * ((columns[i] + rows[j]) / n) ** 2 for i in kinds for j in kinds if i != j
    )
    c = (kappa - chance * (1 - kappa)) ** 2
    half = 1.96 * math.sqrt(max(0.0, a + b - c) / n) / (1 - chance)
    return JudgeAgreement("Cohen's kappa", kappa, max(-1.0, kappa - half), min(1.0, kappa + half))


def _correlation(what: str, a: Sequence[float], b: Sequence[float], wider: float) -> JudgeAgreement:
    """Return a correlation with Fisher's interval."""
    spread = math.sqrt(_covariance(a, a) * _covariance(b, b))
    if not spread or len(a) < 4:
        return JudgeAgreement(what, None, None, None)
    value = max(-1.0, min(1.0, _covariance(a, b) / spread))
    inside = max(-0.9999999, min(0.9999999, value))
    half = 1.96 * math.sqrt(wider / (len(a) - 3))
    ends = (math.tanh(math.atanh(inside) + it) for it in (-half, half))
    return JudgeAgreement(what, value, *ends)


def _sentence(it: Corrected, names: tuple[str, str], confidence: float) -> str:
    what = "net preference (better less worse)" if it.metric is None else f"gain on {it.metric}"
    first, second = map(the, names)
    opening = (
        f"By {plural(it.labels, 'label')} of {it.records:,} records, the {what} of {second} "
        f"against {first} is {signed(it.gain)} ({percent(confidence)} interval "
        f"{between(it.low, it.high)}); by the judge alone, it is {signed(it.judge)}."
    )
    said = [opening]
    told = [
        f"{one.what} {plain(one.value, 2)} ({between(one.low, one.high, sign=False)})"
        for one in it.agreement
        if one.value is not None
    ]
    if told:
        said.append(f"Judge and person, on the labelled records: {', '.join(told)}.")
    if it.more_labels is None:
        said.append("No number of labels would decide: there are too few records.")
    elif it.more_labels:
        said.append(f"About {it.more_labels:,} more labels would decide.")
    return " ".join(said)
