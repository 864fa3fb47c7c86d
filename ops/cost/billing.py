"""The bill of an environment: what each resource of its templates needs, at the rates of its region's tables."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from config.usage import Usage, UseCaseUsage
from ops.assembly.model import Assembly, Resource, Stack
from ops.cost.amounts import rounded
from ops.cost.model import Bill, Line, Need, Part
from ops.cost.needs import environment as whole
from ops.cost.needs.catalogue import needs_of
from ops.cost.needs.functions import function_of
from ops.cost.needs.given import Function, Given, number
from ops.cost.scene import Scene
from ops.cost.tables import Price, Tables

if TYPE_CHECKING:
    from config.environment import Environment

# Of a dollar. Shares and parts of a month have no end; rounded here, sums are exact in whichever order they are made.
_FINEST = Decimal("1e-12")

# What a serving stack's slots are filled with while a model is live: any version of any group is as dear.
CHAMPION = {"ChampionModelPackage": "arn:aws:sagemaker:region:account:model-package/group/1"}
CHALLENGER = CHAMPION | {"ChallengerModelPackage": "arn:aws:sagemaker:region:account:model-package/group/2"}


@dataclass(frozen=True)
class Expected:
    """What an environment is expected to use in a month: as a whole, and use cases by the name in their stacks' tags.

    Attributes:
        use_cases: by slug, such as `flight-delays`; those that are not there have `usage.each`.
    """

    usage: Usage = field(default_factory=Usage)
    use_cases: Mapping[str, UseCaseUsage] = field(default_factory=dict)

    def of(self, slug: str) -> UseCaseUsage:
        """Return what a use case is expected to have."""
        return self.use_cases.get(slug, self.usage.each)


def expected_of(environment: "Environment") -> Expected:
    """Return what an environment's file expects."""
    use_cases = {name.replace("_", "-"): environment.uses(name) for name in environment.use_cases}
    return Expected(environment.usage, use_cases)


def bill(
    assembly: Assembly, environment: str, expected: Expected, tables: Tables, live: Mapping[str, str] = CHAMPION
) -> Bill:
    """Return the bill of an environment of an assembly.

    Args:
        live: parameters of its stacks while models are live.
    """
    stacks = assembly.of(environment).stacks
    lines = [*_lines(stacks, expected, live)]
    region = next((table.region for table in tables.tables), "")
    return Bill(environment, region, tuple(_priced(lines, tables)))


def _lines(stacks: tuple[Stack, ...], expected: Expected, live: Mapping[str, str]) -> Iterator[Line]:
    functions = [function_of(one) for one in _of_type(stacks, "AWS::Lambda::Function")]
    largest = max(functions, key=lambda one: (one.memory_gb, one.arm, one.traced), default=Function())
    for stack in stacks:
        yield from _of_stack(stack, expected, largest, live)
    types = frozenset(resource.type for stack in stacks for resource in stack.template.resources.values())
    for need in _of_environment(stacks, types, expected.usage, largest):
        yield Line("", "", "", "", need)
    for use_case in sorted({stack.use_case for stack in stacks if stack.use_case}):
        for need in whole.of_use_case(expected.of(use_case)):
            yield Line("", use_case, "", "", need)


def _of_stack(stack: Stack, expected: Expected, largest: Function, live: Mapping[str, str]) -> Iterator[Line]:
    deployed, running = Scene(stack.template, {}), Scene(stack.template, live)
    given = Given(running, expected.usage, expected.of(stack.use_case), stack.part, largest)
    for resource in stack.template.resources.values():
        if not running.has(resource):
            continue
        for need in needs_of(resource, given):
            later = need.part is Part.IDLE and not deployed.has(resource)
            found = replace(need, part=Part.LIVE) if later else need
            yield Line(stack.name, stack.use_case, resource.logical_id, resource.type, found)


def _of_environment(
    stacks: tuple[Stack, ...], types: frozenset[str], usage: Usage, largest: Function
) -> Iterator[Need]:
    yield from whole.shared(usage, largest, types)
    groups = _of_type(stacks, "AWS::Logs::LogGroup")
    flows = {str(log.properties.get("LogGroupName")) for log in _of_type(stacks, "AWS::EC2::FlowLog")}
    days = {True: Decimal(0), False: Decimal(0)}
    for group in groups:
        kept = number(group.properties.get("RetentionInDays"))
        of_flows = any(group.logical_id in flow for flow in flows)
        days[of_flows] = max(days[of_flows], kept)
    if groups:
        yield from whole.stored_logs(usage, days[False], days[True])
    doors = _of_type(stacks, "AWS::EC2::VPCEndpoint")
    if any(door.properties.get("VpcEndpointType") == "Interface" for door in doors):
        yield from whole.through_endpoints(usage)


def _priced(lines: list[Line], tables: Tables) -> Iterator[Line]:
    """Give lines with prices.

    Tiers count what the environment needs together. What is idle fills them first, then what is live, then what is
    used, so that no part depends on a later one; lines of a part share what it costs.
    """
    found = {line.need.prices: tables.find(line.need.prices) for line in lines}
    quantities: defaultdict[str, dict[Part, Decimal]] = defaultdict(lambda: dict.fromkeys(Part, Decimal(0)))
    for line in lines:
        if hit := found[line.need.prices]:
            quantities[hit[0].name][line.need.part] += line.need.quantity
    prices = {hit[0].name: hit[0] for hit in found.values() if hit}
    costs = {name: _by_part(prices[name], parts) for name, parts in quantities.items()}
    for line in lines:
        hit, part = found[line.need.prices], line.need.part
        yield _line(line, *hit, quantities[hit[0].name][part], costs[hit[0].name][part]) if hit else line


def _by_part(price: Price, quantities: Mapping[Part, Decimal]) -> dict[Part, Decimal]:
    """Return what each part costs beyond those before it."""
    before, costs = Decimal(0), {}
    for part, quantity in quantities.items():
        costs[part] = price.cost(before + quantity) - price.cost(before)
        before += quantity
    return costs


def _line(line: Line, price: Price, instead: bool, together: Decimal, cost: Decimal) -> Line:
    usd = rounded(cost * line.need.quantity / together if together else Decimal(0), _FINEST)
    return replace(line, price=price.name, unit=price.unit, usd=usd, date=price.date, instead=instead)


def _of_type(stacks: Iterable[Stack], type_: str) -> list[Resource]:
    return [one for stack in stacks for one in stack.template.resources.values() if one.type == type_]
