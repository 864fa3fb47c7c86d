"""A review as one comment of a pull request: the worst first, the rest folded, never longer than GitHub takes."""

from ops.review.model import Class, Gate, Review, Severity
from ops.review.reports import wording
from ops.review.reports.escaping import code, prose
from ops.review.reports.markdown_changes import MARKS, folded, line
from ops.review.reports.room import Room
from ops.review.reports.summary import Cell, Summary, is_metadata

MARKER = "<!-- ml-loop review -->"  # by which the comment is found again, to be written anew
LIMIT = 65_536  # characters of a comment (GitHub's own message: "body is too long (maximum is 65536 characters)")
_END = 1_500  # room for what stands at the end
_OPEN, _COLUMNS, _NAMES, _FEW = 3, 10, 5, 8
_STATES = {"closed": "⛔", "waived": "🟠", "warns": "🟡"}


def render(review: Review, rest: str = "in the page (`--format html`) and the JSON (`--format json`)") -> str:
    """Return the comment.

    Args:
        review: judged by its gates.
        rest: where all of it is, for what has no room: Markdown of some hundred characters.
    """
    room, summary = Room(LIMIT - _END), Summary.of(review)
    mark = "⛔" if any(gate.closed for gate in review.gates) else "🟡" if summary.first else "✅"
    room.add(f"{MARKER}\n## {mark} {wording.headline(review)}\n")
    rules = [f"- ⚠️ **{prose(one.environment)}**: {prose(one.text)}" for one in summary.first]
    room.add_list("rules", rules, "**This change loosens its own rules; look here first**\n", " ")
    columns = summary.environments[:_COLUMNS]
    room.add_list("dangers", [_row(*row) for row in summary.rows], _heading(columns), " ")
    if len(columns) < len(summary.environments):
        room.add(f"(and {wording.counted(len(summary.environments) - len(columns), 'environment')} more)\n")
    room.add_list("gates", [_gate(one) for one in summary.gates if wording.state(one) != "warns"], "**Gates**\n", " ")
    pipelines = [line(change, Class.PIPELINE) for change in summary.pipelines[:_FEW]]
    if more := len(summary.pipelines) - len(pipelines):
        pipelines.append(f"- and {more} more below")
    room.add_list("pipelines", pipelines, "**Pipelines of models**\n", " ")
    room.add(f"**Price**: {prose(wording.price(review.cost))}")
    unpriced = review.cost.unpriced if review.cost else ()
    room.add_list("prices", [f"- {prose(name)}: {prose(text)}" for name, text in wording.prices(review.cost)])
    room.add_list("unpriced", [f"- unpriced: {code(name)}" for name in unpriced[:_FEW]])
    _changes(room, review)
    warnings = [_gate(one) for one in summary.gates if wording.state(one) == "warns"]
    opening = f"\n<details><summary>{wording.counted(len(warnings), 'warning')} of gates</summary>\n"
    room.add_list("warnings", warnings, opening, "\n</details>")
    room.add_list("remarks", [f"- {prose(remark)}" for remark in review.remarks], "\n**Not looked at**\n")
    return room.text() + _end(room, rest)


def _changes(room: Room, review: Review) -> None:
    dangerous = [change for change in review.changes if change.severity >= Severity.MEDIUM]
    blocks = [
        folded(change, unfolded=place < _OPEN and change.severity >= Severity.HIGH)
        for place, change in enumerate(dangerous)
    ]
    room.add_list("changes", blocks, "\n### What to look at\n" if blocks else "")
    quiet = [change for change in review.changes if change.severity < Severity.MEDIUM]
    for what, chosen in (
        ("of low severity, or none", [change for change in quiet if not is_metadata(change)]),
        ("of tags and metadata alone", [change for change in quiet if is_metadata(change)]),
    ):
        opening = f"\n<details><summary>{wording.counted(len(chosen), 'change')} {what}</summary>\n"
        room.add_list("changes", map(line, chosen), opening, "\n</details>")


def _heading(columns: tuple[str, ...]) -> str:
    names = " | ".join(prose(wording.where((name,)), 40) for name in columns)
    return f"| dangers | {names} |\n|---|{'---|' * len(columns)}"


def _row(kind: Class, cells: tuple[Cell | None, ...]) -> str:
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
