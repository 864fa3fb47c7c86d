"""What each further choice adds to the bill of an environment, and what each cheaper one saves: by reckoning again."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from config import serverless
from config.interface_services import Level
from ops.assembly.model import Assembly
from ops.cost import changing
from ops.cost.billing import CHALLENGER, Expected, bill
from ops.cost.changing import Change
from ops.cost.model import Bill, Part, total
from ops.cost.tables import Tables

_WORTH = Decimal("0.50")  # US dollars a month, from which a cheaper choice is named
_NOTEBOOK = ("ml.t3.medium", 20)  # GB
_LARGER = ("ml.m5.large", 2)  # what an environment has that says nothing of `serving`
_SMALLEST = ("ml.t2.medium", 1)
_MEMORY_MB = 2048


@dataclass(frozen=True)
class Choice:
    """Another choice.

    Attributes:
        text: what it is, and where it is said.
        usd: what it adds to a month, below zero if it saves; without what has no price.
        unpriced: what of it has no price.
    """

    text: str
    usd: Decimal
    unpriced: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reckoning:
    """A bill, and what it was made of, to make it again."""

    assembly: Assembly
    expected: Expected
    tables: Tables
    bill: Bill

    @classmethod
    def of(cls, assembly: Assembly, environment: str, expected: Expected, tables: Tables) -> "Reckoning":
        """Make the bill of an environment."""
        return cls(assembly.of(environment), expected, tables, bill(assembly, environment, expected, tables))

    def again(self, text: str, *changes: Change, live: dict[str, str] | None = None) -> Choice:
        """Return a choice that changes the assembly, or the parameters while models are live."""
        assembly = self.assembly
        for change in changes:
            assembly = change(assembly)
        given = {} if live is None else {"live": live}
        other = bill(assembly, self.bill.environment, self.expected, self.tables, **given)
        new = tuple(what for what in other.unpriced if what not in self.bill.unpriced)
        return Choice(text, other.usd() - self.bill.usd(), new)


def further(reckoning: Reckoning) -> Iterator[Choice]:
    """Give what further choices add, by what there is."""
    zones = changing.zones_of(reckoning.assembly)
    level = changing.level_of(reckoning.assembly)
    levels: tuple[Level, ...] = ("minimal", "full")
    for other in levels[levels.index(level) + 1 :] if level != "none" else levels:
        yield reckoning.again(f"interface endpoints `{other}` in {_zones(zones)}", changing.with_level(other, zones))
    more = f"one zone more, {zones + 1} in all, with interface endpoints `{level}`"
    yield reckoning.again(more, changing.with_level(level, zones + 1))
    if level == "none":
        in_one, in_two = (reckoning.again("", changing.with_level("minimal", zones + extra)).usd for extra in (0, 1))
        yield Choice("one zone more, once interface endpoints are `minimal`", in_two - in_one)
    yield reckoning.again("a challenger or a shadow beside every champion, all month", live=CHALLENGER)
    kind, count = _LARGER
    if any(one != (kind, count) for one in changing.instances_of(reckoning.assembly)):
        change = changing.with_champion(InstanceType=kind, InitialInstanceCount=count)
        yield reckoning.again(f"{count} instances of {kind} behind every endpoint", change)
    kind, gigabytes = _NOTEBOOK
    needed = [changing.with_level("minimal", zones)] if level == "none" else []
    beside = ", and the interface endpoints `minimal` that it needs" if needed else ""
    text = f"a notebook, {kind} with {gigabytes} GB, {reckoning.expected.usage.notebook_hours} hours{beside}"
    yield reckoning.again(text, changing.with_notebook(kind, gigabytes), *needed)
    if dearest := _dearest_use_case(reckoning.bill):
        yield Choice(f"one use case more, like {dearest[0]}, its model live", dearest[1])


def cheaper(reckoning: Reckoning) -> Iterator[Choice]:
    """Give what would save half a dollar a month or more, the most first."""
    found = (choice for choice in _cheaper(reckoning) if choice.usd <= -_WORTH)
    yield from sorted(found, key=lambda choice: (choice.usd, choice.text))


def _cheaper(reckoning: Reckoning) -> Iterator[Choice]:
    assembly, again = reckoning.assembly, reckoning.again
    zones, level = changing.zones_of(assembly), changing.level_of(assembly)
    lower: dict[Level, tuple[Level, ...]] = {"full": ("none", "minimal"), "minimal": ("none",), "none": ()}
    for other in lower[level]:
        text = f"interface endpoints `{other}` in place of `{level}` (network.interface_endpoints)"
        yield again(text, changing.with_level(other, zones))
    if level != "none" and zones > 1:
        yield again(f"one zone less, {zones - 1} in all (network.zones)", changing.with_level(level, zones - 1))
    kind, count = _SMALLEST
    if any(one != (kind, count) for one in changing.instances_of(assembly)):
        change = changing.with_champion(InstanceType=kind, InitialInstanceCount=count)
        yield again(f"{count} instance of {kind} behind every endpoint (serving.champion)", change)
    if reckoning.bill.region in serverless.REGIONS and any(changing.instances_of(assembly)):
        change = changing.with_champion(ServerlessConfig={"MemorySizeInMB": _MEMORY_MB})
        yield again("serverless endpoints of 2 GB (serving.serverless), which have no instances", change)
    yield again(
        "queues polled without a maximum concurrency, so that Lambda may poll less (constructs/function_queue.py)",
        changing.without_maximum_concurrency(),
    )
    yield again("no dashboards (dashboard: false)", changing.without("AWS::CloudWatch::Dashboard"))


def _dearest_use_case(reckoned: Bill) -> tuple[str, Decimal] | None:
    names = sorted({line.use_case for line in reckoned.lines if line.use_case})
    fixed = (Part.IDLE, Part.LIVE)
    costs = [
        (name, total(line for line in reckoned.lines if line.use_case == name and line.need.part in fixed))
        for name in names
    ]
    return max(costs, key=lambda pair: pair[1], default=None)


def _zones(number: int) -> str:
    return f"{number} zone{'' if number == 1 else 's'}"
