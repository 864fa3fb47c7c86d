"""Figures for people."""

from typing import Any


def figure(value: Any) -> str:
    """Return a figure for people: four digits, thousands apart; a question mark where there is none.

    >>> figure(0.70612), figure(28128), figure(None), figure(-0.04)
    ('0.7061', '28,128', '?', '-0.04')
    """
    if value is None or value != value:  # noqa: PLR0124 - nan is no equal of itself
        return "?"
    if isinstance(value, bool | str):
        return str(value)
    if float(value).is_integer() and abs(value) < 1e15:  # noqa: PLR2004 - integers that a float64 tells apart
        return f"{int(value):,}"
    return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"  # noqa: PLR2004


def apart(one: float, other: float) -> tuple[str, str]:
    """Return two figures for people, with as many digits as tell them apart.

    >>> apart(0.58, 0.6), apart(0.599999, 0.6), apart(1234566, 1234567.0), apart(0.6, 0.6)
    (('0.58', '0.6'), ('0.599999', '0.6'), ('1,234,566', '1,234,567'), ('0.6', '0.6'))
    """
    shown = figure(one), figure(other)
    if one == other or shown[0] != shown[1]:
        return shown
    written = ((f"{one:,.{digits}g}", f"{other:,.{digits}g}") for digits in range(5, 18))
    return next(pair for pair in written if pair[0] != pair[1])  # 17 digits tell any two float64 apart
