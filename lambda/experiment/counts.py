"""What CloudWatch says of the guards: how many requests there were, and how many of them went wrong."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from experiment.declared import INVALID, LATENCY
from experiment.e_process import Batch
from experiment.reading import VARIANTS
from experiment.trial import Trial

NAMESPACE = "AWS/SageMaker"
_ERRORS = {"errors_4xx": "Invocation4XXErrors", "errors_5xx": "Invocation5XXErrors"}
# For so long CloudWatch may still be told of a minute: these minutes are read again at the next look.
LATE = timedelta(minutes=5)
# How long CloudWatch keeps values of a period of so many seconds ("Metrics retention"), with some days less.
_KEPT = ((timedelta(days=14), 60), (timedelta(days=60), 300))
_NONE = Batch(0, 0, 0, 0)

Series = Mapping[str, Mapping[datetime, float]]  # of a query's name: the value of each period


@dataclass(frozen=True)
class Counted:
    """What happened since the look before, by guard; up to when, and what of it was in the last minutes."""

    counts: Mapping[str, Batch]
    tail: Mapping[str, Batch]
    until: datetime


def counted(client: Any, endpoint: str, trial: Trial, now: datetime) -> Counted:
    """Count what each guard is about, of both variants.

    The late minutes of the look before are read again, and what it had counted of them is taken off: so a minute that
    was not over, or that CloudWatch had not heard of, is not lost, and none counts twice. The minute in which the
    experiment began does not count: requests of another challenger may be in it.
    """
    since = max(counted_from(trial.started_at), trial.counted_until - LATE)
    until = _minute(now) + timedelta(minutes=1)
    if until <= since:
        return Counted(dict.fromkeys(_guards(trial), _NONE), {}, trial.counted_until)
    found = _series(client, list(_queries(endpoint, trial, _period(now - since))), since, until)
    return count(trial, found, until)


def counted_from(started_at: datetime) -> datetime:
    """Return the first minute that is an experiment's own as a whole."""
    minute = _minute(started_at)
    return minute if minute == started_at else minute + timedelta(minutes=1)


def _guards(trial: Trial) -> list[str]:
    return [name for name in trial.terms.guards if name != INVALID]


def count(trial: Trial, found: Series, until: datetime) -> Counted:
    """Return what the values come to. Pure."""
    guards = _guards(trial)
    everything = {name: _batch(name, found, datetime.min.replace(tzinfo=UTC)) for name in guards}
    tail = {name: _batch(name, found, until - LATE) for name in guards}
    counts = {name: _less(batch, trial.tail.get(name, _NONE)) for name, batch in everything.items()}
    return Counted(counts, tail, until)


def _batch(guard: str, found: Series, since: datetime) -> Batch:
    pairs = [_failures(guard, variant, found, since) for variant in VARIANTS]
    return Batch(*(value for requests, failures in pairs for value in (requests, min(failures, requests))))


def _failures(guard: str, variant: str, found: Series, since: datetime) -> tuple[int, int]:
    """Return requests and failures of a variant."""
    requests = _since(found.get(f"{variant}_{'answers' if guard == LATENCY else 'requests'}", {}), since)
    values = _since(found.get(f"{variant}_{guard}", {}), since)
    if guard != LATENCY:
        return round(sum(requests.values())), round(sum(values.values()))
    # A percentile rank: the share, in percent, that was within the bound. What has none is left out.
    known = {at: n for at, n in requests.items() if at in values}
    return round(sum(known.values())), sum(round(n * (1 - values[at] / 100)) for at, n in known.items())


def _since(values: Mapping[datetime, float], since: datetime) -> dict[datetime, float]:
    return {at: value for at, value in values.items() if at >= since}


def _less(batch: Batch, known: Batch) -> Batch:
    # Shares of many values are approximate, so that a few may be missing.
    champion, challenger = max(0, batch.champion - known.champion), max(0, batch.challenger - known.challenger)
    return Batch(
        champion,
        min(champion, max(0, batch.champion_failures - known.champion_failures)),
        challenger,
        min(challenger, max(0, batch.challenger_failures - known.challenger_failures)),
    )


def _queries(endpoint: str, trial: Trial, period: int) -> Iterable[dict[str, Any]]:
    for variant in VARIANTS:
        dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]

        def query(name: str, metric: str, statistic: str) -> dict[str, Any]:
            found = {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": dimensions}  # noqa: B023
            stat = {"Metric": found, "Period": period, "Stat": statistic}
            return {"Id": f"{variant}_{name}", "MetricStat": stat}  # noqa: B023

        yield query("requests", "Invocations", "Sum")
        for guard, metric in _ERRORS.items():
            if guard in trial.terms.guards:
                yield query(guard, metric, "Sum")
        latency = trial.terms.guards.get(LATENCY)
        if latency and latency.above_ms:
            yield query("answers", "ModelLatency", "SampleCount")
            yield query(LATENCY, "ModelLatency", f"PR(:{latency.above_ms * 1000:.10g})")  # in microseconds


def _series(client: Any, queries: list[Any], since: datetime, until: datetime) -> dict[str, dict[datetime, float]]:
    pages = client.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries, StartTime=since, EndTime=until, ScanBy="TimestampAscending"
    )
    found: dict[str, dict[datetime, float]] = {}
    for page in pages:
        for result in page["MetricDataResults"]:
            values = found.setdefault(result["Id"], {})
            values.update(zip(result["Timestamps"], result["Values"], strict=True))
    return found


def _period(age: timedelta) -> int:
    return next((seconds for kept, seconds in _KEPT if age < kept), 3600)


def _minute(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(second=0, microsecond=0)
