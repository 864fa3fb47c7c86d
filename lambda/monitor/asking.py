"""What a run is asked for: `request.json`, and the lists of its inputs' objects (docs/monitoring.md)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.baselines import Baselines
from monitor.events import Terms
from monitor.state import Run
from monitor.storage import REQUEST, Listed, Storage

_COMPARED = frozenset({"bias", "explainability"})  # with what the model makes of its test data
_BY_OUTCOMES = frozenset({"bias", "model_quality"})


def request(run: Run, terms: Terms, endpoint: str) -> dict[str, Any]:
    """Return request.json, as pipelines_src/steps/monitoring/request.py reads it."""
    return {
        "endpoint": endpoint,
        "variants": [run.variant],
        "from": run.start.isoformat(),
        "until": run.until.isoformat(),
        "monitors": list(run.monitors),
        "alpha": terms.alpha,
        "tolerances": terms.tolerances,
        "facets": list(terms.facets) if "bias" in run.monitors else [],
    }


def write(storage: Storage, run: Run, terms: Terms, endpoint: str, baselines: Baselines, now: datetime) -> str:
    """Write what a run is asked for, and return its folder; again is the same, but for what has come meanwhile."""
    storage.write(run, REQUEST, request(run, terms, endpoint))
    for name, listed in lists(storage, run, endpoint, baselines, now).items():
        storage.write(run, f"request/{name}.manifest", listed)
    return storage.uri(run)


def lists(storage: Storage, run: Run, endpoint: str, baselines: Baselines, now: datetime) -> Mapping[str, Listed]:
    """Return the objects of each input: what the run's monitors need and there is."""
    wanted = frozenset(run.monitors)
    compared = bool(wanted & _COMPARED)

    def one(uri: str, needed: bool) -> Listed:
        folder, _, name = uri.rpartition("/")
        return storage.listed(folder, [name]) if uri and needed else storage.nothing(run)

    # Every monitor judges by days, which the job counts where the baseline says that they matter.
    folder = baselines.data_quality
    return {
        "captures": storage.captures(run, endpoint),
        "baseline": storage.listed(folder, baselines.files) if folder else storage.nothing(run),
        "ground_truth": storage.outcomes(run, now) if wanted & _BY_OUTCOMES else storage.nothing(run),
        "quality": one(baselines.quality, "model_quality" in wanted),
        "model": one(baselines.model, compared),
        "reference": one(baselines.test_data, compared),
    }
