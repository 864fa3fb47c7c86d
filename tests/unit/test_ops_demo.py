"""What the demonstration says of each problem, and which use cases it takes."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from config import ConfigError, UseCase
from ops.demo import acts, cloud, figures
from ops.demo.progress import Stages
from ops.demo.trouble import told
from ops.fit import prepared
from ops.fit.deployed import Deployed
from ops.fit.prepared import Prepared
from ops.held_out import held_out
from ops.preparation import PREPARED_DATA
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


PACKAGES = {name: f"arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/points/{name}" for name in "12"}


def prepared_data(monkeypatch: pytest.MonkeyPatch, target: Target, served: dict[str, str]) -> list[str | None]:
    """Let an endpoint serve packages; return the executions whose preparations are asked for, as they come."""
    asked: list[str | None] = []

    def find(target: Target, pipeline: None, execution: str | None) -> Prepared:
        asked.append(execution)
        return Prepared(f"{execution}", datetime.now(UTC), {}, {PREPARED_DATA: f"s3://processed/points/{execution}"})

    monkeypatch.setattr(Deployed, "of", lambda target: None)
    monkeypatch.setattr(prepared, "find", find)
    monkeypatch.setattr("ops.held_out.live_packages", lambda target: served)
    client: Any = boto3.client("sagemaker", region_name="ap-northeast-1")
    target.__dict__["sagemaker"] = client
    described = {
        arn: {
            "CreationTime": datetime(2026, 1, int(name), tzinfo=UTC),
            "CustomerMetadataProperties": {"execution": f"run-{name}"},
        }
        for name, arn in PACKAGES.items()
    }
    monkeypatch.setattr(client, "describe_model_package", lambda **name: described[name["ModelPackageName"]])
    return asked


BOTH = {"challenger": PACKAGES["2"], "champion": PACKAGES["1"]}


@pytest.mark.parametrize(("served", "execution"), [(BOTH, "run-2"), ({"champion": PACKAGES["1"]}, "run-1"), ({}, None)])
@pytest.mark.parametrize("kept", [0, 2])
def test_what_is_asked_about_was_kept_from_the_last_of_the_models_that_are_served(
    kept: int, served: dict[str, str], execution: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target(Target.alone("local", "digit_clusters").environment, of("binary_classification"))
    asked = prepared_data(monkeypatch, target, served)
    client: Any = boto3.client("s3", region_name="ap-northeast-1", aws_access_key_id="x", aws_secret_access_key="x")
    target.__dict__["s3"] = client
    stubber = Stubber(client)
    serving = pd.DataFrame({"x": [1.0, 2.0], "y": [0.0, 0.0], "record_id": ["a", "b"], "first": [1, 0]}).head(kept)
    where = {"Bucket": "processed", "Key": f"points/{execution}/serving/serving.parquet"}
    stubber.add_response("get_object", parquet(serving), where)
    if not kept:
        test = {"field_x": [3.0], "field_y": [4.0], "record_id": ["c"], "label": [1.0], "feature_x": [0.5]}
        where = {**where, "Key": f"points/{execution}/test/test.parquet"}
        stubber.add_response("get_object", parquet(pd.DataFrame(test)), where)
    stubber.activate()
    found = held_out(target)
    assert found.what == ("records kept for serving" if kept else "records of the test split")
    assert found.rows.to_dict("records")[0] == (
        {"x": 1.0, "y": 0.0, "record_id": "a", "first": 1} if kept else
        {"x": 3.0, "y": 4.0, "record_id": "c", "first": 1.0}
    )  # fmt: skip
    stubber.assert_no_pending_responses()
    assert asked == [execution]


def test_a_demonstration_that_did_not_start_says_so(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    stages = Stages()
    said = r"failed at: Start.*Name a new or an empty folder\.\nNothing was started\.$"
    with (
        pytest.raises(OperationError, match=re.compile(said, re.DOTALL)),
        told(stages, tmp_path),
        stages.stage("Start"),
    ):
        cloud.start_afresh(tmp_path)


def test_folders_whose_names_differ_after_a_dot_are_two(tmp_path: Path) -> None:
    with cloud.alone(tmp_path / "run.1"), cloud.alone(tmp_path / "run.2"):
        pass
    with pytest.raises(OperationError, match="is the root of the file system"), cloud.alone(Path("/")):
        pass
