"""Policies that a role only names: managed ones that its stack does not have, and its permissions boundary."""

import re
from collections.abc import Iterator
from typing import Any

from ops.review.access.documents import HOLDERS, MANAGED
from ops.review.access.phrases import listed, shortened
from ops.review.access.subjects import Side, arns
from ops.review.access.tokens import Undecided
from ops.review.model import Class, Found, Severity

_OF_AWS = re.compile(r"^arn:[^:]*:iam::aws:policy/(.+)$")
_POWERFUL = re.compile(r"Administrator|PowerUser|FullAccess|IAM|SystemAdmin|Poweruser")
_REFUSING = re.compile(r"Deny|Quarantine")  # those of AWS that refuse
_PATH = "Properties.ManagedPolicyArns"
_BOUNDARY = "Properties.PermissionsBoundary"


def look(base: Side, head: Side) -> Iterator[Found]:
    """Say what a role, user or group gets or loses by name."""
    if head.type not in HOLDERS:
        return
    before, after = _names(base), _names(head)
    if head.resource is not None:
        yield from (_added(name) for name in sorted(after - before))
        if base.resource is not None:
            yield from _boundary(base, head)
    if base.resource is not None:
        yield from (_removed(name) for name in sorted(before - after))


def _names(side: Side) -> set[str]:
    """Return the managed policies that are named and not in the stack."""
    resources = side.stack.template.resources
    found = set()
    for one in arns(side.resource) if side.resource else ():
        there = resources.get(str(one.get("Ref", ""))) if isinstance(one, dict) else None
        if there is None or there.type != MANAGED:
            found.add(_text(one, side))
    return found


def _text(value: Any, side: Side) -> str:
    try:
        return side.place.text(value)
    except Undecided:
        return str(value)[:80]


def _added(name: str) -> Found:
    of_aws = _OF_AWS.match(name)
    if not of_aws:
        text = f"It gets the policy {shortened(name)}, whose text is not in this stack"
        return Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text, (_PATH,))
    if _REFUSING.search(of_aws[1]):
        return Found(Class.PERMISSIONS_NARROWED, Severity.LOW, f"It gets AWS's policy {of_aws[1]}", (_PATH,))
    severity = Severity.HIGH if _POWERFUL.search(of_aws[1]) else Severity.MEDIUM
    return Found(
        Class.PERMISSIONS_WIDENED, severity, f"It may also do all that AWS's policy {of_aws[1]} allows", (_PATH,)
    )


def _removed(name: str) -> Found:
    of_aws = _OF_AWS.match(name)
    if not of_aws:
        text = f"It loses the policy {shortened(name)}, whose text is not in this stack"
        return Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text, (_PATH,))
    if _REFUSING.search(of_aws[1]):
        text = f"AWS's policy {of_aws[1]} no longer refuses it anything"
        return Found(Class.PERMISSIONS_WIDENED, Severity.HIGH, text, (_PATH,))
    text = f"It may no longer do what AWS's policy {of_aws[1]} allows"
    return Found(Class.PERMISSIONS_NARROWED, Severity.LOW, text, (_PATH,))


def _boundary(base: Side, head: Side) -> Iterator[Found]:
    was, will = _bound_by(base), _bound_by(head)
    if was == will:
        return
    if not will:
        text = f"The permissions boundary {was} no longer limits it"
        yield Found(Class.PERMISSIONS_WIDENED, Severity.HIGH, text, (_BOUNDARY,))
    elif not was:
        text = f"The permissions boundary {will} now limits it"
        yield Found(Class.PERMISSIONS_NARROWED, Severity.LOW, text, (_BOUNDARY,))
    else:
        text = f"Another permissions boundary limits it: {listed([was])} before, {will} now; compare both by eye"
        yield Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text, (_BOUNDARY,))


def _bound_by(side: Side) -> str:
    value = side.resource.properties.get("PermissionsBoundary") if side.resource else None
    return shortened(_text(value, side)) if value else ""
