"""How reports word what a review has, whatever they are written in."""

import json
import math
import re
from collections.abc import Mapping

from ops.assembly.model import Value
from ops.review.model import Action, Change, Class, Cost, Gate, Review, Severity

LIMITS = (
    "Templates are compared, not the account: what was changed there by hand, or is in use, is not seen. A change set "
    "(`--live`) says what CloudFormation itself would do."
)
_CENT = 0.005
# What no text shows: control characters, marks that turn its direction round, and half characters, which JSON can
# spell and UTF-8 cannot.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_ACTIONS = {
    Action.ADD: "added",
    Action.REMOVE: "removed",
    Action.UPDATE: "updated",
    Action.MAY_REPLACE: "may be replaced",
    Action.REPLACE: "replaced",
    Action.RENAME: "replaced under another id",
}


def plain(text: str) -> str:
    r"""Return a text with what nobody would see spelt out, so that it reads as it is.

    >>> plain("a\u202eb")
    'a\\u202eb'
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text.replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return a plain text without line breaks."""
    return " ".join(plain(text).split())


def shortened(text: str, most: int) -> str:
    """Return a text of at most `most` characters: a longer one's beginning, and how many more there are."""
    if len(text) <= most:
        return text
    return f"{text[: max(0, most - 24)]}… ({len(text) - max(0, most - 24):,} more)"


def jsonable(found: Value) -> Value:
    """Return a value as JSON can hold it: YAML knows keys that are no texts, dates, and numbers without end."""
    if isinstance(found, Mapping):
        return {str(key): jsonable(one) for key, one in found.items()}
    if isinstance(found, list | tuple):
        return [jsonable(one) for one in found]
    plain_number = isinstance(found, int) or (isinstance(found, float) and math.isfinite(found))
    return found if found is None or isinstance(found, str) or plain_number else str(found)


def value(found: Value, most: int = 300) -> str:
    """Return a value of a template on one line; texts without quotes, None as `(none)`."""
    if found is None:
        return "(none)"
    text = found if isinstance(found, str) else json.dumps(jsonable(found), sort_keys=True, ensure_ascii=False)
    return shortened(one_line(text), most) or '""'


def said(name: Class | str) -> str:
    """Return the name of a class, or of a gate, as people say it: `data loss`."""
    return str(name).replace("_", " ")


def severity(found: Severity) -> str:
    """Return a severity as it is written: `high`."""
    return found.name.lower()


def action(change: Change) -> str:
    """Return what becomes of a resource: `replaced`."""
    return _ACTIONS[change.action]


def counted(number: int, what: str) -> str:
    """Return a number and its noun: `1 change`, `2 changes`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def where(names: tuple[str, ...]) -> str:
    """Return the environments of a change; "no environment" for none."""
    return ", ".join(name or "no environment" for name in names or ("",))


def state(gate: Gate) -> str:
    """Return what came of a gate: closed, waived or warns."""
    return "closed" if gate.closed else "waived" if gate.waived else "warns"


def headline(review: Review) -> str:
    """Return the review in one line."""
    closed = [gate for gate in review.gates if gate.closed]
    if closed:
        places = where(tuple(dict.fromkeys(gate.environment for gate in closed)))
        return f"{counted(len(closed), 'gate')} closed ({places}), {counted(len(review.changes), 'change')}"
    if not review.changes:
        return "Nothing changes"
    return f"No gate closed, {counted(len(review.changes), 'change')}"


def price(cost: Cost | None) -> str:
    """Return what becomes of the monthly price."""
    if cost is None:
        return "not computed"
    text = _step(cost.base_monthly_usd, cost.head_monthly_usd)
    if cost.unpriced:
        text += f"; {counted(len(cost.unpriced), 'item')} unpriced, in neither sum"
    return text


def prices(cost: Cost | None) -> list[tuple[str, str]]:
    """Return what becomes of it in each environment where it changes."""
    every = cost.by_environment if cost else ()
    return [(name, _step(base, head)) for name, base, head in every if abs(head - base) >= _CENT]


def _step(base: float, head: float) -> str:
    if abs(head - base) < _CENT:
        return f"{head:,.2f} USD a month, as before"
    share = f", {100 * (head - base) / base:+,.1f} %" if base >= _CENT else ""
    return f"{base:,.2f} → {head:,.2f} USD a month ({head - base:+,.2f}{share})"
