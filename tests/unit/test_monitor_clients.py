"""The monitor function's requests, checked against the service models by botocore, and what it reads."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.response import StreamingBody
from botocore.stub import ANY

from monitor import asking, baselines
from monitor.aws import AwsWorld
from monitor.baselines import Baselines
from monitor.events import Look, Terms
from monitor.published import Place, data
from monitor.reconcile import NothingFoundError
from monitor.records import Records
from monitor.state import Run, Served
from monitor.storage import Storage
from pipelines_src.steps.monitoring.request import Request
from shared.live import Endpoint, Variant
from shared.pipelines import Execution, RefusedError
from tests.unit.release_stub_kit import stubbed

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PACKAGE = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-toys/3"
RUN = Run(
    use_case="toys_1", number=7, variant="champion", package=PACKAGE, part="requests",
    monitors=("data_quality", "explainability"), start=datetime(2026, 11, 27, tzinfo=UTC),
    until=datetime(2026, 11, 28, tzinfo=UTC), claimed_at=NOW,
)  # fmt: skip
FOLDER = f"toys_1/monitoring/{RUN.name}"
MEASURED: list[dict[str, Any]] = [
    {"name": "captured_records", "value": 5.0, "unit": "Count"},
    {"name": "data_quality_violations", "value": 2.0, "unit": "Count"},
    {"name": "explanation_ndcg", "value": 0.97, "unit": "None"},
    *({"name": "drift_robust", "value": value, "unit": "None", "feature": name} for name, value in
      (("size", 0.4), ("colour", 0.1), ("kind", 0.3))),
    {"name": "feature_violations", "value": 1.0, "unit": "Count", "feature": "colour"},
    {"name": "bias_DPPL", "value": 0.2, "unit": "None", "feature": "colour=r\u00f6t"},
]  # fmt: skip


def test_a_run_comes_back_as_it_was_written() -> None:
    ended = replace(
        RUN, result="succeeded", violations={"data_quality": 2}, figures={"captured_records": 5.0}, finished_at=NOW,
        report="s3://p/report.json", history=True, attempt=2,
    )  # fmt: skip
    with stubbed("dynamodb") as (client, stub):
        table, written = Records(client, "runs"), []
        client.meta.events.register("provide-client-params.dynamodb.*", lambda params, **_: written.append(params))
        for run in (RUN, ended):
            stub.add_response("put_item", {})
            assert table.claim(run)
            assert written[-1]["ConditionExpression"] == "attribute_not_exists(use_case)"
            stub.add_response("query", {"Items": [written[-1]["Item"]]})
            assert table.runs("toys_1") == (run,)
        stub.add_client_error("put_item", "ConditionalCheckFailedException")
        assert not table.claim(RUN)
        stub.add_response("update_item", {})
        assert table.update(RUN, result="succeeded", violations={"bias": 1}, finished_at=NOW)
        values = written[-1]["ExpressionAttributeValues"]
        assert values[":open"] == {"S": "started"}
        assert set(values) == {":open", ":result", ":violations", ":finished_at"}
        assert written[-1]["Key"] == {"use_case": {"S": "toys_1"}, "item": {"S": "run#000000000007"}}


def test_the_schedules_time_only_moves_on_and_a_variants_model_is_written_once() -> None:
    served = Served("champion", "m1", PACKAGE, NOW)
    with stubbed("dynamodb") as (client, stub):
        table, written = Records(client, "runs"), []
        client.meta.events.register("provide-client-params.dynamodb.*", lambda params, **_: written.append(params))
        stub.add_client_error("update_item", "ConditionalCheckFailedException")
        table.ask("toys_1", NOW)  # an earlier time than the last
        assert written[-1]["ConditionExpression"] == "attribute_not_exists(#last) OR #last < :at"
        time = {"S": "2026-11-28T03:00:00+00:00"}
        stub.add_response("query", {"Items": [{"item": {"S": "asked"}, "first": time, "last": time}]})
        asked = table.asked("toys_1")
        assert asked
        assert (asked.first, asked.last) == (NOW, NOW)
        stub.add_response("query", {"Items": []})
        assert table.asked("toys_1") is None
        stub.add_response("put_item", {})
        table.serve("toys_1", served)
        assert written[-1]["ConditionExpression"] == "attribute_not_exists(#model) OR #model <> :model"
        stub.add_response("query", {"Items": [written[-1]["Item"]]})
        assert table.served("toys_1") == {"champion": served}


def world(**clients: Any) -> AwsWorld:
    given = {"sagemaker": None, "cloudwatch": None, "storage": None, "records": None} | clients
    return AwsWorld("dev", logger=Logger(service="test"), **given)


def test_a_model_serves_since_it_was_made_and_the_next_one_since_it_was_seen() -> None:
    class Kept:
        def __init__(self) -> None:
            self.known: dict[str, Served] = {}

        def serve(self, use_case: str, served: Served) -> None:
            self.known = {**self.known, served.variant: served}

    kept, made = Kept(), NOW - timedelta(days=3)
    mine = world(records=kept, cloudwatch=SimpleNamespace(put_metric_data=lambda **_: None))

    def look(model: str, at: datetime) -> datetime:
        variants = {"champion": Variant(model, PACKAGE, created=made)}
        return mine._served(Look(use_case="toys_1"), variants, kept.known, at)["champion"].since

    assert look("m1", NOW) == made
    assert look("m1", NOW + timedelta(hours=1)) == made
    # Until the endpoint came to rest the model before it answered.
    assert look("m2", NOW + timedelta(hours=2)) == NOW + timedelta(hours=2)
    assert look("m1", NOW + timedelta(hours=3)) == NOW + timedelta(hours=3)


@pytest.mark.parametrize(("backend", "variant"), [("processing_job", "champion"), ("model_monitor", "all")])
def test_alarms_about_a_champion_fall_silent_when_another_takes_its_place(backend: Any, variant: str) -> None:
    terms = Terms(backend=backend, monitors=("data_quality", "model_quality"))
    sent: list[dict[str, Any]] = []
    with stubbed("cloudwatch") as (client, stub):
        client.meta.events.register(
            "provide-client-params.cloudwatch.PutMetricData", lambda params, **_: sent.extend(params["MetricData"])
        )
        mine = world(records=SimpleNamespace(serve=lambda *_: None), cloudwatch=client)
        known = {name: Served(name, "m1", "p/m1", NOW) for name in ("champion", "challenger")}

        def serve(**models: str) -> None:
            variants = {name: Variant(model, f"p/{model}") for name, model in models.items()}
            mine._served(Look(use_case="toys_1", terms=terms), variants, known, NOW)

        # The first champion, the same one, and another challenger are no news about the champion.
        serve(champion="m1", challenger="m2", shadow="m3")
        assert sent == []
        stub.add_response("put_metric_data", {})
        serve(champion="m2")
    assert {one["MetricName"]: one["Value"] for one in sent} == {
        "data_quality_violations": 0.0,
        "model_quality_violations": 0.0,
    }
    own = {"Environment": "dev", "UseCase": "toys-1", "Endpoint": "dev-toys-1", "Variant": variant}
    assert all({pair["Name"]: pair["Value"] for pair in one["Dimensions"]} == own for one in sent)


@pytest.mark.parametrize(
    ("status", "serves", "known"), [(None, [], []), ("Updating", ["m0"], ["m0"]), ("InService", ["m1"], ["m1"])]
)
def test_while_the_endpoint_is_updated_what_it_will_serve_is_not_believed(
    status: str | None, serves: list[str], known: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Known:
        served_now = {"champion": Served("champion", "m0", PACKAGE, NOW)} if status else {}

        def runs(self, use_case: str) -> tuple[Run, ...]:
            return (replace(RUN, execution="arn"), replace(RUN, number=6))

        def asked(self, use_case: str) -> None:
            return None

        def served(self, use_case: str) -> dict[str, Served]:
            return self.served_now

        def serve(self, use_case: str, served: Served) -> None:
            self.served_now = {**self.served_now, served.variant: served}

    records = Known()
    endpoint = Endpoint(status, "c", {"champion": Variant("m1", PACKAGE)}) if status else None
    monkeypatch.setattr("shared.live.endpoint", lambda *_: endpoint)
    monkeypatch.setattr("shared.pipelines.execution", lambda _, arn: Execution(arn, "Executing"))
    seen = world(records=records).look(Look(use_case="toys_1"))
    assert (seen.status, list(seen.executions)) == (status, [7])  # run 6 is not started yet
    assert [served.model for served in seen.served] == serves
    assert [served.model for served in records.served_now.values()] == known


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


class Kept:
    def __init__(self) -> None:
        self.values: dict[str, Any] = {}

    def update(self, run: Run, **values: Any) -> bool:
        self.values |= values
        return True


def test_what_was_measured_is_published_and_written_down() -> None:
    kept, sent = Kept(), []
    with stubbed("s3") as (s3, objects), stubbed("cloudwatch") as (cloudwatch, stub):
        cloudwatch.meta.events.register(
            "provide-client-params.cloudwatch.PutMetricData", lambda params, **_: sent.append(params)
        )
        key = f"{FOLDER}/monitoring/champion/metrics.json"
        objects.add_response("list_objects_v2", {"Contents": [{"Key": key}]}, {"Bucket": "processed", "Prefix": key})
        body = json.dumps(MEASURED).encode()
        objects.add_response("get_object", {"Body": StreamingBody(io.BytesIO(body), len(body))})
        stub.add_response("put_metric_data", {})
        mine = world(storage=Storage(s3, "capture", "processed"), records=kept, cloudwatch=cloudwatch)
        mine.publish(RUN, Look(use_case="toys_1", terms=Terms(features=2)))
        objects.add_response("list_objects_v2", {})
        with pytest.raises(NothingFoundError, match=r"has no metrics.json"):
            mine.publish(RUN, Look(use_case="toys_1"))
    assert kept.values["violations"] == {"data_quality": 2}
    assert kept.values["figures"] == {"captured_records": 5, "data_quality_violations": 2, "explanation_ndcg": 0.97}
    assert kept.values["report"] == f"s3://processed/{FOLDER}/monitoring/report.json"
    [request] = sent
    assert request["Namespace"] == "MlLoop"
    own = {"Environment": "dev", "UseCase": "toys-1", "Endpoint": "dev-toys-1", "Variant": "champion"}
    found = [
        (one["MetricName"], {pair["Name"]: pair["Value"] for pair in one["Dimensions"]})
        for one in request["MetricData"]
    ]
    assert found[1] == ("data_quality_violations", own)
    assert {named["Feature"] for _, named in found if "Feature" in named} == {"colour", "size", "colour=r\\xf6t"}


@pytest.mark.parametrize(("days", "calls"), [(1, 1), (20, 0)])
def test_a_replay_is_history_and_what_cloudwatch_refuses_is_not_sent(days: int, calls: int) -> None:
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    run = replace(RUN, start=until - timedelta(hours=1), until=until, history=True)
    sent: list[Any] = []

    class Stored:
        def metrics(self, run: Run) -> list[dict[str, Any]]:
            return MEASURED

        def uri(self, run: Run) -> str:
            return "s3://p/r"

    class CloudWatch:
        def put_metric_data(self, **request: Any) -> None:
            sent.append(request)

    world(storage=Stored(), records=Kept(), cloudwatch=CloudWatch()).publish(run, Look(use_case="toys_1"))
    assert len(sent) == calls
    assert {one["Timestamp"] for request in sent for one in request["MetricData"]} <= {until}


def test_values_are_such_as_cloudwatch_takes() -> None:
    odd: list[dict[str, Any]] = [
        {"name": "drift_psi", "value": value, "unit": "None", "feature": name}
        for value, name in ((1e300, ":a"), (-1e300, "\n"), (1e-200, "x" * 2000))
    ]
    found = list(data(odd, RUN, Place("dev", "dev-toys-1"), 10, NOW))
    assert [one["Value"] for one in found] == [1e108, -1e108, 0.0]
    with stubbed("cloudwatch") as (client, stub):
        stub.add_response("put_metric_data", {})
        client.put_metric_data(Namespace="MlLoop", MetricData=found)
    assert all(pair["Value"].isascii() and len(pair["Value"]) <= 1024 for one in found for pair in one["Dimensions"])
    assert not any(one["Dimensions"][-1]["Value"].startswith(":") for one in found)


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
