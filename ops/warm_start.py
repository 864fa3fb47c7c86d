"""The model that a use case's training goes on from."""

import hashlib

from botocore.exceptions import ClientError

from ops.live import champion_model
from ops.target import OperationError, Target

ARCHIVE = "model.tar.gz"


def earlier_model(target: Target) -> str:
    """Return the S3 URI of its model.tar.gz; empty where training begins anew, as it does before the first champion.

    A package from elsewhere is copied to the use case's own folder of models, with the rights of whoever starts the
    pipeline: the jobs read that folder and no other.

    Raises:
        OperationError: there is no such model package.
    """
    wanted = getattr(target.use_case.train, "warm_start", "none")
    if wanted == "none":
        return ""
    if wanted == "champion":
        return champion_model(target)
    return _own_copy(target, wanted, _model_of(target, wanted))


def _model_of(target: Target, package: str) -> str:
    try:
        described = target.sagemaker.describe_model_package(ModelPackageName=package)
        return described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]
    except (ClientError, KeyError) as error:
        raise OperationError(
            f"train.warm_start: found {package}, which is no model package with a model that you may read: {error}. "
            "Correct the ARN in use_case.yaml, or ask for sagemaker:DescribeModelPackage."
        ) from error


def _own_copy(target: Target, package: str, uri: str) -> str:
    bucket, folder = target.bucket("models"), target.use_case.name
    if uri.startswith(f"s3://{bucket}/{folder}/"):
        return uri
    # The same package has the same model for good, so that one copy is enough.
    key = f"{folder}/pretrained/{hashlib.sha256(package.encode()).hexdigest()[:16]}/{ARCHIVE}"
    if not target.s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount"):
        source_bucket, _, source_key = uri.removeprefix("s3://").partition("/")
        target.s3.copy({"Bucket": source_bucket, "Key": source_key}, bucket, key)
    return f"s3://{bucket}/{key}"
