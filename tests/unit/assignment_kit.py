"""An endpoint with a champion and a challenger, as a client library of AWS shows it, and what fails of it."""

import io
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

PACKAGE = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays/7"


def refusal(code: str, operation: str = "InvokeEndpoint", **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": f"{code} was said"}, **more}
    return ClientError(answer, operation)


@dataclass
class World:
    """What is behind the three clients; `down` are operations that fail, by name, and with what."""

    weights: dict[str, float] = field(default_factory=lambda: {"champion": 3.0, "challenger": 1.0})
    config: str = "dev-flight-delays-1a2b3c-6c7"
    package: str | None = PACKAGE
    live: set[str] | None = None  # variants that can be asked; None: those with weights
    down: dict[str, Exception] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    requests: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.hold.set()

    def unreachable(self, *operations: str) -> None:
        for operation in operations:
            self.down[operation] = EndpointConnectionError(endpoint_url="https://nowhere")

    def clients(self, service: str) -> Any:
        self.calls[service] += 1
        return self

    def _called(self, operation: str) -> None:
        self.calls[operation] += 1
        if error := self.down.get(operation):
            raise error

    def describe_endpoint(self, **_: str) -> dict[str, Any]:
        self._called("describe_endpoint")
        variants = [{"VariantName": name, "CurrentWeight": weight} for name, weight in self.weights.items()]
        return {"EndpointConfigName": self.config, "ProductionVariants": variants}

    def describe_endpoint_config(self, **_: str) -> dict[str, Any]:
        self._called("describe_endpoint_config")
        return {"ProductionVariants": [{"VariantName": name, "ModelName": f"m-{name}"} for name in self.weights]}

    def describe_model(self, **request: str) -> dict[str, Any]:
        self._called("describe_model")
        assert request["ModelName"] == "m-challenger"
        return {"PrimaryContainer": {"ModelPackageName": self.package} if self.package else {}}

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        self._called("invoke_endpoint")
        variant = request.get("TargetVariant", "champion")
        if variant not in (self.weights if self.live is None else self.live):
            raise refusal("ValidationError")
        return {"Body": io.BytesIO(b"0.5"), "ContentType": "text/csv", "InvokedProductionVariant": variant}

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        assert self.hold.wait(20)
        self._called("send_message_batch")
        self.events += [json.loads(entry["MessageBody"]) for entry in request["Entries"]]
        return {}

    def send_message(self, **request: Any) -> None:
        self._called("send_message")
        self.events.append(json.loads(request["MessageBody"]))
