"""What the tests of a turn's sample share: the turn, and clients that note what they are asked."""

import json
from typing import Any

from retrain.events import Sampling
from retrain.samples import Samples
from retrain.state import Turn
from tests.unit.retrain_cloud_kit import NOW

TURN = Turn("flight_delays", 4, (), NOW, drawn="random", does="label", sample="turn-4-20260101")
SAMPLING = Sampling(records=50, days=2, ending=".png")
FOLDER = "flight_delays/samples/turn-4-20260101"
CAPTURED = "flight_delays/dev-flight-delays/champion"
EXECUTION = "arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/dev-flight-delays-sample/execution/abcdefghijkl"


class Clients:
    """Stubs, and what was written."""

    def __init__(self, s3: Any, sagemaker: Any) -> None:
        (self.client, self.s3), (maker, self.sagemaker) = s3, sagemaker
        self.written: dict[str, Any] = {}
        self.started: dict[str, Any] = {}
        self.client.meta.events.register("provide-client-params.s3.PutObject", self._write)
        maker.meta.events.register("provide-client-params.sagemaker.StartPipelineExecution", self._start)
        self.samples = Samples(
            self.client, maker, environment="dev", capture="captured", processed="processed", labelled="labels"
        )

    def _write(self, params: dict[str, Any], **_: Any) -> None:
        assert params["Bucket"] == "processed"
        self.written[params["Key"]] = json.loads(params["Body"])

    def _start(self, params: dict[str, Any], **_: Any) -> None:
        self.started = params

    def lists(self, *keys: str, key: str = "Key") -> None:
        self.s3.add_response("list_objects_v2", {"Contents": [{key: one, "Size": 1} for one in keys]})

    def begins(self) -> None:
        self.sagemaker.add_response("start_pipeline_execution", {"PipelineExecutionArn": EXECUTION})

    @property
    def values(self) -> dict[str, str]:
        return {one["Name"]: one["Value"] for one in self.started["PipelineParameters"]}
