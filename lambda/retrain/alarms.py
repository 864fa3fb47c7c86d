"""Alarms of the monitor that ring, asked of CloudWatch: a message of one may have been lost."""

from collections.abc import Iterator, Mapping
from typing import Any

from retrain.events import Cause, OfAlarm

_AT_ONCE = 100  # names that DescribeAlarms takes


def ringing(client: Any, alarms: Mapping[OfAlarm, tuple[str, ...]]) -> tuple[Cause, ...]:
    """Return a cause for each alarm that rings: the one that its event gave, or would have.

    Args:
        client: of CloudWatch.
        alarms: names by what they mean; those that are gone are left out.
    """
    meaning = {name: kind for kind, names in alarms.items() for name in names}
    names = list(meaning)
    pages = (names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE))
    return tuple(cause for page in pages for cause in _ringing(client, page, meaning))


def _ringing(client: Any, names: list[str], meaning: Mapping[str, OfAlarm]) -> Iterator[Cause]:
    found = client.describe_alarms(AlarmNames=names, StateValue="ALARM", MaxRecords=_AT_ONCE)["MetricAlarms"]
    for alarm in found:
        # Since when it rings; the other time also changes while it does.
        since = alarm.get("StateTransitionedTimestamp") or alarm["StateUpdatedTimestamp"]
        yield Cause(kind=meaning[alarm["AlarmName"]], at=since, source=alarm["AlarmName"])
