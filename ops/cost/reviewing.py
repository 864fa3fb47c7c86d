"""What a change of infrastructure costs: whole environments before and after, and single resources.

Both sides are priced with the same tables and with the usage that environment files declare now: what differs comes of
the templates alone.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from config.usage_file import Declared, load_usage
from ops.assembly.model import Assembly, Resource, Stack
from ops.cost.amounts import dollars
from ops.cost.billing import CHAMPION, Expected, bill
from ops.cost.model import Bill, Need
from ops.cost.needs.catalogue import needs_of
from ops.cost.needs.functions import function_of
from ops.cost.needs.given import Function, Given
from ops.cost.scene import Scene
from ops.cost.tables import FOLDER, Tables, tables_of
from ops.review.model import Class, Compared, Cost, Found, Severity

ROOT = Path(__file__).resolve().parent.parent.parent
_CENT = Decimal("0.01")
# From which difference of a month, US dollars, a reviewer should care how much.
_SEVERITIES = ((Decimal(100), Severity.HIGH), (Decimal(10), Severity.MEDIUM), (Decimal(1), Severity.LOW))


def monthly(base: Assembly, head: Assembly) -> Cost:
    """Return the monthly price of all environments before and after, models live, as much used as is declared.

    Raises:
        ConfigError: the file of an environment is wrong.
        OperationError: a table of prices was changed by hand.
    """
    names = sorted({stack.environment for side in (base, head) for stack in side.stacks})
    sides = [(name, _bill(base, name, head), _bill(head, name, base)) for name in names]
    unpriced = {f"{name}: {what}" for name, before, after in sides for what in (*before.unpriced, *after.unpriced)}
    return Cost(
        float(sum((before.usd() for _, before, _ in sides), Decimal(0))),
        float(sum((after.usd() for _, _, after in sides), Decimal(0))),
        tuple(sorted(unpriced)),
        tuple((name, float(before.usd()), float(after.usd())) for name, before, after in sides),
    )


def look(compared: Compared) -> Iterator[Found]:
    """Say what a resource that differs costs a month before and after, where that is not the same."""
    before, lacked = _resource(compared.before, compared.base, compared.head)
    after, lacking = _resource(compared.after, compared.head, compared.base)
    difference = after - before
    if abs(difference) >= _CENT:
        signed = dollars(difference, signed=True)
        text = f"Costs {dollars(after)} USD a month, {dollars(before)} before: {signed}."
        yield Found(Class.COST, _severity(difference), text)
    if new := sorted(set(lacking) - set(lacked)):
        listed = "; ".join(new)
        yield Found(Class.COST, Severity.INFO, f"Without a price, and in no sum: {listed}.")


def _severity(difference: Decimal) -> Severity:
    """Return how much to care: what becomes cheaper only informs."""
    return next((severity for least, severity in _SEVERITIES if difference >= least), Severity.INFO)


def _bill(assembly: Assembly, environment: str, other: Assembly) -> Bill:
    region = _region(assembly.of(environment).stacks) or _region(other.of(environment).stacks)
    expected, tables = _known(environment, region)
    return bill(assembly, environment, expected, tables)


def _resource(resource: Resource | None, stack: Stack, other: Stack) -> tuple[Decimal, list[str]]:
    """Return what a resource alone costs, and what of it has no price."""
    if resource is None:
        return Decimal(0), []
    expected, tables = _known(stack.environment, stack.region or other.region)
    needs = [*_needs(resource, stack, expected)]
    found = [(need, tables.find(need.prices)) for need in needs]
    usd = sum((hit[0].cost(need.quantity) for need, hit in found if hit), Decimal(0))
    return usd, [need.what for need, hit in found if hit is None and need.quantity]


def _needs(resource: Resource, stack: Stack, expected: Expected) -> Iterator[Need]:
    scene = Scene(stack.template, CHAMPION)
    if scene.has(resource):
        functions = (one for one in stack.template.resources.values() if one.type == "AWS::Lambda::Function")
        largest = max(map(function_of, functions), key=lambda one: one.memory_gb, default=Function())
        given = Given(scene, expected.usage, expected.of(stack.use_case), stack.part, largest)
        yield from needs_of(resource, given)


def _region(stacks: tuple[Stack, ...]) -> str:
    return next((stack.region for stack in stacks if stack.region), "")


@cache
def _known(environment: str, region: str) -> tuple[Expected, Tables]:
    """Return usage and tables of an environment; one without a file has the usage that files have by default."""
    declared = load_usage(environment, ROOT) or Declared()
    wanted = region or declared.region
    known = {path.name for path in FOLDER.iterdir()}  # a template's own word may not lead to another folder
    tables = tables_of(wanted) if wanted in known else Tables(())
    use_cases = {name.replace("_", "-"): usage for name, usage in declared.use_cases.items()}
    return Expected(declared.usage, use_cases), tables
