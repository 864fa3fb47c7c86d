"""Changes of resources in GitHub's Markdown."""

from ops.review.model import Change, Class, Found, PropertyChange, Severity, Updates
from ops.review.reports import wording
from ops.review.reports.escaping import block, code, markup, prose

MARKS = {Severity.BLOCK: "⛔", Severity.HIGH: "🔴", Severity.MEDIUM: "🟠", Severity.LOW: "🟡", Severity.INFO: "⚪"}
_FOUND, _PROPERTIES, _DETAILS, _PATHS = 8, 12, 3, 4
_UPDATES = {
    Updates.IN_PLACE: "",
    Updates.MAY_REPLACE: ", which may replace the resource",
    Updates.REPLACE: ", which replaces the resource",
    Updates.UNKNOWN: ", with an effect that no schema tells",
}


def line(change: Change, kind: Class | None = None) -> str:
    """Return a change as an item of a list, with what was found of a class, or with all."""
    found = [one for one in change.found if kind in (None, one.kind)]
    worst = max((one.severity for one in found), default=Severity.INFO)
    said = "; ".join(prose(one.text, 300) for one in found[:_FOUND])
    if not change.found and change.properties:
        said = ", ".join(code(one.path) for one in change.properties[:_PATHS])
        said += f" and {len(change.properties) - _PATHS} more" if len(change.properties) > _PATHS else ""
    name = code(f"{change.stack}/{change.logical_id}")
    places = prose(wording.where(change.environments), 100)
    return f"- {MARKS[worst]} {name} {wording.action(change)} ({places}){f': {said}' if said else ''}"


def folded(change: Change, *, unfolded: bool) -> str:
    """Return a change as a section that opens: why it matters, what differs, and details such as code."""
    parts = [_title(change, unfolded=unfolded), ""]
    parts += [_found(one) for one in change.found[:_FOUND]]
    parts += _more(len(change.found) - _FOUND, "finding")
    properties = [_property(one) for one in change.properties[:_PROPERTIES]]
    more = _more(len(change.properties) - _PROPERTIES, "property")
    parts += ["", "What differs:", "", *properties, *more] if properties else []
    details = [one.detail for one in change.found if one.detail.strip()]
    for detail in details[:_DETAILS]:
        parts += ["", block(detail)]
    if len(details) > _DETAILS:
        parts += ["", *_more(len(details) - _DETAILS, "detail")]
    return "\n".join([*parts, "", "</details>", ""])


def _title(change: Change, *, unfolded: bool) -> str:
    name = markup(f"{change.stack}/{change.logical_id}")
    classes = ", ".join(wording.said(kind) for kind in change.classes)
    was = f", before <code>{markup(change.was)}</code>" if change.was else ""
    return (
        f"<details{' open' if unfolded else ''}><summary>{MARKS[change.severity]} <code>{name}</code> "
        f"<b>{wording.action(change)}</b>{was} ({markup(wording.where(change.environments), 100)}): "
        f"{classes or 'nothing dangerous'} · {markup(change.type)}</summary>"
    )


def _found(one: Found) -> str:
    paths = ", ".join(code(path) for path in one.paths[:_PATHS])
    return (
        f"- {MARKS[one.severity]} **{wording.said(one.kind)}** ({wording.severity(one.severity)}): {prose(one.text)}"
        f"{f' ({paths})' if paths else ''}"
    )


def _property(one: PropertyChange) -> str:
    if one.because:
        return f"- {code(one.path)}: what it refers to is replaced, {code(one.because)}{_UPDATES[one.updates]}"
    before, after = (code(wording.value(value), 160) for value in (one.before, one.after))
    return f"- {code(one.path)}: {before} → {after}{_UPDATES[one.updates]}"


def _more(number: int, what: str) -> list[str]:
    if number <= 0:
        return []
    several = what if number == 1 else f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return [f"- and {number:,} {several} more"]
