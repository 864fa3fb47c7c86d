"""Widgets of CloudWatch's dashboards, as plain data: "Dashboard Body Structure and Syntax" in its API reference.

Dictionaries and not the CDK's widgets: each of those is a round trip to its JavaScript.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Widget = dict[str, Any]
Line = list[Any]

COLUMNS = 24  # of a dashboard
MOST_ALARMS = 100  # of a widget
_HEIGHT = 6  # of a graph


def metric(namespace: str, name: str, dimensions: Mapping[str, str], **shown: Any) -> Line:
    """Return the line of one metric; `shown`: its `label`, `stat`, `id` and so on.

    >>> metric("AWS/SQS", "NumberOfMessagesSent", {"QueueName": "q"}, stat="Sum")
    ['AWS/SQS', 'NumberOfMessagesSent', 'QueueName', 'q', {'stat': 'Sum'}]
    """
    return [namespace, name, *(part for pair in dimensions.items() for part in pair), *([shown] if shown else [])]


def expression(text: str, label: str, name: str) -> Line:
    """Return the line of an expression; other lines of the widget know it by its name."""
    return [{"expression": text, "id": name, "label": label}]


def search(
    names: Sequence[str],
    namespace: str,
    dimensions: Sequence[str],
    where: Mapping[str, str],
    *,
    stat: str,
    label: str,
    name: str = "e1",
    seconds: int = 300,
) -> Line:
    """Return a line for each metric that there is, later ones too; CloudWatch finds what has come within two weeks.

    Args:
        names: of the metrics, any of these.
        namespace: of them; empty: any.
        dimensions: all that the metrics have, and no more.
        where: what some of these must be; a value that ends with `*` is the beginning of one, as whole words.
        stat: statistic.
        label: of each line; `${PROP('Dim.Feature')}` is the value of its dimension.
        name: of the line.
        seconds: length of a period.
    """
    schema = ",".join([f'"{namespace}"' if namespace.startswith("/") else namespace, *sorted(dimensions)])
    named = " OR ".join(f'MetricName="{one}"' for one in names)
    terms = [f"({named})" if len(names) > 1 else named]
    terms += [f"{key}={value[:-1]}" if value.endswith("*") else f'{key}="{value}"' for key, value in where.items()]
    query = " ".join([f"{{{schema}}}" if namespace else "", *terms]).strip()
    return expression(f"SEARCH('{query}', '{stat}', {seconds})", label, name)


def graph(title: str, region: str, lines: Sequence[Line], *, width: int = 6, **properties: Any) -> Widget:
    """Return a graph; `properties`: `stat`, `period`, `stacked`, `view`, `yAxis`, `annotations`."""
    shown = {"view": "timeSeries", "stat": "Sum", "period": 300, "yAxis": {"left": {"min": 0}}} | properties
    return _widget("metric", width, _HEIGHT, {"title": title, "region": region, "metrics": list(lines), **shown})


def text(markdown: str, *, width: int = 6, height: int = _HEIGHT) -> Widget:
    """Return a text."""
    return _widget("text", width, height, {"markdown": markdown})


def alarm_status(title: str, arns: Sequence[str], *, only_ringing: bool = False) -> list[Widget]:
    """Return widgets of alarms, what has changed last first; a widget has at most a hundred."""
    found = []
    for start in range(0, len(arns), MOST_ALARMS):
        some = list(arns[start : start + MOST_ALARMS])
        states = {"states": ["ALARM", "INSUFFICIENT_DATA"]} if only_ringing else {}
        height = 3 if only_ringing else 1 + (len(some) + 5) // 6
        properties = {"title": title, "alarms": some, "sortBy": "stateUpdatedTimestamp", **states}
        found.append(_widget("alarm", COLUMNS, height, properties))
    return found


def placed(rows: Iterable[Sequence[Widget]]) -> list[Widget]:
    """Return the widgets of rows with their places, the first row on top."""
    found: list[Widget] = []
    y = 0
    for row in rows:
        x = 0
        for widget in row:
            found.append({**widget, "x": x, "y": y})
            x += widget["width"]
        y += max((widget["height"] for widget in row), default=0)
    return found


def _widget(kind: str, width: int, height: int, properties: dict[str, Any]) -> Widget:
    return {"type": kind, "width": width, "height": height, "properties": properties}
