"""What a picture of an architecture shows: boxes, arrows, and the walls around them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Place = tuple[str, str]  # of a resource: name of its stack, logical id


class Workload(StrEnum):
    """Parts of the loop, in its order; the value is the heading."""

    COLLECT = "Collect, label"
    PREPARE = "Prepare"
    TRAIN = "Train"
    EVALUATE = "Evaluate, register"
    DEPLOY = "Deploy"
    WATCH = "Watch"
    CONTROL = "Control"


class Zone(StrEnum):
    """On which side of which wall something is."""

    OUTSIDE = "outside"
    ACCOUNT = "account"
    VPC = "vpc"


class Kind(StrEnum):
    """What an arrow stands for."""

    DATA = "data"  # from where it is to who reads it, from who writes it to where it will be
    CALL = "call"  # from a role's owner to what the role may act on
    EVENT = "event"  # from what something happens to, to who is told by a rule


@dataclass(frozen=True)
class Box:
    """One or more resources, drawn as one.

    Attributes:
        key: names it within a picture.
        title: first line.
        lines: below it.
        members: each resource that it stands for, as `AWS::S3::Bucket dev-data/Raw2403193C`.
        rank: orders boxes of a cell; equal ones go by key.
        icon: name of its picture; "" for none.
    """

    key: str
    title: str
    lines: tuple[str, ...]
    workload: Workload
    zone: Zone
    members: tuple[str, ...] = ()
    rank: int = 0
    icon: str = ""


@dataclass(frozen=True)
class Arrow:
    """From a box to another.

    Attributes:
        label: a word or two; "" for none.
        both: it has a head at each end.
        main: it is part of the loop.
    """

    source: str
    target: str
    kind: Kind
    label: str = ""
    both: bool = False
    main: bool = False


@dataclass(frozen=True)
class Network:
    """The VPC.

    Attributes:
        lines: what it is: range, subnets, ways to the internet, and services that its endpoints lead to.
        open: whether anything in the templates leads to the internet.
    """

    lines: tuple[str, ...]
    open: bool


@dataclass(frozen=True)
class Architecture:
    """All that a picture shows of an environment.

    Attributes:
        title: accessible name of the picture.
        account: label of the account's wall, in lines.
        network: None if no template has a VPC.
        keys: encryption keys: name, and what is encrypted with it.
        rest: what has no box of its own, in words.
    """

    environment: str
    title: str
    account: tuple[str, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    network: Network | None = None
    keys: tuple[tuple[str, str], ...] = ()
    rest: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
