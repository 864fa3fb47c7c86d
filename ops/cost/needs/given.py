"""What a resource's needs are worked out from, besides the resource."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from config.usage import Usage, UseCaseUsage
from ops.assembly.model import Resource
from ops.cost.model import Need, Part
from ops.cost.scene import Scene


@dataclass(frozen=True)
class Function:
    """A function of Lambda: memory, GB, whether it runs on Arm, and whether X-Ray traces it."""

    memory_gb: Decimal = Decimal("0.125")
    arm: bool = False
    traced: bool = False


@dataclass(frozen=True)
class Given:
    """What a resource stands in.

    Attributes:
        scene: of its template.
        usage, use_case: what the environment, and the use case that it belongs to, is expected to have in a month.
        stack: name of its stack without the environment's, such as `flight-delays-training`.
        function: the largest function of the environment, for calls of which the template does not say whom they reach.
    """

    scene: Scene
    usage: Usage
    use_case: UseCaseUsage
    stack: str
    function: Function = Function()


# Returns what a resource needs, whose properties are as the scene has them.
Needs = Callable[[Resource, dict[str, Any], Given], Iterable[Need]]


def need(what: str, *prices: str, quantity: Decimal | int, part: Part) -> Need:
    """Return a need; the first price is the right one, others stand in for it."""
    return Need(what, prices, Decimal(quantity), part)


def number(value: Any, otherwise: int = 0) -> Decimal:
    """Return a number of a template, which may be written as text; `otherwise` where it is none or below zero."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.replace(".", "", 1).isdigit() or len(text) > _DIGITS:
        return Decimal(otherwise)
    return Decimal(text)


_DIGITS = 15


def machine(component: str, instance_type: str) -> tuple[str, ...]:
    """Return the names of an instance's price for a component of SageMaker, `Host`, `Train` and so on.

    AWS's list has a price for each component; for one type they are the same but for rounding, with few exceptions
    (docs/decisions/prices.md), so that another component's may stand in.
    """
    known = (component, "Host", "Studio:KernelGateway-")
    names = (f"{name}{instance_type}" if name.endswith("-") else f"{name}:{instance_type}" for name in known)
    return tuple(dict.fromkeys(f"AmazonSageMaker:{name}" for name in names))


def calls(function: Function, number_of: Decimal, milliseconds: int, what: str, part: Part) -> list[Need]:
    """Return what calls of a function need: themselves, the time that they take by memory, and their traces at most."""
    arm = "-ARM" if function.arm else ""
    seconds = number_of * milliseconds / 1000 * function.memory_gb
    needs = [
        need(f"{what}: requests", f"AWSLambda:Request{arm}", quantity=number_of, part=part),
        need(f"{what}: GB-seconds", f"AWSLambda:Lambda-GB-Second{arm}", quantity=seconds, part=part),
    ]
    traces = need(f"{what}: traces", "AWSXRay:XRay-TracesStored", quantity=number_of, part=part)
    return [*needs, traces] if function.traced else needs
