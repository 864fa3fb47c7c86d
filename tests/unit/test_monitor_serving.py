"""What the monitor function takes a variant to serve, and since when."""

from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.cloud_metrics import CloudMetrics
from monitor.events import Look, Terms
from monitor.serving import Serving
from monitor.state import Run, Served
from shared.live import Endpoint, Variant
from shared.pipelines import Execution
from tests.unit.monitor_client_kit import NOW, PACKAGE, RUN, world
from tests.unit.release_stub_kit import stubbed


def serving(records: Any, cloudwatch: Any) -> Serving:
    sagemaker: Any = None
    return Serving(sagemaker, records, CloudMetrics(cloudwatch), "dev")


def test_a_model_serves_since_it_was_made_and_the_next_one_since_it_was_seen() -> None:
    class Kept:
        def __init__(self) -> None:
            self.known: dict[str, Served] = {}

        def serve(self, use_case: str, served: Served) -> None:
            self.known = {**self.known, served.variant: served}

    kept, made = Kept(), NOW - timedelta(days=3)
    mine = serving(kept, SimpleNamespace(put_metric_data=lambda **_: None))

    def look(model: str, at: datetime) -> datetime:
        variants = {"champion": Variant(model, PACKAGE, created=made)}
        return mine.noted(Look(use_case="toys_1"), variants, kept.known, at)["champion"].since

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
        mine = serving(SimpleNamespace(serve=lambda *_: None), client)
        known = {name: Served(name, "m1", "p/m1", NOW) for name in ("champion", "challenger")}

        def serve(**models: str) -> None:
            variants = {name: Variant(model, f"p/{model}") for name, model in models.items()}
            mine.noted(Look(use_case="toys_1", terms=terms), variants, known, NOW)

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
