"""Which models an endpoint's variants serve, and since when."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from monitor import native
from monitor.cloud_metrics import CloudMetrics
from monitor.events import Look
from monitor.logic import IN_SERVICE
from monitor.published import Place
from monitor.records import Records
from monitor.state import Run, Served
from shared import live
from shared.slots import CHAMPION

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient


class Serving:
    """Endpoints of one environment, and what is written down of them."""

    def __init__(self, sagemaker: "SageMakerClient", records: Records, metrics: CloudMetrics, environment: str) -> None:
        self._sagemaker, self._records, self._metrics = sagemaker, records, metrics
        self._environment = environment

    def endpoint(self, use_case: str) -> str:
        """Return the name of a use case's endpoint, and of its model package group."""
        return self.place(use_case).endpoint

    def place(self, use_case: str) -> Place:
        """Return where a use case's metrics belong."""
        return Place(self._environment, f"{self._environment}-{use_case.replace('_', '-')}")

    def packages(self, use_case: str) -> list[str]:
        """Return the model packages of an endpoint's variants, those it will have as well."""
        endpoint = live.endpoint(self._sagemaker, self.endpoint(use_case))
        return [variant.package for variant in endpoint.variants.values()] if endpoint else []

    def now(self, look: Look, now: datetime) -> tuple[str | None, tuple[Served, ...]]:
        """Return the status of a use case's endpoint, None if there is none, and what serves.

        While it is updated what it will serve is not believed.
        """
        endpoint = live.endpoint(self._sagemaker, self.endpoint(look.use_case))
        known = self._records.served(look.use_case)
        if endpoint and endpoint.status == IN_SERVICE:
            known = self.noted(look, endpoint.variants, known, now)
        return endpoint.status if endpoint else None, tuple(known.values())

    def noted(
        self, look: Look, variants: Mapping[str, live.Variant], known: Mapping[str, Served], now: datetime
    ) -> dict[str, Served]:
        """Return what serves, since when; what is new is written down."""
        found = {}
        for name, variant in variants.items():
            before = known.get(name)
            if before is None or before.model != variant.model:
                # What answered here before was another model; of the first one there is nothing older.
                since = now if before else (variant.created or now).astimezone(UTC)
                if before and name == CHAMPION and before.package != variant.package:
                    self._begin_anew(look, now)
                before = Served(name, variant.model, variant.package, since.replace(microsecond=0))
                self._records.serve(look.use_case, before)
            found[name] = before
        return found

    def replaced(self, run: Run) -> bool:
        """Whether the variant that a run looked at serves another model package by now."""
        served = self._records.served(run.use_case).get(run.variant)
        return served is not None and served.package != run.package

    def _begin_anew(self, look: Look, now: datetime) -> None:
        """Measure that nothing was found of a champion that is new.

        Alarms that rang about the one before it fall silent, so that what is found of this one makes them ring again:
        the loop hears when an alarm begins to ring.
        """
        variant = native.TOGETHER if look.terms.backend == native.BACKEND else CHAMPION
        self._metrics.say_nothing_found(look.terms.monitors, look.use_case, variant, self.place(look.use_case), now)
