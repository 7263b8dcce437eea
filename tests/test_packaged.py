from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

import evalbook
from evalbook.aws.arns import KINDS
from evalbook.aws.hub_models import NOVA
from evalbook.aws.images import IMAGES
from evalbook.aws.instances import GPUS
from evalbook.aws.permissions import ACTIONS
from evalbook.aws.policies import GRANTS
from evalbook.aws.refusals import CODES
from evalbook.metrics.benchmarks import KEPT
from evalbook.metrics.builtin import METRICS
from evalbook.metrics.custom_text import LIMITS
from evalbook.packaged import DataFile, read_packaged
from evalbook.runs.causes import CAUSES
from evalbook.workflow.replies.places import PLACES
from evalbook.workflow.replies.vocabulary import VOCABULARY

FILES = [
    ACTIONS, CAUSES, CODES, GPUS, GRANTS, IMAGES, KEPT, KINDS, LIMITS, METRICS, NOVA, PLACES,
    VOCABULARY,
]  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda it: it.name)
def test_a_data_file_has_the_form_that_is_declared_and_states_source_and_date(file):
    text = read_packaged(file.name)

    msgspec.json.decode(text, type=file.form)
    about = json.loads(text)
    assert '"source"' in text
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", about["read"])


def test_every_data_file_is_held_against_its_form():
    package = Path(evalbook.__file__).parent

    assert {file.name for file in FILES} == {
        str(path.relative_to(package))
        for path in package.rglob("*.json")
        if path.parent.name != "examples"
    }


def test_a_missing_data_file_is_an_error():
    with pytest.raises(FileNotFoundError):
        _ = DataFile("metrics/nowhere.json", dict).facts
