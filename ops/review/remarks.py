"""What a review cannot know, or did not look at, said aloud."""

from collections.abc import Iterable

from ops.review.matching import Pair
from ops.review.model import Compared
from ops.review.moves import Moves
from ops.review.replacement import is_known

_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_MOST = 500  # resources of a stack (CloudFormation quotas)


def remarks(side: Iterable[Pair], compared: Iterable[Compared]) -> tuple[str, ...]:
    """Return remarks about stacks that come or go, and about types that no schema knows."""
    found: list[str] = []
    every = tuple(side)
    moves = Moves(every)
    for pair in every:
        if pair.base.environment != pair.head.environment:
            found.append(
                f"The stack {pair.head.name} says that it belongs to {pair.head.environment or 'no environment'}, and "
                f"belonged to {pair.base.environment or 'none'}: the rules of both count for it."
            )
        if pair.is_gone and not moves.away(pair) and "/" not in pair.base.name:
            found.append(
                f"The stack {pair.base.name} is gone from the assembly. `cdk deploy` leaves it as it is; what is said "
                "here of it holds once `cdk destroy` of the assembly before removes it."
            )
        if (count := len(pair.head.template.resources)) > _MOST:
            found.append(f"The stack {pair.head.name} has {count} resources, and CloudFormation takes {_MOST} in one.")
    unknown = sorted({one.type for one in compared if one.properties and not is_known(one.type)})
    custom = [kind for kind in unknown if kind.startswith(_CUSTOM)]
    if custom:
        found.append(f"What a change of {', '.join(custom)} does is up to the function behind it; it may replace it.")
    if others := [kind for kind in unknown if kind not in custom]:
        found.append(f"{', '.join(others)}: in no schema of CloudFormation's that is known here; it may replace it.")
    return tuple(found)
