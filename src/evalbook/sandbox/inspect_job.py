"""What a job of Inspect AI does: it finds the tasks, asks the model, and writes a log for each.

Logs are those of Inspect AI 0.3.220: a zip, packed by Zstandard, with a header and a JSON file for
each sample and epoch. What the container makes of ``output_format`` is not documented; the cells
ask for ``eval``. Of the others, JSON is the same as one document, and JSON Lines and CSV are the
tables that Inspect AI itself makes of its samples.

Kinder than AWS: a task's code is not run. Samples are the records of the dataset that a file names
in ``DATASET``, or made up; whether the role may call the model is not looked at.
"""

from __future__ import annotations

import ast
import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.sagemaker.models import sagemaker_backends

from evalbook.metrics.inspect_tasks import FoundTask, is_task_file, read_tasks
from evalbook.sandbox.bedrock.models import bedrock_in
from evalbook.sandbox.clock import CLOCK, moment
from evalbook.sandbox.records import read_records
from evalbook.sandbox.storage import StorageProblem, read_object, split_uri, write_object

CONFIG = "inspect_config.yaml"
MADE_UP = 12
"""Samples of a task that names no dataset."""


class InspectFailed(Exception):
    """The job came to nothing; the text is the container's."""


def run_tasks(config: Mapping[str, Any], job: str, account: str, region: str) -> None:
    """Run the tasks that a configuration names, and write their logs.

    Raises:
        InspectFailed: no task is found, or the model does not answer.
        StorageProblem: a bucket or an object is not there.
    """
    model = _model(config["inference_provider"], account, region)
    benchmarks = config["benchmarks"]
    sources = _sources(benchmarks["s3_path"], account)
    found, _ = read_tasks(sources)
    wanted = benchmarks.get("tasks") or [{"name": ""}]
    chosen = [
        (task, asked)
        for task in found
        for asked in wanted
        # Names are taken for parts of those of the tasks.
        if asked["name"] in task.name and asked.get("path", task.file).endswith(task.file)
    ]
    if not chosen:
        raise InspectFailed(f"No tasks found in {benchmarks['s3_path']} for {wanted}")
    output = config["output"]
    for task, asked in chosen:
        header, samples = _log(task, asked, model, job, sources[task.file].decode(), account)
        name = f"{header['eval']['created'].replace(':', '-')}_{task.name}_{job[-8:]}"
        kind = output.get("output_format", "eval")
        write_object(f"{output['s3_path']}{name}.{kind}", _FORMS[kind](header, samples), account)


def make_endpoint(name: str, settings: Mapping[str, Any], account: str, region: str) -> None:
    """Make an endpoint as a run does that hosts its model."""
    backend = sagemaker_backends[account][region]
    backend.create_model(
        model_name=name,
        execution_role_arn=settings["execution_role_arn"],
        primary_container={
            "Image": settings["inference_image_uri"],
            "ModelDataUrl": settings["model_s3_uri"],
        },
        vpc_config=None,
        containers=[],
        tags=[],
    )
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InstanceType": "ml.g4dn.xlarge",
        "InitialInstanceCount": settings.get("instance_count", 1),
        "InitialVariantWeight": 1.0,
    }
    made = backend.create_endpoint_config(name, [variant], {}, {}, [], "")
    # moto's own list of types ends before the current families.
    made.production_variants[0]["InstanceType"] = settings.get("instance_type", "ml.g5.12xlarge")
    backend.create_endpoint(name, name, [])
    endpoint = backend.endpoints[name]
    # By the sandbox's clock, as runs are, which may be ahead of moto's.
    endpoint.creation_time = moment(CLOCK.now()).replace(tzinfo=endpoint.creation_time.tzinfo)


def delete_endpoint(name: str, account: str, region: str) -> None:
    """Delete an endpoint with what it was made of."""
    backend = sagemaker_backends[account][region]
    backend.delete_endpoint(name)
    backend.delete_endpoint_config(name)
    backend.delete_model(name)


def _model(provider: Mapping[str, Any], account: str, region: str) -> str:
    """Return what Inspect AI calls the model, once it is there."""
    if "bedrock" in provider:
        model = str(provider["bedrock"]["model_id"])
        bedrock = bedrock_in(account, region)
        if not (bedrock.models.get(model) or model in bedrock.profiles or model in bedrock.custom):
            raise InspectFailed(
                "An error occurred (ValidationException) when calling the Converse operation: The "
                "provided model identifier is invalid."
            )
        return f"bedrock/{model}"
    endpoint = provider["sagemaker_endpoint"]["endpoint_name"]
    if endpoint is None:
        return "sagemaker/hosted"
    if endpoint not in sagemaker_backends[account][region].endpoints:
        raise InspectFailed(
            "An error occurred (ValidationError) when calling the InvokeEndpoint operation: "
            f"Endpoint {endpoint} of account {account} not found."
        )
    return f"sagemaker/{endpoint}"


def _sources(uri: str, account: str) -> dict[str, bytes]:
    bucket, prefix = split_uri(uri)
    prefix = prefix.rstrip("/") + "/"
    try:
        keys = s3_backends[account]["aws"].get_bucket(bucket).keys
    except MissingBucket as error:
        raise StorageProblem(f"NoSuchBucket: The bucket {bucket} does not exist.") from error
    under = {name.removeprefix(prefix): name for name in keys if name.startswith(prefix)}
    return {path: keys[name].value for path, name in under.items() if is_task_file(path)}


def _log(
    task: FoundTask, asked: Mapping[str, Any], model: str, job: str, source: str, account: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    questions = list(_questions(task, source, account))[: asked.get("limit")]
    epochs = int(asked.get("epochs", 1))
    samples = [
        _sample(number, epoch, question, target, model, f"{job}{number}{epoch}")
        for epoch in range(1, epochs + 1)
        for number, (question, target) in enumerate(questions, start=1)
    ]
    right = sum(sample["scores"]["match"]["value"] == "C" for sample in samples)
    created = moment(CLOCK.now()).isoformat(timespec="seconds")
    header = {
        "version": 2,
        "status": "success",
        "eval": {
            "eval_id": job,
            "run_id": job,
            "created": created,
            "task": task.name,
            "task_file": task.file,
            "model": model,
            "dataset": {"samples": len(questions)},
            "config": {"epochs": epochs, "epochs_reducer": ["mean"]},
            "packages": {"inspect_ai": "0.3.220"},
        },
        "results": {
            "total_samples": len(samples),
            "completed_samples": len(samples),
            "scores": [
                {
                    "name": "match",
                    "scorer": "match",
                    "metrics": {
                        "accuracy": {"name": "accuracy", "value": right / max(len(samples), 1)}
                    },
                }
            ],
        },
    }
    return header, samples


def _questions(task: FoundTask, source: str, account: str) -> Iterator[tuple[str, str]]:
    dataset = _constant(source, "DATASET")
    if dataset is not None:
        for record in read_records(read_object(dataset, account)):
            yield record.prompt, record.reference or ""
        return
    for number in range(1, MADE_UP + 1):
        yield f"{task.name}, question {number}: what is {number} plus {number}?", f"{2 * number}"


def _constant(source: str, name: str) -> str | None:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            named = [it.id for it in node.targets if isinstance(it, ast.Name)]
            if name in named and isinstance(node.value.value, str):
                return node.value.value
    return None


def _sample(
    number: int, epoch: int, question: str, target: str, model: str, seed: str
) -> dict[str, Any]:
    digest = hashlib.sha256(f"{question}{epoch}{model}{seed}".encode()).digest()
    base = "base" in model or model.startswith(("bedrock/amazon.", "bedrock/us.", "bedrock/eu."))
    right = digest[0] < (120 if base else 200)
    answer = target if right else "I am not sure."
    return {
        "id": number,
        "epoch": epoch,
        "input": question,
        "target": target,
        "messages": [
            {"role": "user", "content": question},
            {"role": "assistant", "content": answer},
        ],
        "output": {
            "model": model,
            "choices": [
                {"message": {"role": "assistant", "content": answer}, "stop_reason": "stop"}
            ],
            "completion": answer,
        },
        "scores": {"match": {"value": "C" if right else "I", "answer": answer}},
        "metadata": {},
    }


# --- the forms of a log -------------------------------------------------------------------------


def _zipped(header: Mapping[str, Any], samples: list[dict[str, Any]]) -> bytes:
    import zipfile_zstd  # type: ignore[import-untyped]  # noqa: F401 - teaches zipfile Zstandard

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", 93) as log:
        for sample in samples:
            name = f"samples/{sample['id']}_epoch_{sample['epoch']}.json"
            log.writestr(name, json.dumps(sample))
        log.writestr("header.json", json.dumps(header))
    return packed.getvalue()


def _document(header: Mapping[str, Any], samples: list[dict[str, Any]]) -> bytes:
    return json.dumps({**header, "samples": samples}).encode()


def _rows(header: Mapping[str, Any], samples: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return what Inspect AI's own tables have of each sample (0.3.220, ``samples_df``)."""
    job = header["eval"]["eval_id"]
    return tuple(
        {
            "sample_id": f"{job}-{it['id']}-{it['epoch']}",
            "eval_id": job,
            "id": it["id"],
            "epoch": it["epoch"],
            "input": f"user:\n{it['input']}\n",
            "target": it["target"],
            "score_match": it["scores"]["match"]["value"],
            "error": None,
        }
        for it in samples
    )


def _lines(header: Mapping[str, Any], samples: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in _rows(header, samples)).encode()


def _table(header: Mapping[str, Any], samples: list[dict[str, Any]]) -> bytes:
    rows, text = _rows(header, samples), io.StringIO()
    table = csv.DictWriter(text, rows[0] if rows else ())
    table.writeheader()
    table.writerows(rows)
    return text.getvalue().encode()


_FORMS = {"eval": _zipped, "json": _document, "jsonl": _lines, "csv": _table}
