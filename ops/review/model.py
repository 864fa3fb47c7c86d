"""What a review finds, and what those who look for dangers are given."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from ops.assembly.model import Resource, Stack, Value


class Action(StrEnum):
    """What CloudFormation does to a resource."""

    ADD = "add"
    REMOVE = "remove"
    UPDATE = "update"
    MAY_REPLACE = "may_replace"
    REPLACE = "replace"
    RENAME = "rename"  # the same resource under another logical id: CloudFormation makes a new one and removes the old


class Updates(StrEnum):
    """How a change of a property reaches the resource, as CloudFormation's documentation has it."""

    IN_PLACE = "in_place"
    MAY_REPLACE = "may_replace"
    REPLACE = "replace"
    UNKNOWN = "unknown"  # the type is in no schema: of another vendor, or custom


class Class(StrEnum):
    """What a change means to people."""

    DATA_LOSS = "data_loss"
    PERMISSIONS_WIDENED = "permissions_widened"
    PERMISSIONS_NARROWED = "permissions_narrowed"
    PERMISSIONS_UNKNOWN = "permissions_unknown"
    EXPOSURE = "exposure"
    INTERRUPTION = "interruption"
    PIPELINE = "pipeline"
    MONITORING_WEAKENED = "monitoring_weakened"
    COST = "cost"
    METADATA = "metadata"


class Severity(IntEnum):
    """How much a reviewer should care; reports write the name in lower case. `BLOCK` comes of gates alone."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    BLOCK = 4


@dataclass(frozen=True)
class PropertyChange:
    """A property that differs.

    Attributes:
        path: such as `Properties.VpcConfig.Subnets.0` or `DeletionPolicy`.
        before, after: None where it is not there.
        updates: how the change reaches the resource.
        because: for one that differs only in what it refers to, the chain of what is replaced:
            `Model (replace) -> EndpointConfig`. "" for one that itself differs.
    """

    path: str
    before: Value
    after: Value
    updates: Updates
    because: str = ""


@dataclass(frozen=True)
class Compared:
    """A resource that differs, with both sides to look things up in; what those who look for dangers are given.

    Attributes:
        before, after: the resource, None where it is not there.
        base, head: the stacks that have it; an empty one of the same name where there is none.
    """

    before: Resource | None
    after: Resource | None
    base: Stack
    head: Stack
    action: Action
    properties: tuple[PropertyChange, ...]

    @property
    def type(self) -> str:
        """Type of the resource, after the change if it has changed."""
        present = self.after or self.before
        return present.type if present else ""


@dataclass(frozen=True)
class Found:
    """What one who looks for dangers says of a resource.

    Attributes:
        text: one sentence, what was and what will be; of templates in it nothing is escaped.
        paths: the properties it speaks of; none for the resource as a whole.
        detail: lines to unfold, such as the difference of a source file.
        rated: its severity before a gate made it `BLOCK`; None: it is as it was found.
    """

    kind: Class
    severity: Severity
    text: str
    paths: tuple[str, ...] = ()
    detail: str = ""
    rated: Severity | None = None


# Returns what it has to say of a resource that differs, nothing if it is none of its business.
Looker = Callable[[Compared], Iterable[Found]]


@dataclass(frozen=True)
class Change:
    """A resource that differs, in one environment or in the same way in several.

    Attributes:
        stack: name of the stack in the first of the environments.
        logical_id: after the change; of one that is removed before it.
        path: of the construct.
        was: for `rename`, stack and logical id before: `dev-data/Raw1A2B`.
    """

    environments: tuple[str, ...]
    stack: str
    logical_id: str
    path: str
    type: str
    action: Action
    properties: tuple[PropertyChange, ...]
    found: tuple[Found, ...]
    was: str = ""

    @property
    def classes(self) -> tuple[Class, ...]:
        """What the change means, in the order of `Class`."""
        kinds = {one.kind for one in self.found}
        return tuple(kind for kind in Class if kind in kinds)

    @property
    def severity(self) -> Severity:
        """The worst of what was found."""
        return max((one.severity for one in self.found), default=Severity.INFO)


@dataclass(frozen=True)
class Gate:
    """What an environment says of a kind of change, and what came of it.

    Attributes:
        changes: logical ids with their stacks, `dev-data/Raw1A2B`, that it speaks of.
        closed: whether it blocks: none of its changes is waived, or not all are.
        waived: reasons of waivers that apply, with the day they expire.
    """

    environment: str
    name: str
    text: str
    changes: tuple[str, ...]
    closed: bool
    waived: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cost:
    """Monthly price before and after, US dollars.

    Attributes:
        unpriced: what has no price in the tables, as `type: what`; it is in neither sum.
    """

    base_monthly_usd: float
    head_monthly_usd: float
    unpriced: tuple[str, ...] = ()
    by_environment: tuple[tuple[str, float, float], ...] = ()


@dataclass(frozen=True)
class Review:
    """All of it, worst first. `docs/review.schema.json` says the same of the JSON that reports write.

    Attributes:
        remarks: what was not looked at and why, and what else there is to say of all of it.
        templates: the file of each stack's template, by the name of the stack, in the order of deployment; of one that
            goes the file that it had.
    """

    changes: tuple[Change, ...]
    gates: tuple[Gate, ...]
    cost: Cost | None
    remarks: tuple[str, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)
