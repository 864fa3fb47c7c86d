"""What a metric comes to on the records that a model was judged on: what a plan needs to know before any request."""

import json
from typing import Any

from botocore.exceptions import ClientError

from config import UseCase
from experiment import known
from experiment.known import Known
from ops import model_packages
from ops.experiment import function
from ops.target import OperationError, Target


def measured(target: Target) -> Known:
    """Return the champion's, or while there is none the newest model's, on a sample of its test split.

    Raises:
        OperationError: there is no model yet, its predictions are gone, or they do not tell.
    """
    package = target.parameter("serving", "ChampionModelPackage") or model_packages.find(target, None)
    described = target.sagemaker.describe_model_package(ModelPackageName=package)
    card = described.get("CustomerMetadataProperties", {}).get("model_card", "")
    if not card:
        raise OperationError(
            f"Version {package.rpartition('/')[2]} has no model card, which says what it was judged on: the pipeline "
            "did not register it. Give --deviation."
        )
    folder = card.rpartition("/")[0]
    predictions, evaluation = (_read(target, f"{folder}/{name}") for name in ("predictions.csv", "evaluation.json"))
    return of_predictions(target.use_case, predictions, json.loads(evaluation))


def of_predictions(use_case: UseCase, predictions: bytes, evaluation: dict[str, Any]) -> Known:
    """Return what a metric comes to on the rows of predictions.csv."""
    try:
        return known.of_predictions(function.declared(use_case), predictions.decode(), evaluation)
    except known.UnknownError as error:
        raise OperationError(f"{error} Give --deviation.") from error


def _read(target: Target, uri: str) -> bytes:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    try:
        return target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"NoSuchKey", "NoSuchBucket"}:
            raise
        raise OperationError(
            f"There is no {uri}, which has what the model was judged on. Give --baseline or --deviation."
        ) from error
