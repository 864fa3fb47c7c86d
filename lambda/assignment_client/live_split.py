"""How an endpoint's requests are shared right now: its live weights, whoever moved them."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from .sticky import CHALLENGER, Split

logger = logging.getLogger(__name__)
SECONDS = 15.0  # for how long weights are remembered
_SOON = 1.0


class LiveSplit:
    """The split of one endpoint, remembered for some seconds; what was known last when it cannot be read.

    Args:
        endpoint: its name.
        sagemaker: returns a client, with short timeouts; asked when it is first needed.
        failed: told why the weights could not be read.
        seconds: for how long an answer is remembered, and a failure too.
        clock: seconds from any start.
    """

    def __init__(
        self,
        endpoint: str,
        sagemaker: Callable[[], Any],
        *,
        failed: Callable[[str], None],
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._endpoint, self._sagemaker, self._failed = endpoint, sagemaker, failed
        self._seconds, self._clock = seconds, clock
        self._split: Split | None = None
        self._until = float("-inf")
        self._salt = ("", "")  # of which endpoint configuration
        self._lock = threading.Lock()

    def read(self) -> Split | None:
        """Return the split; None if it has never been read. Nothing is raised.

        While one thread asks, the others go on with what is known; the first time they wait for it.
        """
        if self._clock() < self._until or not self._lock.acquire(blocking=self._split is None):
            return self._split
        try:
            if self._clock() >= self._until:
                self._refresh()
            return self._split
        finally:
            self._lock.release()

    def doubt(self) -> None:
        """Ask again within a second: a variant was not there."""
        self._until = min(self._until, self._clock() + _SOON)

    def _refresh(self) -> None:
        try:
            self._split = self._ask()
        except Exception as error:
            logger.warning("The weights of %s cannot be read: %s", self._endpoint, error)
            self._failed(str(error))
        self._until = self._clock() + self._seconds

    def _ask(self) -> Split:
        described = self._sagemaker().describe_endpoint(EndpointName=self._endpoint)
        weights = {one["VariantName"]: one.get("CurrentWeight", 0.0) for one in described.get("ProductionVariants", [])}
        if not weights.get(CHALLENGER):
            return Split(0.0, "")
        share = weights[CHALLENGER] / sum(weights.values())
        return Split(share, f"{self._endpoint} {self._challenger(described['EndpointConfigName'])}")

    def _challenger(self, config: str) -> str:
        """Return the challenger's model package, which stays while machines and settings change; else its model."""
        if self._salt[0] != config:
            client = self._sagemaker()
            variants = client.describe_endpoint_config(EndpointConfigName=config)["ProductionVariants"]
            [model] = [one["ModelName"] for one in variants if one["VariantName"] == CHALLENGER]
            container = client.describe_model(ModelName=model).get("PrimaryContainer", {})
            self._salt = (config, str(container.get("ModelPackageName", model)))
        return self._salt[1]
