from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

import pytest
from interviews import answered_until
from pipelines import PACKAGE
from shown import in_words

from evalbook.aws.session import Aws
from evalbook.runs.documents import build_results_document
from evalbook.runs.find import Target
from evalbook.runs.report import read_report
from evalbook.runs.store import Place, RecordStore
from evalbook.runs.table import UNSEEN_CATEGORY, report_csv, report_parts
from evalbook.runs.training_prompts import add_unseen
from evalbook.workflow.turn import as_document

SEEN_IT_ALL = PACKAGE.replace("support-bot/2", "seen-it-all/1")
LEFT_OUT = (
    "Without the 10 records with prompts from the training data of seen-it-all-sft-1, on which a"
    " model scores better than on new ones. The fine-tuned model"
)


@pytest.mark.parametrize(
    ("base", "package", "overlap", "added"),
    [
        (True, SEEN_IT_ALL, "keep", True),
        (False, SEEN_IT_ALL, "keep", True),
        (True, PACKAGE, "keep", False),
        (True, SEEN_IT_ALL, "without", False),
    ],
    ids=["both", "alone", "another model", "left out before"],
)
def test_results_are_given_with_and_without_prompts_of_the_training_data(
    evaluated: Callable[..., str],
    live_aws: Aws,
    base: bool,
    package: str,
    overlap: str,
    added: bool,
) -> None:
    workflow, _ = answered_until(
        None, model="seen-it-all", training_data="yes", training_overlap=overlap
    )
    with RecordStore() as store:
        arn = evaluated("seen", base=base, package=package)
        report = read_report(live_aws, [Target(arn)], store)
        add_unseen(live_aws, report, workflow.interview)
        document = as_document(build_results_document(report))["unseen"]
        words = in_words(report_parts(report))

        assert (document is not None) == added
        assert (LEFT_OUT in words) == added
        assert (UNSEEN_CATEGORY in report_csv(report)) == (added and base)
        if not added:
            return
        (part,) = document["comparisons" if base else "alone"]
        assert (document["training_job"], document["prompts"]) == ("seen-it-all-sft-1", 10)
        assert part["left_out"] == 10
        assert part["paired_records" if base else "records"] == 50
        assert f"{LEFT_OUT.rpartition('. ')[2]} a" in part["headline"]
        scores: dict[str, list[float | None]] = defaultdict(list)
        for arm in store.arms:
            for number in range(1, arm.records + 1):
                record = store.record(Place(arm.number, number))
                scores[record.prompt].append(record.scores["Correctness"].value)
        scored = [
            them[-1]
            for prompt, them in scores.items()
            if not re.search(r"Case (4[1-9]|50):", prompt) and None not in them
        ]
        (row,) = [it for it in part["metrics"] if it["metric"] == "Correctness"]
        mean = sum(filter(None, scored)) / len(scored)
        assert row["second" if base else "mean"] == pytest.approx(mean)


def test_beside_another_model_only_the_models_own_comparison_is_given_again(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    workflow, _ = answered_until(
        None, model="seen-it-all", training_data="yes", training_overlap="keep"
    )
    with RecordStore() as store:
        runs = [
            Target(evaluated("other", package=PACKAGE)),
            Target(evaluated("seen", package=SEEN_IT_ALL)),
        ]
        report = read_report(live_aws, runs, store)
        add_unseen(live_aws, report, workflow.interview)

        assert report.unseen is not None
        names = [(it.first, it.second) for it in report.unseen.comparisons]
        assert names
        assert all("seen" in first + second for first, second in names), names
        assert len(names) < len(report.comparisons)
