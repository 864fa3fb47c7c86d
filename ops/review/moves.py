"""Stacks that are in another account or region than before: CloudFormation makes new ones, and leaves the old alone."""

from collections.abc import Iterable

from ops.assembly.model import Stack
from ops.review.data_loss.kept import KEPT
from ops.review.matching import Pair
from ops.review.model import Action, Class, Compared, Found, Severity

_Name = tuple[str, str]


class Moves:
    """Knows which stacks of two assemblies have moved."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        every = tuple(pairs)
        new = {_name(pair.head) for pair in every if pair.is_new}
        self._from = {_name(pair.base): pair.base for pair in every if pair.is_gone and _name(pair.base) in new}

    def away(self, pair: Pair) -> bool:
        """Tell whether a stack is no longer here, but elsewhere: nothing happens to what it has."""
        return pair.is_gone and _name(pair.base) in self._from

    def look(self, compared: Compared) -> Iterable[Found]:
        """Say of a stack that it has moved."""
        was = self._from.get(_name(compared.head))
        if was is None or compared.action is not Action.ADD or compared.after != compared.head.itself:
            return
        keeps = any(one.type in KEPT and one != was.itself for one in was.template.resources.values())
        where = f"moves from {_place(was, compared.head)} to {_place(compared.head, was)}"
        says = f"{compared.head.name} {where}: `cdk deploy` makes a new stack there and leaves the old one as it is"
        if keeps:
            yield Found(Class.DATA_LOSS, Severity.MEDIUM, f"{says}, with its data; the new one begins empty")
        else:
            yield Found(Class.INTERRUPTION, Severity.MEDIUM, f"{says}; both then run, and cost")


def _name(stack: Stack) -> _Name:
    return stack.environment, stack.name


def _place(stack: Stack, other: Stack) -> str:
    both = (("account", stack.account, other.account), ("region", stack.region, other.region))
    return " and ".join(f"{what} {here}" for what, here, there in both if here != there)
