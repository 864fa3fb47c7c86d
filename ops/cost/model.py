"""What a resource takes in a month, and what that costs. Money and quantities are Decimal, never float."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

HOURS = Decimal(730)  # of a month, as AWS's own calculator has it: 365 days of 24 hours in 12 parts


class Part(StrEnum):
    """When something is paid."""

    IDLE = "idle"  # from the day it is deployed, whether anybody uses it or not
    LIVE = "live"  # while a model is live, whether anybody asks it or not
    USED = "used"  # as much as is used


@dataclass(frozen=True)
class Need:
    """Something that AWS bills, and how much of it a month.

    Attributes:
        what: for people, such as `ml.t2.medium, champion`.
        prices: names of prices, `offer:usage type`; the first is the right one, further ones stand in for it where a
            table lacks it. None: no list has a price for it that is known here.
        quantity: in the unit of the price.
        part: when it is paid.
    """

    what: str
    prices: tuple[str, ...]
    quantity: Decimal
    part: Part


@dataclass(frozen=True)
class Line:
    """A need of a resource with its price.

    Attributes:
        stack: its name; "" for what belongs to the environment as a whole.
        use_case: of the stack's tag; "" for what all use cases share.
        logical_id, type: of the resource; "" as for `stack`.
        price: name of the price that was found; "" if there is none.
        unit: of the quantity.
        usd: to 1e-12, so that sums are exact; None if it has no price.
        date: of the table that the price is from, such as 2026-09-23; "" if there is none.
        instead: whether another price stood in for the right one.
    """

    stack: str
    use_case: str
    logical_id: str
    type: str
    need: Need
    price: str = ""
    unit: str = ""
    usd: Decimal | None = None
    date: str = ""
    instead: bool = False


@dataclass(frozen=True)
class Bill:
    """All lines of an environment, in the order of its stacks.

    Attributes:
        region: whose prices they are.
    """

    environment: str
    region: str
    lines: tuple[Line, ...] = field(default=())

    def usd(self, *parts: Part) -> Decimal:
        """Return what some parts cost together, all of them if none is named; what has no price is not in it."""
        return total(line for line in self.lines if not parts or line.need.part in parts)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """What has no price, once each, as `AWS::SageMaker::Endpoint: data in`."""
        lacking = (line for line in self.lines if line.usd is None and line.need.quantity)
        return tuple(sorted({f"{line.type or 'the environment'}: {line.need.what}" for line in lacking}))

    @property
    def dates(self) -> tuple[str, ...]:
        """Days of the tables that prices are from, the newest first."""
        return tuple(sorted({line.date for line in self.lines if line.date}, reverse=True))


def total(lines: Iterable[Line]) -> Decimal:
    """Return what lines cost together; those without a price are not in it."""
    return sum(_priced(lines), Decimal(0))


def _priced(lines: Iterable[Line]) -> Iterator[Decimal]:
    return (line.usd for line in lines if line.usd is not None)
