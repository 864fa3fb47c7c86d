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
