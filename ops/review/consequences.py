"""What follows from a change: who refers to what is replaced gets another value, and may be replaced as well.

References are followed through `Ref`, `GetAtt`, `Sub`, `Join`, `If` and all other functions, into nested stacks by
their parameters, out of them by their outputs, and to other stacks by exports.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from ops.assembly.model import Resource
from ops.review.crossing import Crossings
from ops.review.matching import Pair
from ops.review.model import Action, Compared, PropertyChange, Updates
from ops.review.references import References, Symbol, Use
from ops.review.replacement import action_of, updates

_OF_PARTS = {"Parameter": "Ref", "Mapping": "Mapping", "Condition": "Condition"}
_REPLACED = (Action.REPLACE, Action.MAY_REPLACE)
Place = tuple[int, str, str]  # index of the stack, type and logical id


@dataclass(frozen=True)
class _Cause:
    """Something whose value changes.

    Attributes:
        stack: index of the stack that it is in.
        symbol: what refers to it.
        surely: whether it changes, or only may.
        chain: of what led to it: `Model (replace) -> EndpointConfig`.
    """

    stack: int
    symbol: Symbol
    surely: bool
    chain: str


class Consequences:
    """Follows changes through the references of all stacks, and collects what differs because of them."""

    def __init__(self, pairs: tuple[Pair, ...], compared: Iterable[tuple[int, Compared]]) -> None:
        """Take stacks side by side, and what itself differs in them, with the index of its stack."""
        self._pairs = pairs
        self._found: dict[Place, Compared] = {_place(index, one): one for index, one in compared}
        self._references = [References(pair.head) for pair in pairs]
        self._crossings = Crossings(pairs, self._references)
        self._waiting: deque[_Cause] = deque()
        self._known: dict[tuple[int, Symbol], bool] = {}

    def follow(self) -> list[tuple[int, Compared]]:
        """Return all that differs, with the index of its stack, by itself or because of something else."""
        for (index, _, _), one in sorted(self._found.items()):
            self._begin(index, one)
        while self._waiting:
            cause = self._waiting.popleft()
            for use in self._references[cause.stack].to(cause.symbol):
                self._reach(cause, use)
        return [(place[0], one) for place, one in sorted(self._found.items())]

    def _begin(self, index: int, one: Compared) -> None:
        after = one.after
        if after is None or one.action is Action.ADD:
            return
        text = f"{after.logical_id} ({one.action.value})"
        if kind := _OF_PARTS.get(after.type):
            # A stack keeps the value that a parameter has, so another default may reach it or not.
            self._add(_Cause(index, (kind, after.logical_id), kind == "Mapping", text))
        elif after.type == "Output":
            self._leave(_Cause(index, ("", ""), True, text), after.logical_id)
        elif one.action in _REPLACED:
            self._add(_Cause(index, ("Ref", after.logical_id), one.action is Action.REPLACE, text))
        for change in one.properties:
            self._enter(index, after, change.path, text)

    def _add(self, cause: _Cause) -> None:
        """Follow a cause, unless it is known to be at least as sure."""
        key = (cause.stack, cause.symbol)
        if key not in self._known or (cause.surely and not self._known[key]):
            self._known[key] = cause.surely
            self._waiting.append(cause)

    def _reach(self, cause: _Cause, use: Use) -> None:
        if use.output:
            self._leave(cause, use.output)
        elif use.condition:
            self._add(_Cause(cause.stack, ("Condition", use.condition), False, cause.chain))
        elif use.resource is not None:
            self._touch(cause, use, use.resource)

    def _touch(self, cause: _Cause, use: Use, after: Resource) -> None:
        pair = self._pairs[cause.stack]
        one = self._found.get((cause.stack, after.type, after.logical_id))
        before = one.before if one else pair.base.template.resources.get(after.logical_id)
        if before is None or (one and one.action is Action.RENAME):
            return  # is made anew, with the new value
        verdict = updates(after.type, use.path, use.value, use.value)
        if verdict is Updates.REPLACE and not cause.surely:
            verdict = Updates.MAY_REPLACE
        change = PropertyChange(".".join(use.path), use.value, use.value, verdict, because=cause.chain)
        properties = _with(one.properties if one else (), change)
        if properties is None:
            return
        now = Compared(before, after, pair.base, pair.head, action_of(properties), properties)
        self._found[_place(cause.stack, now)] = now
        if now.action in _REPLACED and (one is None or one.action is not now.action):
            chain = f"{cause.chain} -> {after.logical_id}"
            self._add(_Cause(cause.stack, ("Ref", after.logical_id), now.action is Action.REPLACE, chain))
        self._enter(cause.stack, after, change.path, cause.chain)

    def _enter(self, index: int, after: Resource, path: str, chain: str) -> None:
        """Follow a parameter that a stack gives to one nested in it."""
        for inner, symbol in self._crossings.into(index, after, path):
            self._add(_Cause(inner, symbol, True, chain))

    def _leave(self, cause: _Cause, output: str) -> None:
        """Follow an output: to the stack around a nested one, and to those that import it."""
        for around, symbol in self._crossings.around(cause.stack, output):
            self._add(_Cause(around, symbol, cause.surely, cause.chain))
        for other, symbol in self._crossings.importing(cause.stack, output):
            head = self._pairs[cause.stack].head
            self._add(_Cause(other, symbol, cause.surely, f"{head.name}/{cause.chain}"))
            self._export(cause, output)

    def _export(self, cause: _Cause, output: str) -> None:
        """Note that an export gets another value, though its output is as it was: whoever imports it is in the way."""
        pair, place = self._pairs[cause.stack], (cause.stack, "Output", output)
        before, after = (side.template.sections.get("Outputs", {}).get(output) for side in (pair.base, pair.head))
        if place not in self._found and isinstance(before, dict) and isinstance(after, dict):
            value = after.get("Value")
            change = PropertyChange("Properties.Value", value, value, Updates.IN_PLACE, because=cause.chain)
            sides = Resource(output, "Output", before), Resource(output, "Output", after)
            self._found[place] = Compared(*sides, pair.base, pair.head, Action.UPDATE, (change,))


def _with(known: tuple[PropertyChange, ...], change: PropertyChange) -> tuple[PropertyChange, ...] | None:
    """Return changes and one more; None if it tells nothing new: the property differs by itself, or is known to."""
    for one in known:
        if not one.because and f"{change.path}.".startswith(f"{one.path}."):
            return None
        if one.path == change.path and (one.updates is change.updates or change.updates is not Updates.REPLACE):
            return None
    kept = [one for one in known if one.path != change.path]
    return tuple(sorted([*kept, change], key=lambda one: one.path))


def _place(index: int, one: Compared) -> Place:
    present = one.after or one.before
    return index, one.type, present.logical_id if present else ""
