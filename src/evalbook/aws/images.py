"""Container images: Inspect AI's own, and those that host a model."""

from __future__ import annotations

import re
from typing import TypedDict

from evalbook.aws.regions import is_region
from evalbook.aws.session import NO_HELP, Aws, AwsMissing, try_asking, unchecked
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.packaged import DataFile
from evalbook.texts import joined, nearest

# _ECR_URI_PATTERN of the SDK, which knows neither China's suffix nor digests.
_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/"
    r"[a-z0-9._/-]+(:[a-zA-Z0-9._-]+)?"
)


class _Images(TypedDict):
    account: str
    repository: str
    regions: list[str]
    """Where AWS says that the container is offered."""
    image_regions: list[str]
    nova_accounts: dict[str, str]
    """By region, for the image that hosts a Nova model."""


IMAGES = DataFile("data/inspect_ai.json", _Images)


def check_container(aws: Aws, region: str) -> list[Check]:
    """Check Inspect AI's container in a region: whether it is offered, and its image there.

    Raises:
        AnswerRejected: the SDK knows no image there, or ECR has none.
    """
    known = IMAGES.facts
    listed = ", ".join(known["regions"])
    if region not in known["image_regions"]:
        raise AnswerRejected(
            "inspect.region",
            f"The SDK has no Inspect AI container image for {region}.",
            f"Evaluate in one of {listed}.",
        )
    offered = passed("inspect.region", f"The Inspect AI container is available in {region}.")
    if region not in known["regions"]:
        offered = warning(
            "inspect.region",
            f"AWS lists {listed} for the Inspect AI container, but not {region}, although the SDK "
            "has an image there.",
            "To be sure, evaluate in one of those.",
        )
    image = f"{known['account']}.dkr.ecr.{region}.amazonaws.com/{known['repository']}"
    return [offered, _look_for_image(aws, image)]


def choose_nova_image(region: str) -> str | None:
    """Return the image that hosts a Nova model in a region, as the SDK knows it."""
    account = IMAGES.facts["nova_accounts"].get(region)
    return (
        account
        and f"{account}.dkr.ecr.{region}.amazonaws.com/nova-inference-repo:SM-Inference-latest"
    )


def check_image(aws: Aws, text: str, region: str) -> tuple[str, Check]:
    """Check the image that hosts a model.

    Raises:
        AnswerRejected: ``image.form``, ``image.region`` or ``image.missing``.
    """
    text = text.strip()
    found = _IMAGE.fullmatch(text)
    if found is None:
        raise AnswerRejected(
            "image.form",
            f'"{text[:120]}" is not an image that the SDK accepts.',
            "Give one such as "
            "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.36.0-lmi.",
        )
    if found["region"] != region:
        known = "" if is_region(found["region"]) else ", which is not a region"
        raise AnswerRejected(
            "image.region",
            f"The image is in {found['region']}{known}; the endpoint would be in {region}.",
            f"Give {text.replace(found['region'], region, 1)}, if it exists.",
        )
    return text, _look_for_image(aws, text)


def _look_for_image(aws: Aws, image: str) -> Check:
    """Ask Amazon ECR for an image, given by its URI; without a tag it is that of ``latest``.

    Pulling takes BatchGetImage: whoever may pull an image, of AWS's own account for example, may
    ask for it too.
    """
    host, _, path = image.partition("/")
    account, _, _, region, *_ = host.split(".")
    repository, _, tag = path.partition(":")
    tag = tag or "latest"
    try:
        found = aws.client("ecr", region).batch_get_image(
            registryId=account, repositoryName=repository, imageIds=[{"imageTag": tag}]
        )
    except AwsMissing:
        raise AnswerRejected(
            "image.missing",
            f"There is no repository {repository} in the registry of account {account} in "
            f"{region}.",
            "Check the image's account, region and name.",
        ) from None
    except (*NO_HELP, AwsUnavailable) as error:
        # A closed network may let SageMaker through, and not ECR.
        if not isinstance(error, NO_HELP) and error.code != "no_network":
            raise
        grant = "ecr:BatchGetImage to yourself and to the role"
        return unchecked("image.there", f"whether the image {image} exists", error, grant)
    failures = [it.get("failureCode") for it in found.get("failures") or ()]
    if "ImageNotFound" in failures:
        raise AnswerRejected(
            "image.missing",
            f"The repository {repository} of account {account} has no image {tag} in {region}.",
            _suggest_tags(aws, region, account, repository, tag),
        )
    if found.get("images"):
        return passed("image.there", f"The image {image} exists.")
    said = failures[0] if failures else "nothing about it"
    text = f"Could not check whether the image {image} exists: ECR says {said}."
    return skipped("image.there", text)


def _suggest_tags(aws: Aws, region: str, account: str, repository: str, tag: str) -> str:
    page = try_asking(
        lambda: aws.client("ecr", region).list_images(
            registryId=account, repositoryName=repository, filter={"tagStatus": "TAGGED"}
        )
    )
    found = page["imageIds"] if page else ()
    tags = [it["imageTag"] for it in found if it.get("imageTag")]
    near = nearest(tag, tags, cutoff=0.5) or sorted(tags)[-3:]
    return f"It has {joined(near)}." if near else "Check its tag."
