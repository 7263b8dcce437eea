"""What is asked of AWS, one module a subject; the only place that knows boto3.

Whatever takes an `Aws` raises `AwsUnavailable` where AWS could not be asked. What else a function
raises, it says.

A subject is loaded when it is first named (``aws.s3``): most turns ask AWS nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evalbook.aws import (
        agents as agents,
    )
    from evalbook.aws import (
        answering as answering,
    )
    from evalbook.aws import (
        arns as arns,
    )
    from evalbook.aws import (
        base_models as base_models,
    )
    from evalbook.aws import (
        evaluators as evaluators,
    )
    from evalbook.aws import (
        found as found,
    )
    from evalbook.aws import (
        gpus as gpus,
    )
    from evalbook.aws import (
        group_offer as group_offer,
    )
    from evalbook.aws import (
        hub_models as hub_models,
    )
    from evalbook.aws import (
        identity as identity,
    )
    from evalbook.aws import (
        judges as judges,
    )
    from evalbook.aws import (
        key_rights as key_rights,
    )
    from evalbook.aws import (
        kms as kms,
    )
    from evalbook.aws import (
        mlflow as mlflow,
    )
    from evalbook.aws import (
        model_packages as model_packages,
    )
    from evalbook.aws import (
        own_instances as own_instances,
    )
    from evalbook.aws import (
        package_answers as package_answers,
    )
    from evalbook.aws import (
        permissions as permissions,
    )
    from evalbook.aws import (
        quotas as quotas,
    )
    from evalbook.aws import (
        recipes as recipes,
    )
    from evalbook.aws import (
        regions as regions,
    )
    from evalbook.aws import (
        registry as registry,
    )
    from evalbook.aws import (
        roles as roles,
    )
    from evalbook.aws import (
        rollout_training as rollout_training,
    )
    from evalbook.aws import (
        s3 as s3,
    )
    from evalbook.aws import (
        s3_names as s3_names,
    )
    from evalbook.aws import (
        s3_search as s3_search,
    )
    from evalbook.aws import (
        s3_uris as s3_uris,
    )
    from evalbook.aws import (
        session as session,
    )
    from evalbook.aws import (
        tags as tags,
    )
    from evalbook.aws import (
        task_folders as task_folders,
    )
    from evalbook.aws import (
        training_data as training_data,
    )
    from evalbook.aws import (
        vpc as vpc,
    )
else:

    def __getattr__(name):
        from importlib import import_module

        if name.startswith("_"):
            raise AttributeError(name)
        return import_module(f"{__name__}.{name}")
