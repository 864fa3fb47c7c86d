"""What the demonstration says of each problem, and which use cases it takes."""

import io
from datetime import UTC, datetime
from typing import Any

import boto3
import pandas as pd
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from config import ConfigError, UseCase
from ops.demo import acts, figures
from ops.held_out import held_out
from ops.target import OperationError, Target
from tests.use_cases import use_case


def interval(value: float, lower: float, upper: float) -> dict[str, float]:
    return {"value": value, "lower": lower, "upper": upper, "confidence": 0.9}


EVALUATIONS: dict[str, dict[str, Any]] = {
    "regression": {
        "mae": interval(1234.5, 1200, 1300), "baseline_mae": interval(2000, 1, 2),
        "mae_skill": interval(0.38, -0.02, 0.5),
    },
    "clustering": {
        "variance_explained": interval(0.7, 0.6, 0.8), "noise_variance_explained": 0.5, "clusters_used": 2,
        "silhouette": None, "silhouette_rows": 50,
    },
}  # fmt: skip
SAID = {
    "regression": [
        "[bold]Test mean absolute error 1,234[/] on 1,050 records, 90 % interval 1,200 to 1,300.",
        "Baseline 2,000; the error is smaller by 38%, interval -2% to 50%.",
    ],
    "clustering": [
        "[bold]0.700[/] share of the variance explained on 1,050 held-out records, 90 % interval 0.600 to 0.800; "
        "clusters of noise explain 0.5 at most.",
        "2 of 3 clusters met by them; ? mean silhouette of 50 of them, -1 to 1.",
    ],
}


def of(problem: str, **parts: Any) -> UseCase:
    train = {"algorithm": "kmeans", "k": 3} if problem == "clustering" else {}
    return use_case(train, problem).model_copy(update=parts)


@pytest.mark.parametrize("problem", EVALUATIONS)
def test_figures_are_those_of_the_problem(problem: str) -> None:
    metrics = {"rows": 1050, **EVALUATIONS[problem]}
    assert figures.findings(of(problem), metrics) == SAID[problem]
    good = [card.good for card in figures.cards(of(problem), metrics)]
    assert good == ([None, None, False] if problem == "regression" else [True, None, None])


def test_the_demonstration_has_the_use_case_alone() -> None:
    target = Target.alone("local", "digit_clusters")
    assert target.environment.use_cases == ("digit_clusters",)
    with pytest.raises(
        ConfigError, match=r"pipelines_src/pumps/use_case\.yaml: does not exist; known use cases: digit_"
    ):
        Target.alone("local", "pumps")


def test_an_engine_that_the_laptop_lacks_is_told_at_once() -> None:
    local = Target.alone("local", "digit_clusters")
    glue = local.use_case.model_copy(update={"prepare": local.use_case.prepare.model_copy(update={"engine": "glue"})})
    with pytest.raises(OperationError, match=r"digit_clusters prepares its data with glue.*take prepare.engine out"):
        acts.require_local_engine(Target(local.environment, glue))


def parquet(frame: pd.DataFrame) -> dict[str, Any]:
    content = io.BytesIO()
    frame.to_parquet(content)
    return {"Body": StreamingBody(io.BytesIO(content.getvalue()), len(content.getvalue()))}


@pytest.mark.parametrize("kept", [0, 2])
def test_where_nothing_is_kept_for_serving_the_test_split_is_asked_about(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Target, "bucket", lambda self, purpose: purpose)
    target = Target(Target.alone("local", "digit_clusters").environment, of("binary_classification"))
    client: Any = boto3.client("s3", region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x")
    target.__dict__["s3"] = client
    stubber = Stubber(client)
    keys = [f"points/{run}/{name}" for run in "ab" for name in ("serving/serving.parquet", "test/test.parquet")]
    ages = [datetime(2026, 1, day, tzinfo=UTC) for day in (2, 3, 1, 1)]
    listed = [{"Key": key, "LastModified": at} for key, at in zip(keys, ages, strict=True)]
    stubber.add_response("list_objects_v2", {"IsTruncated": False, "Contents": listed})
    serving = pd.DataFrame({"x": [1.0, 2.0], "y": [0.0, 0.0], "record_id": ["a", "b"], "first": [1, 0]}).head(kept)
    where = {"Bucket": "processed", "Key": "points/a/serving/serving.parquet"}  # the newest
    stubber.add_response("get_object", parquet(serving), where)
    if not kept:
        test = {"field_x": [3.0], "field_y": [4.0], "record_id": ["c"], "label": [1.0], "feature_x": [0.5]}
        stubber.add_response("get_object", parquet(pd.DataFrame(test)), {**where, "Key": "points/a/test/test.parquet"})
    stubber.activate()
    found = held_out(target)
    assert found.what == ("records kept for serving" if kept else "records of the test split")
    assert found.rows.to_dict("records")[0] == (
        {"x": 1.0, "y": 0.0, "record_id": "a", "first": 1} if kept else
        {"x": 3.0, "y": 4.0, "record_id": "c", "first": 1.0}
    )  # fmt: skip
    stubber.assert_no_pending_responses()
