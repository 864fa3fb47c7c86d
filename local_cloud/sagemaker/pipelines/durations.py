"""ISO 8601 durations as CacheConfig.ExpireAfter writes them: "P30D", "30d", "T16m", "p4dt12h"."""

import re

_DAY = 86400.0
_DATE = {"Y": 365 * _DAY, "M": 30 * _DAY, "W": 7 * _DAY, "D": _DAY}
_TIME = {"H": 3600.0, "M": 60.0, "S": 1.0}
_FORM = re.compile(r"P?((\d+[YMWD])*)(T((\d+[HMS])+))?")


def seconds(text: str) -> float:
    """Return a duration in seconds (a month is 30 days, a year 365); ValueError if it is none."""
    match = _FORM.fullmatch(text.upper())
    if match is None or not (match[1] or match[4]):
        raise ValueError(f"{text!r} is not a duration such as P30D, T12H or P1DT6H")
    return _sum(match[1], _DATE) + _sum(match[4] or "", _TIME)


def _sum(text: str, units: dict[str, float]) -> float:
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([A-Z])", text))
