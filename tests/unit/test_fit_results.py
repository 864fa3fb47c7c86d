"""What `ops.fit` reads of a job that has ended: metrics in its log, and its model."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from ops.fit import Evaluation, evaluate, learning_curve
from ops.target import OperationError

NAME = "dev-flight-delays-0a1b2c3d-20260101000000"


class Logs:
    """As much of CloudWatch Logs as is asked: streams of pages of lines, the last page with its own token."""

    def __init__(self, streams: dict[str, list[list[str]]]) -> None:
        self.streams = streams

    def get_paginator(self, _: str) -> "Logs":
        return self

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        assert asked["logStreamNamePrefix"] == f"{NAME}/"
        yield {"logStreams": [{"logStreamName": name} for name in self.streams]}

    def get_log_events(self, logStreamName: str, nextToken: str = "0", **_: Any) -> dict[str, Any]:  # noqa: N803
        pages, place = self.streams[logStreamName], int(nextToken)
        lines = pages[place] if place < len(pages) else []
        return {"events": [{"message": line} for line in lines], "nextForwardToken": str(min(place + 1, len(pages)))}


def curve(monkeypatch: pytest.MonkeyPatch, streams: dict[str, list[list[str]]], **metrics: str) -> dict[str, Any]:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: Logs(streams))
    job = SimpleNamespace(
        training_job_name=NAME, training_job_arn=f"arn:aws:sagemaker:eu-west-1:111122223333:training-job/{NAME}"
    )
    own = [SimpleNamespace(name=name, regex=regex) for name, regex in metrics.items()]
    trainer: Any = SimpleNamespace(_latest_training_job=job, _metric_definitions=own or None)
    return {str(name): values.tolist() for name, values in learning_curve(trainer).items()}


def test_rounds_of_xgboost_are_read_as_cloudwatch_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    one = [
        "[05:10:11] task NULL",
        "[0]#011train-auc:0.61#011validation-auc:0.5",
        "[1]\ttrain-auc:7e-1\tvalidation-auc:1",
    ]
    streams = {f"{NAME}/algo-1-1": [["starting"]], f"{NAME}/algo-2-1": [one, ["[2]#011train-ndcg@5:-0.5"]]}
    found = curve(monkeypatch, streams)
    assert found["train:auc"][:2] == [0.61, 0.7]
    assert found["validation:auc"][:2] == [0.5, 1.0]
    assert found["train:ndcg@5"][0] == -0.5


def test_a_scripts_own_metrics_are_read_by_its_expressions(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["epoch 1 loss=0.5; [0]", "epoch 2 loss=0.25;"]
    assert curve(monkeypatch, {"one": [lines]}, loss="loss=([0-9.]+);") == {"loss": [0.5, 0.25]}


def test_a_log_without_metrics_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert curve(monkeypatch, {"one": [["#quality_metric: host=algo-1, test msd <loss>=0.9"]]}) == {}
    assert curve(monkeypatch, {}) == {}


def test_a_job_without_a_model_is_not_judged() -> None:
    job = SimpleNamespace(training_job_name=NAME, training_job_status="Stopped", refresh=lambda: None)
    trainer: Any = SimpleNamespace(_latest_training_job=job)
    with pytest.raises(OperationError, match=f"{NAME} is Stopped: there is no model"):
        evaluate(trainer, "flight_delays", "dev")


def test_a_table_that_is_not_there_is_named_with_those_that_are(tmp_path: Any) -> None:
    (tmp_path / "roc.csv").write_text("a\n1\n")
    assert Evaluation(tmp_path).table("roc")["a"].tolist() == [1]
    with pytest.raises(OperationError, match="no table confusion; there are roc"):
        Evaluation(tmp_path).table("confusion")
