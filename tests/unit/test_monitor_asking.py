"""What a run of the monitor is asked for: baselines of its package, files of its window, the request, the pipeline."""

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.stub import ANY

from monitor import asking, baselines
from monitor.baselines import Baselines
from monitor.events import Look, Monitor, Terms
from monitor.storage import Storage
from pipelines_src.steps.monitoring.request import Request
from shared.pipelines import RefusedError
from tests.unit.monitor_client_kit import FOLDER, NOW, PACKAGE, RUN, Kept, world
from tests.unit.release_stub_kit import stubbed


def test_baselines_are_those_that_the_package_was_registered_with() -> None:
    def source(name: str) -> dict[str, str]:
        return {"ContentType": "application/json", "S3Uri": f"s3://p/{name}"}

    data_quality = {
        "Statistics": source("a/baseline/statistics.json"),
        "Constraints": source("a/baseline/constraints.json"),
    }
    described: dict[str, Any] = {
        "ModelPackageName": "x", "ModelPackageArn": PACKAGE, "CreationTime": NOW, "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": [{"Image": "i", "ModelDataUrl": "s3://m/a/package/model.tar.gz"}]},
        "ModelMetrics": {"ModelQuality": {"Statistics": source("a/evaluation/model_quality.json")},
                         "ModelDataQuality": data_quality},
        "CustomerMetadataProperties": {"test_data": "s3://p/a/test/test.parquet"},
    }  # fmt: skip
    expected = Baselines(
        "s3://p/a/baseline", "s3://p/a/evaluation/model_quality.json", "s3://m/a/package/model.tar.gz",
        "s3://p/a/test/test.parquet",
    )  # fmt: skip
    with stubbed("sagemaker") as (client, stub):
        stub.add_response("describe_model_package", described, {"ModelPackageName": PACKAGE})
        assert baselines.of_package(client, PACKAGE) == expected
        assert baselines.of_package(client, "") == Baselines()
        # How much records of a day are alike is known of the pipeline's own baselines, and of no others.
        for folder, files in (("a", 3), ("b", 2)):
            known = {"CustomerMetadataProperties": {"baseline_periods": f"s3://p/{folder}/baseline/periods.json"}}
            stub.add_response("describe_model_package", described | known)
            found = baselines.of_package(client, PACKAGE).files
            assert found == ("statistics.json", "constraints.json", "periods.json")[:files]
        # What somebody registered to compare with goes before what was measured.
        other = {"ModelQuality": {"Statistics": source("b/evaluation/model_quality.json")}}
        stub.add_response("describe_model_package", described | {"DriftCheckBaselines": other})
        given = baselines.of_package(client, PACKAGE)
        assert (given.quality, given.data_quality) == ("s3://p/b/evaluation/model_quality.json", "s3://p/a/baseline")
        odd = {"ModelDataQuality": {**data_quality, "Constraints": source("c/constraints.json")}}
        stub.add_response("describe_model_package", described | {"DriftCheckBaselines": odd})
        with pytest.raises(RefusedError, match="of one folder"):
            baselines.of_package(client, PACKAGE)
        stub.add_client_error("describe_model_package", "ValidationException", "ModelPackage x does not exist.")
        with pytest.raises(RefusedError, match="is gone"):
            baselines.of_package(client, PACKAGE)


def test_a_run_reads_the_hours_of_its_window_and_what_its_monitors_need() -> None:
    with stubbed("s3") as (client, stub):
        storage = Storage(client, "capture", "processed")
        below = "toys_1/dev-toys-1/champion/"
        keys = [f"{below}2026/11/26/23/a.jsonl", f"{below}2026/11/28/01/b.jsonl", f"{below}2026/11/28/02/c.jsonl"]
        found = {
            "Contents": [{"Key": key, "Size": 9} for key in [*keys[:2], f"{below}2026/11/28/01/empty.jsonl", keys[2]]]
        }
        found["Contents"][2]["Size"] = 0
        wanted = {"Bucket": "capture", "Prefix": below, "StartAfter": f"{below}2026/11/26/23"}
        stub.add_response("list_objects_v2", found, wanted)
        package = Baselines("s3://p/a/baseline", "s3://p/q/model_quality.json", "s3://m/model.tar.gz", "")
        lists = asking.lists(storage, RUN, "dev-toys-1", package, NOW)
    nothing = [{"prefix": f"s3://processed/{FOLDER}/request/"}, "request.json"]
    assert lists == {
        "captures": [{"prefix": "s3://capture/toys_1/dev-toys-1/"}, "champion/2026/11/26/23/a.jsonl",
                     "champion/2026/11/28/01/b.jsonl"],
        "baseline": [{"prefix": "s3://p/a/baseline/"}, "statistics.json", "constraints.json"],
        "ground_truth": nothing,
        "quality": nothing,
        "model": [{"prefix": "s3://m/"}, "model.tar.gz"],
        "reference": nothing,
    }  # fmt: skip


def test_outcomes_are_those_that_came_since_the_window_began() -> None:
    run = replace(RUN, part="outcomes", monitors=("model_quality",))
    with stubbed("s3") as (client, stub):
        storage = Storage(client, "capture", "processed")
        stub.add_response("list_objects_v2", {}, {"Bucket": "capture", "Prefix": ANY, "StartAfter": ANY})
        key = "toys_1/ground-truth/2026/11/28/03/o.jsonl"
        wanted = {
            "Bucket": "capture",
            "Prefix": "toys_1/ground-truth/",
            "StartAfter": "toys_1/ground-truth/2026/11/26/23",
        }
        stub.add_response("list_objects_v2", {"Contents": [{"Key": key, "Size": 9}]}, wanted)
        lists = asking.lists(storage, run, "dev-toys-1", Baselines(quality="s3://p/q/model_quality.json"), NOW)
    assert lists["ground_truth"] == [{"prefix": "s3://capture/toys_1/ground-truth/"}, "2026/11/28/03/o.jsonl"]
    assert lists["captures"] == [{"prefix": f"s3://processed/toys_1/monitoring/{run.name}/request/"}, "request.json"]
    assert lists["quality"] == [{"prefix": "s3://p/q/"}, "model_quality.json"]


@pytest.mark.parametrize("monitor", ["data_quality", "model_quality", "bias", "explainability"])
def test_what_is_judged_by_days_is_told_how_much_they_matter(monitor: Monitor) -> None:
    run = replace(RUN, part="outcomes", monitors=(monitor,))
    files = ("statistics.json", "constraints.json", "periods.json")
    with stubbed("s3") as (client, stub):
        for _ in range(2 if monitor in ("model_quality", "bias") else 1):
            stub.add_response("list_objects_v2", {}, {"Bucket": "capture", "Prefix": ANY, "StartAfter": ANY})
        package = Baselines("s3://p/a/baseline", files=files)
        lists = asking.lists(Storage(client, "capture", "processed"), run, "dev-toys-1", package, NOW)
    assert lists["baseline"] == [{"prefix": "s3://p/a/baseline/"}, *files]


def test_the_job_reads_what_a_run_asks() -> None:
    terms = Terms(alpha=0.05, tolerances={"types": 0.5}, facets=({"name": "colour", "values": ["red"]},))
    run = replace(RUN, monitors=("bias", "model_quality"))
    read = Request.of(json.loads(json.dumps(asking.request(run, terms, "dev-toys-1"))))
    assert (read.endpoint, read.alpha, read.tolerances["types"]) == ("dev-toys-1", 0.05, 0.5)
    assert (read.window.variants, read.window.start, read.window.end) == (
        ("champion",), "2026-11-27T00:00:00+00:00", "2026-11-28T00:00:00+00:00",
    )  # fmt: skip
    assert [facet.label for facet in read.facets] == ["colour=red"]
    assert Request.of(asking.request(RUN, terms, "dev-toys-1")).facets == ()


def test_a_pipeline_is_started_once_for_a_run_with_its_folder() -> None:
    kept = Kept()
    with stubbed("s3") as (s3, objects), stubbed("sagemaker") as (sagemaker, stub):
        objects.add_response("put_object", {})
        objects.add_response("list_objects_v2", {})
        for _ in range(6):
            objects.add_response("put_object", {})
        arn = "arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/dev-toys-1-monitoring/execution/abcdefabcdef"
        expected = {
            "PipelineName": "dev-toys-1-monitoring", "PipelineExecutionDisplayName": RUN.name,
            "ClientRequestToken": ANY, "PipelineParameters": [{"Name": "RunUri", "Value": f"s3://processed/{FOLDER}"}],
        }  # fmt: skip
        stub.add_response("start_pipeline_execution", {"PipelineExecutionArn": arn}, expected)
        mine = world(storage=Storage(s3, "capture", "processed"), records=kept, sagemaker=sagemaker)
        mine.start(replace(RUN, package=""), Look(use_case="toys_1"))
    assert kept.values == {"execution": arn}
