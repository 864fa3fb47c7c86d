"""A review held against what CloudFormation itself would do to the deployed stacks: `--live`."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from botocore.exceptions import ClientError

from ops.assembly.model import Assembly, Stack
from ops.aws_errors import explain
from ops.errors import OperationError
from ops.review.change_sets import ChangeSets
from ops.review.model import Action, Change, Review
from ops.review.reports.wording import counted
from ops.review.waivers import stack_in

_SAID = {
    None: "stays as it is",
    Action.ADD: "is added",
    Action.REMOVE: "is removed",
    Action.UPDATE: "is updated",
    Action.MAY_REPLACE: "may be replaced",
    Action.REPLACE: "is replaced",
}


def cross_checked(review: Review, head: Assembly, change_sets: ChangeSets) -> Review:
    """Return the review with remarks on each changed stack: where CloudFormation agrees, and where it does not.

    Args:
        review: of the change.
        head: with the change.
        change_sets: made of it, with the credentials at hand.
    """
    remarks: list[str] = []
    checked = agreed = differing = 0
    for stack in head.stacks:
        expected = _expected(review.changes, stack)
        if not expected or "/" in stack.name:  # a nested one is part of that which it is nested in
            continue
        try:
            found = change_sets.actions(stack)
        except (OperationError, ClientError) as error:
            remarks.append(f"Live: {stack.name} was not checked. {explain(error)}")
            continue
        said = [*_differences(stack.name, expected, found)]
        checked, differing = checked + 1, differing + len(said)
        agreed += len(expected.keys() | found.keys()) - len(said)
        remarks += said
    total = f"Live: of {counted(checked, 'stack')} CloudFormation's change sets agree with the templates in "
    total += f"{counted(agreed, 'resource')} and differ in {differing}."
    return replace(review, remarks=(total, *remarks, *review.remarks))


def _expected(changes: Iterable[Change], stack: Stack) -> Mapping[str, Action]:
    """Return what the review says of a stack's resources; of one that is renamed both of its ids."""
    found: dict[str, Action] = {}
    for change in changes:
        if stack.environment not in (change.environments or ("",)) or change.logical_id == change.stack:
            continue
        here = stack_in(change, stack.environment) == stack.name
        if change.action is Action.RENAME:
            where, _, old = change.was.rpartition("/")
            was = replace(change, stack=where)
            found |= {old: Action.REMOVE} if stack_in(was, stack.environment) == stack.name else {}
            found |= {change.logical_id: Action.ADD} if here else {}
        elif here:
            found[change.logical_id] = change.action
    return found


def _differences(stack: str, expected: Mapping[str, Action], found: Mapping[str, Action]) -> Iterator[str]:
    for name in sorted(expected.keys() | found.keys()):
        ours, theirs = expected.get(name), found.get(name)
        if ours is not theirs:
            yield f"Live: {stack}/{name} {_SAID[ours]} by the templates, and {_SAID[theirs]} by CloudFormation."
