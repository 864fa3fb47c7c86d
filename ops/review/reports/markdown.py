"""A review as one comment of a pull request: the worst first, the rest folded, never longer than GitHub takes."""

from ops.review.model import Change, Class, Gate, Review, Severity
from ops.review.reports import wording
from ops.review.reports.escaping import code, prose
from ops.review.reports.markdown_changes import MARKS, folded, line
from ops.review.reports.room import Room
from ops.review.reports.summary import Cell, Summary, is_metadata

MARKER = "<!-- ml-loop review -->"  # by which the comment is found again, to be written anew
LIMIT = 65_536  # characters of a comment (GitHub's own message: "body is too long (maximum is 65536 characters)")
_END = 1_500  # room for what stands at the end
_OPEN, _COLUMNS, _NAMES, _FEW, _LINES = 3, 10, 5, 8, 30
_STATES = {"closed": "⛔", "waived": "🟠", "warns": "🟡"}


def render(review: Review, rest: str = "in the page (`--format html`) and the JSON (`--format json`)") -> str:
    """Return the comment.

    Args:
        review: judged by its gates.
        rest: where all of it is, for what has no room: Markdown of some hundred characters.
    """
    room, summary = Room(LIMIT - _END), Summary.of(review)
    mark = "⛔" if any(gate.closed for gate in review.gates) else "🟡" if summary.first else "✅"
    room.add(f"{MARKER}\n## {mark} {prose(wording.headline(review))}\n")
    room.add_list(
        "rules", summary.first, _rule, "**This change loosens its own rules; look here first**\n", " ", _LINES
    )
    columns = summary.environments[:_COLUMNS]
    room.add_list("dangers", summary.rows, _row, _heading(columns), " ")
    if len(columns) < len(summary.environments):
        room.add(f"(and {wording.counted(len(summary.environments) - len(columns), 'environment')} more)\n")
    gates = [one for one in summary.gates if wording.state(one) != "warns"]
    room.add_list("gates", gates, _gate, "**Gates**\n", " ", _LINES)
    room.add_list("pipelines", summary.pipelines[:_FEW], _pipeline, "**Pipelines of models**\n", " ")
    if len(summary.pipelines) > _FEW:
        room.add(f"and {len(summary.pipelines) - _FEW} more below\n")
    room.add(f"**Price**: {prose(wording.price(review.cost))}\n")
    room.add_list("prices", wording.prices(review.cost), lambda one: f"- {prose(one[0])}: {prose(one[1])}", most=_LINES)
    _changes(room, review)
    warnings = [one for one in summary.gates if wording.state(one) == "warns"]
    room.add_list("warnings", warnings, _gate, _unfold(len(warnings), "warning", "of gates"), "\n</details>", _LINES)
    unpriced = review.cost.unpriced if review.cost and review.changes else ()
    opening = _unfold(len(unpriced), "item", "without a price")
    room.add_list("unpriced items", unpriced, lambda one: f"- {code(one)}", opening, "\n</details>", _LINES)
    remarks = "\n**Remarks**\n"
    room.add_list("remarks", review.remarks, lambda one: f"- {prose(one)}", remarks, most=_LINES)
    return room.text() + _end(room, rest)


def _changes(room: Room, review: Review) -> None:
    dangerous = [(place, one) for place, one in enumerate(review.changes) if one.severity >= Severity.MEDIUM]
    room.add_list("changes", dangerous, _dangerous, "\n### What to look at\n")
    quiet = [change for change in review.changes if change.severity < Severity.MEDIUM]
    for what, chosen in (
        ("of low severity, or none", [change for change in quiet if not is_metadata(change)]),
        ("of tags and metadata alone", [change for change in quiet if is_metadata(change)]),
    ):
        room.add_list("changes", chosen, line, _unfold(len(chosen), "change", what), "\n</details>")


def _dangerous(numbered: tuple[int, Change]) -> str:
    place, change = numbered
    return folded(change, unfolded=place < _OPEN and change.severity >= Severity.HIGH)


def _unfold(number: int, what: str, of_what: str) -> str:
    return f"\n<details><summary>{wording.counted(number, what)} {of_what}</summary>\n"


def _rule(gate: Gate) -> str:
    return f"- ⚠️ **{prose(gate.environment)}**: {prose(gate.text)}"


def _pipeline(change: Change) -> str:
    return line(change, Class.PIPELINE)


def _heading(columns: tuple[str, ...]) -> str:
    names = " | ".join(prose(wording.where((name,)), 40) for name in columns)
    return f"| dangers | {names} |\n|---|{'---|' * len(columns)}"


def _row(row: tuple[Class, tuple[Cell | None, ...]]) -> str:
    kind, cells = row
    shown = (
        f"{MARKS[cell.worst]} {', '.join(f'{number} {wording.severity(one)}' for one, number in cell.counts)}"
        if cell
        else " "
        for cell in cells[:_COLUMNS]
    )
    return f"| **{wording.said(kind)}** | {' | '.join(shown)} |"


def _gate(gate: Gate) -> str:
    state = wording.state(gate)
    names = ", ".join(code(name) for name in gate.changes[:_NAMES])
    if len(gate.changes) > _NAMES:
        names += f" and {len(gate.changes) - _NAMES} more"
    title = f"{wording.where((gate.environment,))}: {wording.said(gate.name)}"
    text = f"- {_STATES[state]} **{prose(title, 60)}** {state}: {prose(gate.text)}"
    text += f" ({names})" if names else ""
    return "\n".join([text, *(f"  - waived: {prose(reason)}" for reason in gate.waived[:_NAMES])])


def _end(room: Room, rest: str) -> str:
    cut = [wording.counted(number, one.removesuffix("s")) for one, number in room.left_out.items() if number]
    lines = [f"\n**{', '.join(cut)} more had no room here.** All of it is {rest}."] if cut else []
    return "\n".join([*lines, f"\n<sub>{wording.LIMITS}</sub>", ""])
