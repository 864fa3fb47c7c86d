"""What the monitor function publishes, as requests to CloudWatch."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.response import StreamingBody

from monitor.events import Look, Terms
from monitor.published import Place, data
from monitor.reconcile import NothingFoundError
from monitor.state import Run, Served
from monitor.storage import Storage
from tests.unit.monitor_client_kit import FOLDER, NOW, PACKAGE, RUN, Kept, world
from tests.unit.release_stub_kit import stubbed

MEASURED: list[dict[str, Any]] = [
    {"name": "captured_records", "value": 5.0, "unit": "Count"},
    {"name": "data_quality_violations", "value": 2.0, "unit": "Count"},
    {"name": "explanation_ndcg", "value": 0.97, "unit": "None"},
    *({"name": "drift_robust", "value": value, "unit": "None", "feature": name} for name, value in
      (("size", 0.4), ("colour", 0.1), ("kind", 0.3))),
    {"name": "feature_violations", "value": 1.0, "unit": "Count", "feature": "colour"},
    {"name": "bias_DPPL", "value": 0.2, "unit": "None", "feature": "colour=r\u00f6t"},
]  # fmt: skip


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


@pytest.mark.parametrize(
    ("days", "history", "served", "calls", "now"),
    [
        (1, True, "3", 1, False),
        (20, True, "3", 0, False),
        (1, False, "3", 1, True),
        (1, False, "4", 1, False),  # the champion was replaced while its last window was looked at
    ],
)
def test_figures_of_what_is_over_are_of_their_own_time_and_what_cloudwatch_refuses_is_not_sent(
    days: int, history: bool, served: str, calls: int, now: bool
) -> None:
    until = datetime.now(UTC).replace(microsecond=0) - timedelta(days=days)
    run = replace(RUN, start=until - timedelta(hours=1), until=until, history=history)
    sent: list[Any] = []

    class Stored:
        def metrics(self, run: Run) -> list[dict[str, Any]]:
            return MEASURED

        def uri(self, run: Run) -> str:
            return "s3://p/r"

    class CloudWatch:
        def put_metric_data(self, **request: Any) -> None:
            sent.append(request)

    kept = Kept()
    kept.variants["champion"] = Served("champion", "m", f"{PACKAGE.rpartition('/')[0]}/{served}", NOW)
    world(storage=Stored(), records=kept, cloudwatch=CloudWatch()).publish(run, Look(use_case="toys_1"))
    assert len(sent) == calls
    assert kept.values["result"] == "succeeded"
    times = {one["Timestamp"] for request in sent for one in request["MetricData"]}
    assert all((time == until) != now for time in times)


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
