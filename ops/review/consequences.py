"""What follows from a change: who refers to what is replaced gets another value, and may be replaced as well.

References are followed through `Ref`, `GetAtt`, `Sub`, `Join`, `If` and all other functions, into nested stacks by
their parameters, out of them by their outputs, and to other stacks by exports.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from ops.assembly.model import Resource, Stack
from ops.assembly.nested import NESTED
from ops.review.matching import Pair
from ops.review.model import Action, Compared, PropertyChange, Updates
from ops.review.references import References, Symbol, Use
from ops.review.replacement import updates

_OF_PARTS = {"Parameter": "Ref", "Mapping": "Mapping", "Condition": "Condition"}
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
        self._nested = {
            (pair.head.region, pair.head.environment, pair.head.name): index for index, pair in enumerate(pairs)
        }
        self._waiting: deque[_Cause] = deque()
        self._known: dict[tuple[int, Symbol], bool] = {}

    def follow(self) -> list[tuple[int, Compared]]:
        """Return all that differs, with the index of its stack, by itself or because of something else."""
        for (index, _, _), one in list(self._found.items()):
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
        if kind := _OF_PARTS.get(after.type):
            # A stack keeps the value that a parameter has, so another default may reach it or not.
            self._add(_Cause(index, (kind, after.logical_id), kind == "Mapping", f"{after.logical_id} (update)"))
        elif after.type == "Output":
            self._leave(index, after.logical_id, True, f"{after.logical_id} (update)")
        elif one.action in (Action.REPLACE, Action.MAY_REPLACE):
            self._replaced(index, one, "")
        if after.type == NESTED:
            for change in one.properties:
                self._enter(index, after, change, "")

    def _replaced(self, index: int, one: Compared, chain: str) -> None:
        logical_id = one.after.logical_id if one.after else ""
        text = f"{chain} -> {logical_id}" if chain else f"{logical_id} ({one.action.value})"
        self._add(_Cause(index, ("Ref", logical_id), one.action is Action.REPLACE, text))

    def _add(self, cause: _Cause) -> None:
        """Follow a cause, unless it is known to be at least as sure."""
        key = (cause.stack, cause.symbol)
        if key not in self._known or (cause.surely and not self._known[key]):
            self._known[key] = cause.surely
            self._waiting.append(cause)

    def _reach(self, cause: _Cause, use: Use) -> None:
        if use.output:
            self._leave(cause.stack, use.output, cause.surely, cause.chain)
        elif use.condition:
            self._add(_Cause(cause.stack, ("Condition", use.condition), False, cause.chain))
        elif use.resource is not None:
            self._touch(cause, use, use.resource)

    def _touch(self, cause: _Cause, use: Use, after: Resource) -> None:
        place = (cause.stack, after.type, after.logical_id)
        pair = self._pairs[cause.stack]
        one = self._found.get(place)
        before = one.before if one else pair.base.template.resources.get(after.logical_id)
        if before is None or (one and one.action is Action.RENAME):
            return  # is made anew, with the new value
        path = ".".join(use.path)
        known = {change.path: change for change in one.properties} if one else {}
        verdict = updates(after.type, use.path, use.value, use.value)
        if verdict is Updates.REPLACE and not cause.surely:
            verdict = Updates.MAY_REPLACE
        if any(path == other or path.startswith(f"{other}.") for other, change in known.items() if not change.because):
            return  # differs by itself
        if path in known and (known[path].updates is verdict or verdict is not Updates.REPLACE):
            return
        change = PropertyChange(path, use.value, use.value, verdict, because=cause.chain)
        properties = tuple(sorted([*(known | {path: change}).values()], key=lambda item: item.path))
        self._keep(
            cause.stack, Compared(before, after, pair.base, pair.head, action_of(properties), properties), one, cause
        )
        if after.type == NESTED:
            self._enter(cause.stack, after, change, cause.chain)

    def _keep(self, index: int, now: Compared, was: Compared | None, cause: _Cause) -> None:
        self._found[_place(index, now)] = now
        if now.action in (Action.REPLACE, Action.MAY_REPLACE) and (was is None or was.action is not now.action):
            self._replaced(index, now, cause.chain)

    def _enter(self, index: int, after: Resource, change: PropertyChange, chain: str) -> None:
        """Follow a parameter that a stack gives to one nested in it."""
        head = self._pairs[index].head
        inner = self._nested.get((head.region, head.environment, f"{head.name}/{after.logical_id}"))
        steps = change.path.split(".")
        if inner is None or steps[:2] != ["Properties", "Parameters"]:
            return
        given = [steps[2]] if len(steps) > 2 else list(after.properties.get("Parameters", {}))  # noqa: PLR2004 - the name comes third
        for name in given:
            self._add(_Cause(inner, ("Ref", name), True, chain or f"{after.logical_id} (update)"))

    def _leave(self, index: int, output: str, surely: bool, chain: str) -> None:
        """Follow an output: to the stack around a nested one, and to those that import it."""
        head = self._pairs[index].head
        outer, _, logical_id = head.name.rpartition("/")
        around = self._nested.get((head.region, head.environment, outer))
        if around is not None:
            self._add(_Cause(around, ("Output", f"{logical_id}.{output}"), surely, chain))
        name = self._references[index].exports.get(output)
        if name is None:
            return
        symbol = ("Export", name)
        for other, pair in enumerate(self._pairs):
            if other != index and _imports_from(pair.head, head) and self._references[other].to(symbol):
                self._add(_Cause(other, symbol, surely, f"{head.name}/{chain}"))


def action_of(properties: Iterable[PropertyChange]) -> Action:
    """Return what CloudFormation does to a resource of which these differ."""
    verdicts = {change.updates for change in properties}
    if Updates.REPLACE in verdicts:
        return Action.REPLACE
    return Action.MAY_REPLACE if Updates.MAY_REPLACE in verdicts else Action.UPDATE


def _imports_from(importer: Stack, exporter: Stack) -> bool:
    # Names of exports are of an account and a region; environments may share the former or not.
    return importer.region == exporter.region and exporter.environment in (importer.environment, "")


def _place(index: int, one: Compared) -> Place:
    present = one.after or one.before
    return index, one.type, present.logical_id if present else ""
