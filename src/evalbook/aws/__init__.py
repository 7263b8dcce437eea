"""What is asked of AWS, one module a subject; the only place that knows boto3.

Whatever takes an `Aws` raises `AwsUnavailable` where AWS could not be asked, and `AnswerRejected`
where what a person named can't be used, or AWS's answer was no (by one of `session.REFUSED`). What
else a function raises, or makes of a no, it says.

A subject is loaded when it is first named (``aws.s3``): most turns ask AWS nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalbook.aws import (
        agents as agents,
        answering as answering,
        arns as arns,
        base_models as base_models,
        found as found,
        hub_models as hub_models,
        identity as identity,
        images as images,
        instances as instances,
        judges as judges,
        kms as kms,
        mlflow as mlflow,
        model_packages as model_packages,
        own_instances as own_instances,
        permissions as permissions,
        quotas as quotas,
        recipes as recipes,
        regions as regions,
        registry as registry,
        roles as roles,
        s3 as s3,
        s3_search as s3_search,
        s3_uris as s3_uris,
        s3_writes as s3_writes,
        session as session,
        tags as tags,
        task_folders as task_folders,
        training as training,
        vpc as vpc,
    )
else:

    def __getattr__(name):
        from importlib import import_module

        if name.startswith("_"):
            raise AttributeError(name)
        return import_module(f"{__name__}.{name}")
