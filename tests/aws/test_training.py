"""Whether multi-turn RL trained a package: cheaply, thoroughly, and honest about what is unseen."""

from dataclasses import replace
from typing import Any

import boto3
import pytest

from evalbook.aws import training
from evalbook.aws.model_packages import ModelPackage, resolve_package
from evalbook.aws.session import Aws
from evalbook.aws.training import find_training
from evalbook.sandbox import world

pytestmark = pytest.mark.usefixtures("in_sandbox")


def a_package(group: str = "travel-agent", **changes: Any) -> ModelPackage:
    package = resolve_package(Aws(), group).package
    assert package is not None
    return replace(package, **changes)


def without_recipe(package: ModelPackage) -> ModelPackage:
    assert package.base_model is not None
    return replace(package, base_model=replace(package.base_model, recipe=None))


def questions(sandbox: Any, package: ModelPackage) -> list[str]:
    before = len(sandbox.calls())
    find_training(Aws(), package)
    return [call["operation"] for call in sandbox.calls()[before:]]


def test_the_job_that_is_known_is_asked_first_and_alone(in_sandbox):
    package = a_package(training_job=world.AGENT_TRAINING_JOB)

    assert questions(in_sandbox, package) == ["DescribeJob"]


def test_only_jobs_that_ran_when_the_package_was_made_are_looked_at(in_sandbox):
    other = a_package("medical-notes")

    assert questions(in_sandbox, other) == ["ListJobs", "GetCallerIdentity"]
    found = find_training(Aws(), without_recipe(a_package()))
    assert found.job is not None
    assert (found.job.job, found.job.qualifier) == (world.AGENT_TRAINING_JOB, "PROD")


def test_another_jobs_name_does_not_count():
    package = a_package("medical-notes", training_job=world.AGENT_TRAINING_JOB)

    found = find_training(Aws(), package)

    assert found.trained is False


def test_a_recipe_of_another_technique_settles_it():
    package = a_package("medical-notes")
    assert package.base_model is not None
    base = replace(package.base_model, recipe=f"{package.base_model.name}-sft")

    found = find_training(Aws(), replace(package, base_model=base))

    assert (found.trained, found.how) == (False, "Its recipe is one of SFT.")


def test_a_recipe_that_the_hub_does_not_have_settles_nothing():
    package = a_package()
    assert package.base_model is not None
    base = replace(package.base_model, recipe="of-yesterday")

    assert find_training(Aws(), replace(package, base_model=base)).job is not None


def test_jobs_of_another_account_are_not_taken_for_none():
    found = find_training(Aws(), a_package("medical-notes", account="999999999999"))

    assert found.trained is None
    assert found.how == "The jobs in account 999999999999 can't be seen from here."


def test_jobs_that_may_not_be_looked_at_are_counted(in_sandbox):
    in_sandbox.fail("sagemaker:DescribeJob", "AccessDeniedException")

    found = find_training(Aws(), without_recipe(a_package()))

    assert found.trained is None
    assert found.how == "1 of 1 multi-turn RL training jobs can't be read."


def test_beyond_the_bound_it_is_said_how_many_were_looked_at(monkeypatch):
    monkeypatch.setattr(training, "MOST_JOBS", 0)

    found = find_training(Aws(), without_recipe(a_package()))

    assert found.trained is None
    assert found.how == ("None of the 0 newest multi-turn RL training jobs of that time made it.")


def test_list_jobs_is_one_that_boto3_can_page_through():
    assert boto3.client("sagemaker").can_paginate("list_jobs")
