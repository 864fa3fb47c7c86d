"""What CloudFormation refuses to do, or does in another way than a template seems to say."""

from collections.abc import Iterable
from functools import cached_property

from ops.review.matching import Pair
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.references import References, export_of

_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_TOKEN = "Properties.ServiceToken"  # noqa: S105 - the name of a property
_FEW = 3


def look(compared: Compared) -> Iterable[Found]:
    """Say of a resource that CloudFormation will refuse its change, or that it is made anew for its name's sake."""
    if compared.action is Action.RENAME:
        yield _renamed(compared)
    before, after = compared.before, compared.after
    if before is None or after is None:
        return
    if before.type != after.type:
        yield Found(
            Class.INTERRUPTION,
            Severity.HIGH,
            f"The update fails: {after.logical_id} was a {before.type} and would be a {after.type}, and CloudFormation "
            "does not change the type of a resource; give the new one another logical id",
            ("Type",),
        )
    elif after.type.startswith(_CUSTOM) and any(one.path == _TOKEN for one in compared.properties):
        yield Found(
            Class.INTERRUPTION,
            Severity.HIGH,
            f"The update fails: {after.logical_id} would have another function behind it, and CloudFormation does not "
            "change the ServiceToken of a custom resource; give it another logical id",
            (_TOKEN,),
        )


def _renamed(compared: Compared) -> Found:
    old = f"{compared.base.name}/{compared.before.logical_id}" if compared.before else ""
    what = "moves here from another stack" if compared.base.name != compared.head.name else "has another logical id"
    return Found(
        Class.INTERRUPTION,
        Severity.LOW,
        f"Was {old} and {what}: CloudFormation knows no such thing, but makes a new one and removes the old; "
        "`cdk refactor` keeps it",
    )


class Exports:
    """Exports that stacks import: CloudFormation neither changes nor removes one as long as it is imported."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._pairs = tuple(pairs)

    def look(self, compared: Compared) -> Iterable[Found]:
        """Say of an output that its change is refused, since a stack imports it."""
        if compared.type != "Output" or compared.before is None:
            return
        name = export_of(compared.before.properties, compared.base.name)
        users = self._users.get((compared.base.region, name), []) if name else []
        if not users:
            return
        gone = compared.after is None or export_of(compared.after.properties, compared.head.name) != name
        if gone or any(one.path.startswith("Properties.Value") for one in compared.properties):
            listed = ", ".join(users[:_FEW]) + (f" and {len(users) - _FEW} more" if len(users) > _FEW else "")
            yield Found(
                Class.INTERRUPTION,
                Severity.HIGH,
                f"The update fails: {compared.base.name} exports this to {listed}, and CloudFormation does not "
                f"{'remove' if gone else 'change'} an export while a stack imports it; deploy those without it first",
            )

    @cached_property
    def _users(self) -> dict[tuple[str, str], list[str]]:
        """Names of stacks before the change, by the region and the name of an export that they import."""
        found: dict[tuple[str, str], list[str]] = {}
        for stack in (pair.base for pair in self._pairs):
            for name in References(stack).imports:
                found.setdefault((stack.region, name), []).append(stack.name)
        return found
