"""Buckets whose objects are deleted sooner than before, or can no longer be brought back."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ops.assembly.model import Resource, Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import at, listed, number, shown
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_BUCKET = "AWS::S3::Bucket"
_RETENTION = "ObjectLockConfiguration.Rule.DefaultRetention"
_LOCK = "objects can be deleted earlier"
_ROWS: Rows = {
    _BUCKET: (
        Row(
            "VersioningConfiguration.Status",
            Worse.OFF,
            Severity.HIGH,
            "Versioning",
            "what is overwritten or deleted from then on cannot be brought back",
        ),
        Row(f"{_RETENTION}.Days", Worse.LOWER, Severity.HIGH, "The lock of objects", _LOCK, 0, "days"),
        Row(f"{_RETENTION}.Years", Worse.LOWER, Severity.HIGH, "The lock of objects", _LOCK, 0, "years"),
        Row(
            f"{_RETENTION}.Mode",
            Worse.EARLIER,
            Severity.HIGH,
            "The mode of the objects' lock",
            "whoever has s3:BypassGovernanceRetention can delete them",
            ranks=("GOVERNANCE", "COMPLIANCE"),
        ),
        Row(
            "ReplicationConfiguration",
            Worse.GONE,
            Severity.HIGH,
            "Replication",
            "new objects are no longer copied to another bucket",
        ),
    ),
}
_KINDS = {"current": "objects", "noncurrent": "earlier versions"}
_PATH = "Properties.LifecycleConfiguration.Rules"


@dataclass(frozen=True)
class _Expiry:
    """After how many days S3 deletes what a rule covers; `others` of its filter narrow it further."""

    kind: str
    prefix: str
    others: frozenset[str]
    days: float

    def covers(self, other: "_Expiry") -> bool:
        return self.kind == other.kind and other.prefix.startswith(self.prefix) and self.others <= other.others


def found(compared: Compared) -> Iterator[Found]:
    """Yield which objects a bucket loses sooner."""
    if compared.type != _BUCKET or compared.before is None or compared.after is None:
        return
    yield from worse_found(_ROWS, Class.DATA_LOSS, compared)
    before = list(_expiries(compared.before))
    for expiry in _expiries(compared.after):
        was = min((one.days for one in before if one.covers(expiry)), default=math.inf)
        if expiry.days < was:
            yield Found(Class.DATA_LOSS, Severity.HIGH, _sentence(expiry, was), (_PATH,))


def _sentence(expiry: _Expiry, was: float) -> str:
    where = f" below {expiry.prefix}" if expiry.prefix else ""
    which = f" with {', '.join(sorted(expiry.others))}" if expiry.others else ""
    until = "never until now" if was == math.inf else f"until now after {was:g}"
    return (
        f"S3 deletes {_KINDS[expiry.kind]}{where}{which} after {expiry.days:g} days, {until}: also what is there "
        "already, within a day of the deployment"
    )


def _expiries(bucket: Resource) -> Iterator[_Expiry]:
    for rule in listed(at(bucket, "LifecycleConfiguration.Rules")):
        if not isinstance(rule, Mapping) or rule.get("Status") != "Enabled":
            continue
        prefix, others = _filter(rule)
        for kind, days in (("current", _current_days(rule)), ("noncurrent", _noncurrent_days(rule))):
            if days is not None:
                yield _Expiry(kind, prefix, others, days)


def _filter(rule: Mapping[str, Value]) -> tuple[str, frozenset[str]]:
    tags = frozenset(f"tag {shown(tag)}" for tag in listed(rule.get("TagFilters")))
    sizes = frozenset(
        f"{name} {shown(rule[name])}" for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan") if name in rule
    )
    prefix = rule.get("Prefix", "")
    return (prefix, tags | sizes) if isinstance(prefix, str) else ("", tags | sizes | {f"prefix {shown(prefix)}"})


def _current_days(rule: Mapping[str, Value]) -> float | None:
    # On a date once: sooner than any number of days, as far as a template tells.
    return 0 if "ExpirationDate" in rule else number(rule.get("ExpirationInDays"))


def _noncurrent_days(rule: Mapping[str, Value]) -> float | None:
    expiration = rule.get("NoncurrentVersionExpiration")
    if isinstance(expiration, Mapping):
        return number(expiration.get("NoncurrentDays"))
    return number(rule.get("NoncurrentVersionExpirationInDays"))
