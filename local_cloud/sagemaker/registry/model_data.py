"""Check that what an inference specification points to is there, as AWS does when a model package is created."""

from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from local_cloud.sagemaker import aws_clients
from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.errors import validation_error

Specification = dict[str, Any]


def with_etags(specification: Specification, call: Call) -> Specification:
    """Return the specification with the ETag of each container's model data.

    Raises:
        SageMakerError: a container's ModelDataUrl or S3 model data source does not exist.
    """
    return {**specification, "Containers": [_container(item, call) for item in specification["Containers"]]}


def _container(container: dict[str, Any], call: Call) -> dict[str, Any]:
    source = container.get("ModelDataSource", {}).get("S3DataSource", {})
    if source.get("S3DataType") == "S3Prefix":
        _prefix(source["S3Uri"], call)
        return container
    url = container.get("ModelDataUrl") or source.get("S3Uri")
    return {**container, "ModelDataETag": _object(url, call)} if url else container


def _object(url: str, call: Call) -> str:
    bucket, key = _split(url)
    try:
        return str(aws_clients.of_account(call, "s3").head_object(Bucket=bucket, Key=key)["ETag"]).strip('"')
    except ClientError as error:
        raise _missing(url) from error


def _prefix(url: str, call: Call) -> None:
    bucket, key = _split(url)
    try:
        found = aws_clients.of_account(call, "s3").list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)["KeyCount"]
    except ClientError as error:
        raise _missing(url) from error
    if not found:
        raise _missing(url)


def _split(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.path.strip("/"):
        raise validation_error(f"Could not find model data at {url}: it is not of the form s3://bucket/key.")
    return parts.netloc, parts.path.lstrip("/")


def _missing(url: str) -> Exception:
    return validation_error(f"Could not find model data at {url}.")
