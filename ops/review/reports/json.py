"""A review for programs; `docs/review.schema.json` describes it."""

import json
from typing import Any

from ops.review.model import Change, Cost, Gate, Review, Severity
from ops.review.reports import wording

VERSION = 1  # rises when a program that reads it would have to change


def render(review: Review) -> str:
    """Return the review as JSON, in ASCII: it holds texts of templates that no other spelling might survive."""
    return json.dumps(document(review), indent=2, allow_nan=False) + "\n"


def document(review: Review) -> dict[str, Any]:
    """Return the review as values of JSON."""
    return {
        "version": VERSION,
        "severity": wording.severity(max((one.severity for one in review.changes), default=Severity.INFO)),
        "blocked": any(gate.closed for gate in review.gates),
        "changes": [_change(change) for change in review.changes],
        "gates": [_gate(gate) for gate in review.gates],
        "cost": _cost(review.cost),
        "remarks": list(review.remarks),
        "templates": dict(review.templates),
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "environments": list(change.environments),
        "stack": change.stack,
        "logical_id": change.logical_id,
        "path": change.path,
        "type": change.type,
        "action": change.action.value,
        "was": change.was,
        "classes": [kind.value for kind in change.classes],
        "severity": wording.severity(change.severity),
        "properties": [
            {
                "path": one.path,
                "before": wording.jsonable(one.before),
                "after": wording.jsonable(one.after),
                "updates": one.updates.value,
                "because": one.because,
            }
            for one in change.properties
        ],
        "found": [
            {
                "class": one.kind.value,
                "severity": wording.severity(one.severity),
                "text": one.text,
                "paths": list(one.paths),
                "detail": one.detail,
            }
            for one in change.found
        ],
    }


def _gate(gate: Gate) -> dict[str, Any]:
    return {
        "environment": gate.environment,
        "name": gate.name,
        "state": wording.state(gate),
        "closed": gate.closed,
        "text": gate.text,
        "changes": list(gate.changes),
        "waived": list(gate.waived),
    }


def _cost(cost: Cost | None) -> dict[str, Any]:
    every = cost.by_environment if cost else ()
    return {
        "base_monthly_usd": cost.base_monthly_usd if cost else None,
        "head_monthly_usd": cost.head_monthly_usd if cost else None,
        "unpriced": list(cost.unpriced) if cost else [],
        "by_environment": [
            {"environment": name, "base_monthly_usd": base, "head_monthly_usd": head} for name, base, head in every
        ],
    }
