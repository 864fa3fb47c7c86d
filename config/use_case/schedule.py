"""Schedules of EventBridge rules, in UTC."""

import re
from datetime import timedelta

from config.use_case.cron import cron_expression, cron_gaps, cron_runs

_RATE = re.compile(r"rate\((?P<value>[1-9][0-9]{0,9}) (?P<unit>minute|hour|day)(?P<plural>s?)\)")
_LONGEST = timedelta(days=365)  # AWS names no limit; such a rule begins anew whenever a deployment changes it


def schedule_expression(text: str) -> str:
    """Return a schedule as EventBridge's guide ("Setting a schedule pattern for scheduled rules") has it.

    Raises:
        ValueError: it is none; the text says why.

    >>> schedule_expression("rate(1 day)"), schedule_expression("cron(0 3 ? * MON-FRI *)")
    ('rate(1 day)', 'cron(0 3 ? * MON-FRI *)')
    """
    if text.startswith("cron("):
        return cron_expression(text)
    rate = _RATE.fullmatch(text)
    if rate is None:
        raise ValueError(
            f"found {text!r}; allowed is rate(<number> minutes, hours or days) or cron(<six fields>). "
            "Choose one such as rate(1 day) or cron(0 3 * * ? *)"
        )
    one, unit = rate["value"] == "1", rate["unit"]
    if one == bool(rate["plural"]):
        right = f"rate({rate['value']} {unit}{'' if one else 's'})"
        raise ValueError(f"found {text!r}; allowed is a unit in the singular after 1 alone. Choose {right}")
    longest = _LONGEST // timedelta(**{f"{unit}s": 1})
    if int(rate["value"]) > longest:
        raise ValueError(f"found {text!r}; allowed are at most {longest} {unit}s, a year. Choose fewer, or a cron(...)")
    return text


def gaps(text: str) -> tuple[timedelta, timedelta]:
    """Return the shortest and the longest time between two runs of a schedule that `schedule_expression` knows.

    >>> [str(gap) for gap in gaps("rate(12 hours)")]
    ['12:00:00', '12:00:00']
    """
    rate = _RATE.fullmatch(text)
    if rate is None:
        return cron_gaps(text)
    gap = timedelta(**{f"{rate['unit']}s": int(rate["value"])})
    return gap, gap


def runs(text: str, days: int) -> int:
    """Return how often a schedule that `schedule_expression` knows runs within some days from today.

    >>> runs("rate(12 hours)", 7)
    14
    """
    if _RATE.fullmatch(text) is None:
        return cron_runs(text, days)
    return timedelta(days=days) // gaps(text)[0]
