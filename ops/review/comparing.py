"""The review itself: two assemblies in, all that differs out, worst first."""

from collections.abc import Iterable, Iterator, Sequence

from ops.assembly.model import Assembly, Resource, Stack
from ops.errors import OperationError
from ops.review.consequences import Consequences
from ops.review.folding import fold
from ops.review.literals import literal
from ops.review.lookers import lookers
from ops.review.matching import Pair, pairs, side_by_side
from ops.review.model import Action, Change, Compared, Found, Looker, Review
from ops.review.moves import Moves
from ops.review.properties import differences
from ops.review.refusals import Exports
from ops.review.remarks import remarks
from ops.review.renames import Place, renamed
from ops.review.replacement import action_of
from ops.review.unseen import Unseen


def review(base: Assembly, head: Assembly, look: Sequence[Looker] | None = None) -> Review:
    """Return what changes between two assemblies, and what it means; without gates and price.

    Args:
        base: what is there.
        head: what shall be there.
        look: those who look for dangers; all there are, if left out.

    Raises:
        OperationError: a template nests too deep to be compared.
    """
    try:
        side = pairs(base, head)
        compared = compare(side)
        told = lookers() if look is None else look
        eyes = (*told, *(one(side).look for one in (Exports, Moves, Unseen)))
        changes = [_change(one, eyes) for one in compared]
    except RecursionError as error:
        raise OperationError(
            "A template nests too deep to be compared. Take levels of lists and mappings out."
        ) from error
    stacks = {(one.environment, one.name): one for assembly in (base, head) for one in assembly.stacks}
    folded = sorted(fold(changes, stacks), key=_worst_first)
    return Review(tuple(folded), (), None, remarks(side, compared), _templates(base, head))


def _templates(base: Assembly, head: Assembly) -> dict[str, str]:
    """Return the files of templates by the names of stacks, in the order of deployment; those that go come last."""
    stacks = {stack.name: stack for side in (base, head) for stack in side.stacks}
    names = dict.fromkeys(stack.name for side in (head, base) for stack in side.stacks)
    return {name: str(stacks[name].file or "") for name in names}


def compare(side: tuple[Pair, ...]) -> list[Compared]:
    """Return what differs between stacks, with all that follows from it, in the order of stacks and logical ids."""
    moves = Moves(side)
    own = [(index, one) for index, pair in enumerate(side) if not moves.away(pair) for one in _own(pair)]
    own = _with_renames(own)
    return [one for _, one in Consequences(side, own).follow()]


def _own(pair: Pair) -> Iterator[Compared]:
    for was, becomes in side_by_side(pair):
        before, after = was and literal(was, pair.base), becomes and literal(becomes, pair.head)
        if before is None or after is None:
            yield Compared(before, after, pair.base, pair.head, Action.ADD if before is None else Action.REMOVE, ())
        elif properties := differences(before, after):
            yield Compared(before, after, pair.base, pair.head, action_of(properties), properties)


def _with_renames(own: list[tuple[int, Compared]]) -> list[tuple[int, Compared]]:
    """Return what differs, one for each resource that was removed in one place and added in another."""
    removed = {id(one.before): (index, one) for index, one in own if one.after is None}
    added = {id(one.after): (index, one) for index, one in own if one.before is None}
    gone: set[int] = set()
    renames: dict[int, Compared] = {}
    for old, new in renamed(_places(removed.values(), "before"), _places(added.values(), "after")):
        _, was = removed[id(old.resource)]
        _, now = added[id(new.resource)]
        properties = differences(old.resource, new.resource)
        renames[id(new.resource)] = Compared(was.before, now.after, was.base, now.head, Action.RENAME, properties)
        gone.add(id(old.resource))
    return [
        (index, renames.get(id(one.after), one))
        for index, one in own
        if not (one.after is None and id(one.before) in gone)
    ]


def _places(found: Iterable[tuple[int, Compared]], side: str) -> list[Place]:
    return [
        Place(one.base if side == "before" else one.head, resource)
        for _, one in found
        if (resource := one.before if side == "before" else one.after) is not None
    ]


def _change(one: Compared, eyes: Sequence[Looker]) -> Change:
    found = _looked_at(one, eyes)
    present: Resource = one.after or one.before  # type: ignore[assignment]  # one of them is there
    stack = one.head if one.after else one.base
    was = f"{one.base.name}/{one.before.logical_id}" if one.action is Action.RENAME and one.before else ""
    return Change(
        environments=_environments(one, stack),
        stack=stack.name,
        logical_id=present.logical_id,
        path=present.path,
        type=present.type,
        action=one.action,
        properties=one.properties,
        found=tuple(sorted(found, key=lambda item: (-item.severity, item.kind, item.text))),
        was=was,
    )


def _environments(one: Compared, stack: Stack) -> tuple[str, ...]:
    """Return whose rules count: of a stack that says it belongs to another environment than before, those of both."""
    sides = (side.environment for side in (one.base, one.head) if side.template.resources)
    return tuple(dict.fromkeys((stack.environment, *sides)))


def _looked_at(one: Compared, eyes: Sequence[Looker]) -> list[Found]:
    try:
        return [finding for look in eyes for finding in look(one)]
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # A danger must not pass unseen because of how it is written.
        present = one.after or one.before
        raise OperationError(
            f"{one.head.name}/{present.logical_id if present else ''} ({one.type}) is written in a way that the review "
            f"does not understand ({type(error).__name__}: {error}), so nobody can say what its change does. "
            "Write it in another way."
        ) from error


_ORDER = (Action.REMOVE, Action.REPLACE, Action.RENAME, Action.MAY_REPLACE, Action.UPDATE, Action.ADD)


def _worst_first(change: Change) -> tuple[object, ...]:
    return (-change.severity, _ORDER.index(change.action), change.stack, change.type, change.logical_id)
