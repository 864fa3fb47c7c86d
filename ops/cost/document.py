"""A report for programs; docs/cost.md says what is in it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ops.cost.amounts import rounded
from ops.cost.choices import Choice
from ops.cost.model import Line, Part
from ops.cost.report import Report

_EXACT = Decimal("0.000001")


def document(report: Report) -> dict[str, Any]:
    """Return all of a report, sums and lines."""
    return {
        "environment": report.bill.environment,
        "region": report.bill.region,
        "monthly_usd": {**_sums({part: report.bill.usd(part) for part in Part}), "total": _exact(report.bill.usd())},
        "budget_usd": report.budget,
        "lines": [_line(line) for line in report.bill.lines if line.need.quantity],
        "by_stack": {name: _sums(sums) for name, sums in report.by_stack.items()},
        "by_use_case": {name: _sums(sums) for name, sums in report.by_use_case.items()},
        "further": [_choice(choice) for choice in report.further],
        "cheaper": [_choice(choice) for choice in report.cheaper],
        "unpriced": list(report.bill.unpriced),
        "remarks": report.remarks,
        "sources": report.sources(),
    }


def _exact(usd: Decimal | None) -> float | None:
    """Return an amount for programs, to a millionth of a dollar."""
    return None if usd is None else float(rounded(usd, _EXACT))


def _sums(sums: Mapping[Part, Decimal]) -> dict[str, float | None]:
    return {part.value: _exact(usd) for part, usd in sums.items()}


def _choice(choice: Choice) -> dict[str, Any]:
    return {"text": choice.text, "monthly_usd": _exact(choice.usd), "unpriced": list(choice.unpriced)}


def _line(line: Line) -> dict[str, Any]:
    return {
        "stack": line.stack,
        "use_case": line.use_case,
        "logical_id": line.logical_id,
        "type": line.type,
        "what": line.need.what,
        "part": line.need.part.value,
        "quantity": float(line.need.quantity),
        "unit": line.unit,
        "monthly_usd": _exact(line.usd),
        "price": line.price,
        "price_date": line.date,
        "price_stands_in": line.instead,
    }
