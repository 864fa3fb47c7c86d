"""Log events in CloudWatch's embedded metric format become metrics; ministack keeps them as text only.

Source: CloudWatch user guide, "Specification: Embedded metric format". What the specification refuses is no metric.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MOST_METRICS, _MOST_VALUES, _MOST_DIMENSIONS = 100, 100, 30


@dataclass(frozen=True)
class Datum:
    """One metric of a log event: epoch seconds, values as they were logged."""

    namespace: str
    name: str
    dimensions: dict[str, str]
    unit: str
    values: tuple[float, ...]
    at: float


def close() -> None:
    """Take the metrics out of whatever is appended to a log stream: by a function, or by PutLogEvents."""
    from ministack.services import cloudwatch, cloudwatch_logs

    append = cloudwatch_logs._append_log_events

    def append_and_extract(stream: dict[str, Any], events: list[dict[str, Any]]) -> None:
        append(stream, events)
        for event in events:
            for datum in data_of(event["message"]):
                cloudwatch._store_datum(
                    datum.namespace, datum.name, datum.dimensions, datum.at, datum.unit,
                    None, list(datum.values), None, None,
                )  # fmt: skip

    cloudwatch_logs._append_log_events = append_and_extract


def data_of(message: str) -> list[Datum]:
    """Return the metrics in the text of a log event.

    >>> data_of('{"_aws": {"Timestamp": 5000, "CloudWatchMetrics": [{"Namespace": "N", "Dimensions": [["A"]], '
    ...         '"Metrics": [{"Name": "Count"}]}]}, "A": "x", "Count": [2]}')
    [Datum(namespace='N', name='Count', dimensions={'A': 'x'}, unit='None', values=(2.0,), at=5.0)]
    >>> data_of("START RequestId: 1")
    []
    """
    if not message.startswith("{") or '"_aws"' not in message:
        return []
    try:
        document = json.loads(message)
        return list(_data(document))
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _data(document: dict[str, Any]) -> Iterator[Datum]:
    at = document["_aws"]["Timestamp"] / 1000
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: document[name] for name in names}
            if len(dimensions) > _MOST_DIMENSIONS or not all(isinstance(value, str) for value in dimensions.values()):
                continue
            for metric in directive.get("Metrics", [])[:_MOST_METRICS]:
                if values := _values(document.get(metric["Name"])):
                    unit = metric.get("Unit", "None")
                    yield Datum(directive["Namespace"], metric["Name"], dimensions, unit, values, at)


def _values(found: Any) -> tuple[float, ...]:
    listed = found if isinstance(found, list) else [found]
    numbers = tuple(float(value) for value in listed if isinstance(value, int | float) and not isinstance(value, bool))
    return numbers if len(numbers) == len(listed) <= _MOST_VALUES else ()
