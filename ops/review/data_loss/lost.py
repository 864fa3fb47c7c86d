"""What keeps data and is removed, replaced, renamed, or may from now on be deleted."""

from collections.abc import Iterator

from ops.assembly.model import Resource, Stack
from ops.review.data_loss.kept import KEPT, Kept
from ops.review.model import Action, Class, Compared, Found, Severity, Updates
from ops.review.values import at, number, references, shown

_GONE = {
    Action.REMOVE: "is removed",
    Action.REPLACE: "is replaced",
    Action.MAY_REPLACE: "may be replaced",
    Action.RENAME: "is made anew under another logical id",
}
_EVENTS = (("DeletionPolicy", "or its stack is removed"), ("UpdateReplacePolicy", "is replaced"))
_SAFE = ("Retain", "RetainExceptOnCreate")
EMPTIES = "Custom::S3AutoDeleteObjects"


def found(compared: Compared) -> Iterator[Found]:
    """Yield what is lost with a resource, and which of its policies protect it no longer."""
    before = compared.before
    if compared.type == EMPTIES and before is None:
        yield from _emptied(compared)
    if before is None or before.type not in KEPT or before == compared.base.itself:
        return  # a stack as a whole is told of by its resources
    kept = KEPT[before.type]
    if compared.action in _GONE:
        yield _gone(compared, before, kept)
    if compared.after is not None and compared.after.type == before.type:
        yield from _policies(compared, before, compared.after, kept)


def _gone(compared: Compared, before: Resource, kept: Kept) -> Found:
    removed = compared.after is None
    attribute = "DeletionPolicy" if removed or compared.action is Action.RENAME else "UpdateReplacePolicy"
    sides = [before] if attribute == "DeletionPolicy" else [before, compared.after or before]
    policy = min((_policy(side, attribute, kept) for side in sides), key=_strength)
    begins = f"{before.logical_id} {_GONE[compared.action]}{_because(compared)}, its {attribute} is {policy}: "
    if policy in _SAFE:
        what = kept.what.partition(":")[0]
        stays = f"it stays in the account, in no stack, with {what}"
        ends = stays if removed else f"the old one stays with {what}, the new one begins empty"
        return Found(Class.DATA_LOSS, Severity.LOW if removed else Severity.MEDIUM, begins + ends, _paths(compared))
    if policy == "Snapshot":
        ends = f"a snapshot is left of {kept.what}" + ("" if removed else ", the new one begins empty")
        return Found(Class.DATA_LOSS, Severity.MEDIUM, begins + ends, _paths(compared))
    mild = compared.action is Action.MAY_REPLACE or _protected(before)
    severity = min(kept.severity, Severity.MEDIUM) if mild else kept.severity
    ends = "its deletion protection is on, so it is left behind in no stack"
    ends = ends if _protected(before) else _deleted(before, kept, compared.base)
    return Found(Class.DATA_LOSS, severity, begins + ends, _paths(compared))


def _protected(before: Resource) -> bool:
    """Return whether a service refuses to delete it; CloudFormation then goes on without."""
    names = ("DeletionProtectionEnabled", "DeletionProtection")
    return any(str(at(before, name)).lower() in ("true", "active") for name in names)


def _deleted(before: Resource, kept: Kept, stack: Stack) -> str:
    if before.type == "AWS::KMS::Key":
        days = shown(number(at(before, "PendingWindowInDays", 30)) or 30)
        return f"nobody can read what is encrypted with it after {days} days, in which that can still be cancelled"
    if before.type == "AWS::S3::Bucket" and emptied(before.logical_id, stack):
        return f"{EMPTIES} empties it and deletes {kept.what}"
    return kept.instead or f"this loses {kept.what}"


def emptied(bucket: str, stack: Stack) -> bool:
    """Return whether a resource of a stack empties a bucket before it is deleted."""
    emptiers = (one for one in stack.template.resources.values() if one.type == EMPTIES)
    return any(bucket in references(one.properties.get("BucketName")) for one in emptiers)


def _emptied(compared: Compared) -> Iterator[Found]:
    name = at(compared.after, "BucketName")
    buckets = set(references(name))
    if buckets and not buckets & compared.base.template.resources.keys():
        return  # a new bucket has nothing to lose
    bucket = shown(name)
    yield Found(
        Class.DATA_LOSS,
        Severity.HIGH,
        f"{EMPTIES} is added for {bucket}: whoever removes or replaces the bucket or its stack deletes all its "
        "objects, while until now one that holds objects could not be deleted",
    )


def _because(compared: Compared) -> str:
    wanted = (Updates.REPLACE, Updates.MAY_REPLACE)
    changes = [change for change in compared.properties if change.updates in wanted]
    if not changes or compared.action not in (Action.REPLACE, Action.MAY_REPLACE):
        return ""
    told = [
        f"{change.path.removeprefix('Properties.')} "
        + (
            f"comes of {change.because}"
            if change.because
            else f"goes from {shown(change.before)} to {shown(change.after)}"
        )
        for change in changes[:3]
    ]
    return f" because {' and '.join(told)}"


def _paths(compared: Compared) -> tuple[str, ...]:
    return tuple(one.path for one in compared.properties if one.updates in (Updates.REPLACE, Updates.MAY_REPLACE))


def _policies(compared: Compared, before: Resource, after: Resource, kept: Kept) -> Iterator[Found]:
    for attribute, event in _EVENTS:
        was, becomes = _policy(before, attribute, kept), _policy(after, attribute, kept)
        if _strength(becomes) < _strength(was):
            severity = kept.severity if becomes == "Delete" else Severity.LOW
            yield Found(
                Class.DATA_LOSS,
                severity,
                f"{attribute} goes from {was} to {becomes}: when {before.logical_id} {event}, "
                + (f"that loses {kept.what}" if becomes == "Delete" else f"a snapshot is left of {kept.what}"),
                (attribute,),
            )


def _policy(resource: Resource, attribute: str, kept: Kept) -> str:
    in_cluster = resource.type == "AWS::RDS::DBInstance" and "DBClusterIdentifier" in resource.properties
    default = kept.default if attribute == "DeletionPolicy" and not in_cluster else "Delete"
    return str(resource.attributes.get(attribute, default))


def _strength(policy: str) -> int:
    return 2 if policy in _SAFE else 1 if policy == "Snapshot" else 0
