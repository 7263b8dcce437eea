"""Whether a container image is there, asked as whoever pulls it would ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalbook.aws.session import NO_HELP, Aws, AwsInvalid, AwsMissing, unchecked
from evalbook.checks import Check, passed, skipped
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.texts import joined, nearest

if TYPE_CHECKING:
    from mypy_boto3_ecr.type_defs import ImageIdentifierTypeDef


def look_for_image(aws: Aws, image: str) -> Check:
    """Ask Amazon ECR for an image, given by its URI; without a tag it is that of ``latest``.

    BatchGetImage is what pulling takes, so that another account, such as AWS's own, that lets an
    image be pulled lets it be asked for.

    Raises:
        AnswerRejected: ``image.missing``, the repository or the image is not there.
    """
    host, _, path = image.partition("/")
    account, region = host.split(".")[0], host.split(".")[3]
    repository, _, tag = path.partition(":")
    wanted: ImageIdentifierTypeDef = {"imageTag": tag or "latest"}
    try:
        found = aws.client("ecr", region).batch_get_image(
            registryId=account, repositoryName=repository, imageIds=[wanted]
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
            f"The repository {repository} of account {account} has no image {wanted['imageTag']} "
            f"in {region}.",
            _other_tags(aws, region, account, repository, wanted["imageTag"]),
        )
    if not found.get("images"):
        return skipped(
            "image.there",
            f"Could not check whether the image {image} exists: ECR says "
            f"{failures[0] if failures else 'nothing about it'}.",
        )
    return passed("image.there", f"The image {image} exists.")


def _other_tags(aws: Aws, region: str, account: str, repository: str, tag: str) -> str:
    try:
        page = aws.client("ecr", region).list_images(
            registryId=account, repositoryName=repository, filter={"tagStatus": "TAGGED"}
        )
    except (*NO_HELP, AwsInvalid):
        return "Check its tag."
    tags = [str(it["imageTag"]) for it in page["imageIds"] if it.get("imageTag")]
    near = nearest(tag, tags, cutoff=0.5) or sorted(tags)[-3:]
    return f"There is {joined(near)}." if near else "Check its tag."
