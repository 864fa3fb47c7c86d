"""Excuse findings of the policy checks beside the resources that they are about.

What is excused is kept here until the checks are switched on: telling the CDK costs it a third of a synthesis, and
without checks nobody reads it.
"""

from collections.abc import Callable, Mapping

import aws_cdk as cdk
from constructs import IConstruct

# Id of a finding to the reason that a reviewer would accept.
Reasons = Mapping[str, str]

_excused: list[tuple[IConstruct, Reasons | Callable[[], Reasons]]] = []


def acknowledge(construct: IConstruct, reasons: Reasons | Callable[[], Reasons]) -> None:
    """Excuse findings on a construct and below it; a function is asked for them only when there are checks."""
    _excused.append((construct, reasons))


def tell_checks() -> None:
    """Acknowledge to the CDK all that was excused since the last call."""
    for construct, reasons in _excused:
        found = reasons() if callable(reasons) else reasons
        cdk.Validations.of(construct).acknowledge(
            *(cdk.Acknowledgment(id=finding, reason=reason) for finding, reason in found.items())
        )
    _excused.clear()
