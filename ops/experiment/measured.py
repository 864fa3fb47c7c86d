"""What a metric comes to on the records that a model was judged on: what a plan needs to know before any request."""

import io
import json
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from config import UseCase
from experiment.auc import ScoreCounts
from experiment.sums import Moments
from ops import model_packages
from ops.target import OperationError, Target
from pipelines_src.steps.outcomes.numbers import Metric, bin_of
from pipelines_src.steps.outcomes.request import classes_of


@dataclass(frozen=True)
class Measured:
    """A metric's value, the standard deviation of one record's number, the share of positives, of how many records."""

    value: float
    deviation: float
    positives: float
    records: int


def measured(target: Target) -> Measured:
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


def of_predictions(use_case: UseCase, predictions: bytes, evaluation: dict[str, Any]) -> Measured:
    """Return what a metric comes to on the rows of predictions.csv."""
    import pandas as pd  # half a second that other commands need not wait for

    terms = use_case.experiment
    if terms is None:
        raise OperationError(f"{use_case.name} declares no experiments. Add a section `experiment`.")
    table = pd.read_csv(io.BytesIO(predictions), dtype={"label": str} if use_case.data.classes else None)
    metric = Metric(
        terms.metric, classes_of(use_case.model_dump()), terms.values.model_dump() if terms.values else None
    )
    if use_case.problem == "multiclass_classification" and terms.metric != "error_rate":
        raise OperationError(
            f"What was kept of the test split does not tell the {terms.metric} of several classes. Give --deviation."
        )
    labels, forecasts = table["label"].tolist(), table["model"].tolist()
    if terms.metric == "auc":
        return _area([bool(float(label)) for label in labels], forecasts)
    numbers = _numbers(use_case, metric, labels, forecasts, evaluation)
    sums = Moments(len(numbers), sum(numbers), sum(number * number for number in numbers))
    positives = sum(float(label) > 0 for label in labels) / len(labels) if not use_case.data.classes else 0.0
    return Measured(sums.value, sums.variance**0.5, positives, sums.n)


def _numbers(
    use_case: UseCase, metric: Metric, labels: list[Any], forecasts: list[Any], evaluation: dict[str, Any]
) -> list[float]:
    if use_case.problem == "multiclass_classification":
        return [float(str(label) != str(forecast)) for label, forecast in zip(labels, forecasts, strict=True)]
    if use_case.problem == "regression":
        errors = [abs(forecast - label) for label, forecast in zip(labels, forecasts, strict=True)]
        return [error**2 for error in errors] if metric.name == "squared_error" else errors
    # As the endpoint's answers: the model decides by its own threshold where the use case declares costs.
    threshold = evaluation["threshold"]["value"] if use_case.evaluate.costs else None
    found = []
    for label, chance in zip(labels, forecasts, strict=True):
        decision = {} if threshold is None else {"decision": chance >= threshold}
        found.append(metric.numbers({"probability": chance, **decision})[int(float(label) > 0)])
    return found


def _area(labels: list[bool], scores: list[float]) -> Measured:
    counts: tuple[dict[int, int], dict[int, int]] = ({}, {})
    for label, score in zip(labels, scores, strict=True):
        bins = counts[0 if label else 1]
        bins[bin_of(score)] = bins.get(bin_of(score), 0) + 1
    area = ScoreCounts(*counts)
    return Measured(area.value, (area.n * area.value_variance) ** 0.5, sum(labels) / len(labels), area.n)


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
