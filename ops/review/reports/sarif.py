"""A review in SARIF 2.1.0 (OASIS), which code scanning reads: a rule for each class, at the template that has it."""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ops.review import loosened, monthly
from ops.review.model import Change, Class, Found, Gate, Review, Severity
from ops.review.reports import wording

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {Severity.BLOCK: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}  # else note
_RULES = {
    Class.DATA_LOSS: "Data may be lost: what keeps it is replaced or removed, or keeps it for less long.",
    Class.PERMISSIONS_WIDENED: "A policy allows more than it did.",
    Class.PERMISSIONS_NARROWED: "A policy allows less than it did.",
    Class.PERMISSIONS_UNKNOWN: "A policy differs, and nobody can tell if it allows more.",
    Class.EXPOSURE: "More people or networks can reach something, or isolation or encryption is turned off.",
    Class.INTERRUPTION: "A service is interrupted, or has less capacity.",
    Class.PIPELINE: "What a pipeline of models does has changed.",
    Class.MONITORING_WEAKENED: "Less is watched, or less strictly.",
    Class.COST: "The price has changed.",
    Class.METADATA: "Tags or metadata have changed.",
    monthly.CHANGE: "A month becomes dearer by more than it may.",
    monthly.BUDGET: "A month becomes dearer than its budget.",
    loosened.LOOSENED: "The change loosens the rules that it is judged by.",
    loosened.WAIVER: "The change brings an exception from the rules that it is judged by.",
}
_IDS = [str(rule) for rule in _RULES]


def render(review: Review, root: Path | None = None) -> str:
    """Return the review as SARIF.

    Args:
        review: judged by its gates.
        root: folder that paths of templates are relative to; where a template is found below it results name its line.
    """
    results = [_of_change(one, found, review, root) for one in review.changes for found in one.found]
    results += [_of_gate(gate) for gate in review.gates if not gate.changes]
    driver = {"name": "ml-loop-review", "rules": [_rule(name, text) for name, text in _RULES.items()]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule(name: str, text: str) -> dict[str, Any]:
    return {
        "id": str(name),
        "name": "".join(word.capitalize() for word in str(name).split("_")),
        "shortDescription": {"text": wording.said(name).capitalize()},
        "fullDescription": {"text": text},
        "help": {"text": f"{text} {wording.LIMITS}"},
        "properties": {"tags": ["infrastructure"]},
    }


def _of_change(change: Change, found: Found, review: Review, root: Path | None) -> dict[str, Any]:
    name = f"{change.stack}/{change.logical_id}"
    text = f"{name} {wording.action(change)} ({wording.where(change.environments)}): {found.text}"
    template = review.templates.get(change.stack, f"{change.stack}.template.json")
    # The same finding, whichever environments it is folded of.
    part = change.stack.removeprefix(f"{change.environments[0]}-") if change.environments else change.stack
    same = f"{part}/{change.logical_id}/{found.kind.value}/{','.join(sorted(found.paths))}"
    return _result(found.kind, found.severity, text, template, same) | {
        "locations": [
            {
                "physicalLocation": _place(template, _line(change, template, root)),
                "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}],
            }
        ],
        "properties": {
            "severity": wording.severity(found.severity),
            "action": change.action.value,
            "environments": list(change.environments),
            "type": change.type,
        },
    }


def _of_gate(gate: Gate) -> dict[str, Any]:
    file = f"environments/{gate.environment}.yaml"
    severity = Severity.BLOCK if gate.closed else Severity.MEDIUM
    text = f"{wording.where((gate.environment,))}: {gate.text}"
    return _result(gate.name, severity, text, file, f"{file}/{gate.name}/{gate.text}")


def _result(rule: str, severity: Severity, text: str, file: str, same: str) -> dict[str, Any]:
    return {
        "ruleId": str(rule),
        "ruleIndex": _IDS.index(str(rule)),
        "level": _LEVELS.get(severity, "note"),
        "message": {"text": wording.plain(text)},
        "locations": [{"physicalLocation": _place(file, 1)}],
        "partialFingerprints": {"mlLoopReview/v1": hashlib.sha256(same.encode(errors="replace")).hexdigest()},
    }


def _place(file: str, line: int) -> dict[str, Any]:
    uri = quote(wording.plain(file).replace("\\", "/").lstrip("/"))
    return {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}


def _line(change: Change, template: str, root: Path | None) -> int:
    """Return the line on which a resource begins in the template as the CDK writes it, 1 if it is not found."""
    if root is None or not (root / template).is_file():
        return 1
    wanted = f'"{change.logical_id}": {{'
    lines = (root / template).read_text(encoding="utf-8", errors="replace").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.strip() == wanted), 1)
