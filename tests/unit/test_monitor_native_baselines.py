"""Baselines that are laid for SageMaker Model Monitor."""

from typing import Any

import pytest

from monitor import native_baselines
from monitor.storage import Storage
from pipelines_src.steps.monitoring import quality_figures
from shared.pipelines import RefusedError
from tests.unit.monitor_cloud_kit import NOW
from tests.unit.release_stub_kit import stubbed
from tests.unit.test_monitor_native import TERMS

PACKAGES = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-toys"


class Laid:
    """The folders of baselines, and documents that packages were registered with."""

    def __init__(self) -> None:
        self.documents = {
            "s3://p/a/baseline/statistics.json": {"features": []},
            "s3://p/a/baseline/constraints.json": {"version": 0.0, "features": [{"name": "b"}, {"name": "a"}]},
            "s3://p/a/evaluation/model_quality.json": {"binary_classification_metrics": {"auc": {"value": 0.8}}},
        }
        self.there: dict[str, dict[str, Any]] = {}

    def baselines(self, _use_case: str) -> frozenset[str]:
        return frozenset(self.there)

    def document(self, uri: str) -> Any:
        return self.documents[uri]

    def lay(self, _use_case: str, folder: str, documents: dict[str, Any]) -> None:
        self.there[folder] = documents


def source(name: str) -> dict[str, str]:
    return {"ContentType": "application/json", "S3Uri": f"s3://p/a/{name}"}


DESCRIBED: dict[str, Any] = {
    "ModelPackageName": "x", "ModelPackageArn": f"{PACKAGES}/3", "CreationTime": NOW,
    "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
    "InferenceSpecification": {"Containers": [{"Image": "i"}]},
    "ModelMetrics": {
        "ModelQuality": {"Statistics": source("evaluation/model_quality.json")},
        "ModelDataQuality": {"Statistics": source("baseline/statistics.json"),
                             "Constraints": source("baseline/constraints.json")},
    },
}  # fmt: skip


def approved(stub: Any, *versions: str) -> None:
    summaries = [
        {"ModelPackageArn": f"{PACKAGES}/{version}", "CreationTime": NOW, "ModelPackageStatus": "Completed"}
        for version in versions
    ]
    wanted = {
        "ModelPackageGroupName": "dev-toys", "ModelApprovalStatus": "Approved", "SortBy": "CreationTime",
        "SortOrder": "Descending", "MaxResults": 3,
    }  # fmt: skip
    stub.add_response("list_model_packages", {"ModelPackageSummaryList": summaries}, wanted)


def test_baselines_are_laid_once_for_what_serves_and_what_was_approved() -> None:
    laid: Any = Laid()
    with stubbed("sagemaker") as (client, stub):
        approved(stub, "4")
        stub.add_response("describe_model_package", DESCRIBED, {"ModelPackageName": f"{PACKAGES}/3"})
        foreign = {key: value for key, value in DESCRIBED.items() if key != "ModelMetrics"}
        stub.add_response("describe_model_package", foreign, {"ModelPackageName": f"{PACKAGES}/4"})
        new = native_baselines.lay(client, laid, "toys", "dev-toys", [f"{PACKAGES}/3", ""], TERMS)
        assert new == ["3/data-quality", "3/model-quality"]  # of what was registered without there is none
        approved(stub)
        assert native_baselines.lay(client, laid, "toys", "dev-toys", [f"{PACKAGES}/3"], TERMS) == []
    assert set(laid.there) == {"3/data-quality", "3/model-quality"}
    # By name, as AWS's container sorts columns.
    by_name = {"version": 0.0, "features": [{"name": "a"}, {"name": "b"}]}
    assert laid.there["3/data-quality"]["constraints.json"] == by_name
    limit = laid.there["3/model-quality"]["constraints.json"]["binary_classification_constraints"]["auc"]
    assert limit == {"threshold": pytest.approx(0.78), "comparison_operator": "LessThanThreshold"}


def test_a_package_without_usable_baselines_keeps_those_of_no_other_back() -> None:
    laid: Any = Laid()
    with stubbed("sagemaker") as (client, stub):
        approved(stub, "3")
        stub.add_client_error("describe_model_package", "ValidationException", "ModelPackage x does not exist.")
        stub.add_response("describe_model_package", DESCRIBED, {"ModelPackageName": f"{PACKAGES}/3"})
        with pytest.raises(RefusedError, match="/2 is gone"):
            native_baselines.lay(client, laid, "toys", "dev-toys", [f"{PACKAGES}/2"], TERMS)
    assert set(laid.there) == {"3/data-quality", "3/model-quality"}


def test_the_same_figures_are_judged_as_by_the_projects_own_analyser() -> None:
    assert quality_figures.UP == native_baselines.UP
    # Model Monitor knows no log loss.
    assert quality_figures.DOWN == {**native_baselines.DOWN, "binary_classification": ("log_loss",)}


def test_where_the_last_file_of_a_baseline_is_the_others_are() -> None:
    with stubbed("s3") as (s3, stub):
        storage, written = Storage(s3, "c", "p"), []
        s3.meta.events.register("provide-client-params.s3.PutObject", lambda params, **_: written.append(params["Key"]))
        for _ in range(2):
            stub.add_response("put_object", {})
        storage.lay("toys", "3/data-quality", {"constraints.json": {}, "statistics.json": {}})
        folder = "toys/monitoring/baselines/3/data-quality"
        assert written == [f"{folder}/statistics.json", f"{folder}/constraints.json"]
        keys = [
            {"Key": f"{folder}/statistics.json"},
            {"Key": "toys/monitoring/baselines/2/model-quality/constraints.json"},
        ]
        stub.add_response(
            "list_objects_v2", {"Contents": keys}, {"Bucket": "p", "Prefix": "toys/monitoring/baselines/"}
        )
        assert storage.baselines("toys") == {"2/model-quality"}
