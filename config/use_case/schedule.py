"""Schedules of EventBridge rules, in UTC, and of scaling."""

import re

_RATE = re.compile(r"rate\((?P<value>[1-9]\d*) (?P<unit>minute|hour|day)(?P<plural>s?)\)")
_CRON = re.compile(r"cron\((?P<fields>[^()]*)\)")
_MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
_DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT"
# Name of a field, least and most value, names of values, and what else it may hold.
_FIELDS = (
    ("minutes", 0, 59, "", ""),
    ("hours", 0, 23, "", ""),
    ("day of month", 1, 31, "", r"\?|L|([1-9]|[12]\d|3[01])W"),
    ("month", 1, 12, _MONTHS, ""),
    ("day of week", 1, 7, _DAYS, r"\?|L|[1-7]L|[1-7]#[1-5]"),
    ("year", 1970, 2199, "", ""),
)


def schedule_expression(text: str) -> str:
    """Return a schedule as EventBridge's guide ("Setting a schedule pattern for scheduled rules") has it.

    Raises:
        ValueError: it is none; the text says why.

    >>> schedule_expression("rate(1 day)"), schedule_expression("cron(0 3 ? * MON-FRI *)")
    ('rate(1 day)', 'cron(0 3 ? * MON-FRI *)')
    """
    if rate := _RATE.fullmatch(text):
        one, unit = rate["value"] == "1", rate["unit"]
        if one == bool(rate["plural"]):
            right = f"rate({rate['value']} {unit}{'' if one else 's'})"
            raise ValueError(f"found {text!r}; allowed is a unit in the singular after 1 alone. Choose {right}")
        return text
    if _CRON.fullmatch(text) is None:
        raise ValueError(
            f"found {text!r}; allowed is rate(<number> minutes, hours or days) or cron(<six fields>). "
            "Choose one such as rate(1 day) or cron(0 3 * * ? *)"
        )
    return cron_expression(text)


def cron_expression(text: str) -> str:
    """Return a cron expression as EventBridge, and Application Auto Scaling as well, has it.

    Raises:
        ValueError: it is none; the text says why.

    >>> cron_expression("cron(0 8 ? * MON-FRI *)")
    'cron(0 8 ? * MON-FRI *)'
    """
    cron = _CRON.fullmatch(text)
    if cron is None:
        raise ValueError(f"found {text!r}; allowed is cron(<six fields>). Choose one such as cron(0 3 * * ? *)")
    _check(text, cron["fields"].split())
    return text


def _check(text: str, fields: list[str]) -> None:
    if len(fields) != len(_FIELDS):
        names = ", ".join(name for name, *_ in _FIELDS)
        raise ValueError(
            f"found {text!r} with {len(fields)} fields; allowed are six: {names}. Correct it, as in cron(0 3 * * ? *)"
        )
    for value, (name, least, most, names, more) in zip(fields, _FIELDS, strict=True):
        if not all(_is_part(part, least, most, names, more) for part in value.split(",")):
            raise ValueError(
                f"found {text!r} with {value!r} for {name}; allowed are *, {least} to {most}, ranges (a-b), "
                "steps (a/n) and lists. Correct it"
            )
    if (fields[2] == "?") == (fields[4] == "?"):
        raise ValueError(
            f"found {text!r}; allowed is ? for one of day of month and day of week, and not for both. "
            "Correct it, as in cron(0 3 * * ? *) or cron(0 3 ? * MON *)"
        )


def _is_part(part: str, least: int, most: int, names: str, more: str) -> bool:
    if more and re.fullmatch(more, part):
        return True
    start, stepped, step = part.partition("/")
    if stepped and not re.fullmatch(r"[1-9]\d*", step):
        return False
    return start == "*" or all(_is_value(value, least, most, names) for value in start.split("-", 1))


def _is_value(value: str, least: int, most: int, names: str) -> bool:
    if value.isascii() and value.isdigit():
        return least <= int(value) <= most
    return bool(names and re.fullmatch(names, value))
