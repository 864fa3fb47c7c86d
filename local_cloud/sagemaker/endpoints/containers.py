"""The process of a serverless variant: there when it is asked, and gone while nobody asks."""

import asyncio
import threading
import time
from typing import Any

from local_cloud.sagemaker.endpoints.process import ModelProcess
from local_cloud.sagemaker.endpoints.telemetry import Telemetry

IDLE_SECONDS = 60.0  # AWS does not say after how long a container goes
_READY_SECONDS = 1.0  # a minute on AWS, as everywhere here: then a request is told that its model is not ready
_POLL_SECONDS = 0.02
_MOST_BYTES = 4 * 1024 * 1024  # "Inference options", developer guide; with instances it is more

Refusal = tuple[int, str, str]


class Containers:
    """Starts and ends one process, whatever the concurrency; it is cold until it is first asked.

    Attributes:
        ended: the variant goes, so that no request starts it again.
    """

    def __init__(self, config: dict[str, Any], process: ModelProcess, telemetry: Telemetry, seconds: float) -> None:
        self._most = config["MaxConcurrency"]
        self._provisioned = config.get("ProvisionedConcurrency", 0) > 0
        self._process, self._telemetry, self._health_seconds = process, telemetry, seconds
        self._changing = threading.Lock()
        self._ready = threading.Event()
        self._asked = time.monotonic()
        self.ended = False

    def came_up(self) -> None:
        """Take note that the process, started to see whether it can, is healthy: without provisioned ones it goes."""
        self._ready.set()
        if not self._provisioned:
            self._asked = time.monotonic() - IDLE_SECONDS
            self.rest(0)

    async def refuse(self, in_flight: int, size: int) -> Refusal | None:
        """Say why a request is not answered: status, code and message; None when there is a process for it.

        Args:
            in_flight: requests that the variant has, this one among them.
            size: of the request's body, bytes.
        """
        if size > _MOST_BYTES:
            return 413, "ValidationError", f"The body has {size} bytes; serverless endpoints take {_MOST_BYTES}."
        self._telemetry.measure("ServerlessConcurrentExecutionsUtilization", "None", min(in_flight / self._most, 1.0))
        if in_flight > self._most:
            return 400, "ThrottlingException", f"Rate exceeded: {self._most} requests at once are allowed."
        self._asked = time.monotonic()
        if not self._ready.is_set():
            threading.Thread(target=self._start, daemon=True).start()
            while not self._ready.is_set() and time.monotonic() < self._asked + _READY_SECONDS:
                await asyncio.sleep(_POLL_SECONDS)
        if self._ready.is_set():
            return None
        return 429, "ModelNotReadyException", "The container is still being started. Wait and try your request again."

    def _start(self) -> None:
        if not self._changing.acquire(blocking=False):
            return  # somebody starts it
        try:
            if self.ended or self._ready.is_set():
                return
            began = time.monotonic()
            self._process.start(self._telemetry.log)
            if self._process.wait_until_healthy(self._health_seconds):
                self._telemetry.measure("ModelSetupTime", "Microseconds", round((time.monotonic() - began) * 1e6, 1))
                self._ready.set()
            else:
                self._process.stop()
        finally:
            self._changing.release()

    def rest(self, in_flight: int) -> None:
        """End the process if it was not asked for a while; a request that comes meanwhile starts it again."""
        if self._provisioned or in_flight or time.monotonic() < self._asked + IDLE_SECONDS:
            return
        with self._changing:
            if self._ready.is_set():
                self._ready.clear()
                self._process.stop()

    def end(self) -> None:
        """End the process for good."""
        self.ended = True
        self._process.stop()
        with self._changing:  # whoever was about to start it has done so
            if self._process.alive:
                self._process.stop()
