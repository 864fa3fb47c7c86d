"""Rules that a type alone cannot say. Each raises an error with what was found, what is allowed and what to do."""

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses

from pydantic_core import PydanticCustomError, PydanticKnownError

from config.errors import RuleError

Range = IPv4Network | IPv6Network
_WORDS_OF_A_REASON = 3
_PRIVATE = tuple(map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918


def known_region(region: str) -> str:
    """Refuse a region that botocore does not know for SageMaker."""
    from config.service_model import sagemaker_regions  # botocore: a tenth of a second, which few who come here need

    known = sagemaker_regions()
    if region not in known:
        near = difflib.get_close_matches(region, known, n=3) or known[:3]
        raise ValueError(
            f"found {region!r}; allowed is a region that has SageMaker, such as {', '.join(near)}. Correct the name"
        )
    return region


def range_as_text(value: object) -> object:
    """Refuse what Python takes for an address, and nobody writes as a range: 10 is 0.0.0.10/32 to it."""
    if isinstance(value, str | IPv4Network | IPv6Network):
        return value
    raise PydanticCustomError("ip_any_network", "an address range")


def no_switch(value: object) -> object:
    """Refuse true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise PydanticKnownError("int_type")
    return value


def in_words(value: object) -> object:
    """Refuse a switch without a reason: whoever weakens a safety says why, and it is read years later."""
    if value is None or (isinstance(value, str) and len(value.split()) >= _WORDS_OF_A_REASON):
        return value
    raise ValueError(
        f"found {json.dumps(value, default=str)}; allowed is the reason, one line of {_WORDS_OF_A_REASON} words or "
        "more; left out, it is not allowed. Name the reason"
    )


def one_change(pattern: str) -> str:
    """Refuse what could excuse more than was meant: changes of any stack, or all of one."""
    stack, slash, resource = pattern.partition("/")
    if not slash or not stack or "*" in stack or not resource.replace("*", "").strip("/"):
        raise ValueError(
            f"found {pattern!r}; allowed is <stack>/<logical id, or path of a construct>, such as "
            "prod-data/Raw1A2B3C4D or prod-data/Raw/*, with * neither in the stack's name nor alone. Name the resource"
        )
    return pattern


def private_range(network: Range) -> Range:
    """Refuse what is no VPC range: IPv6, public addresses, larger than /16, smaller than /24."""
    inside = isinstance(network, IPv4Network) and any(network.subnet_of(one) for one in _PRIVATE)
    if not inside or not 16 <= network.prefixlen <= 24:  # noqa: PLR2004
        raise ValueError(
            f"found {network}; allowed is a range of size /16 to /24 in {', '.join(map(str, _PRIVATE))}, such as "
            "10.10.0.0/20. Choose another"
        )
    return network


def ranges_apart(key: str, networks: Sequence[Range]) -> None:
    """Refuse a list of ranges that together are every address, or of which one stands twice."""
    each_once(key, map(str, networks))
    together: list[Range] = [
        *collapse_addresses(one for one in networks if isinstance(one, IPv4Network)),
        *collapse_addresses(one for one in networks if isinstance(one, IPv6Network)),
    ]
    if any(one.prefixlen == 0 for one in together):
        raise RuleError(
            (key,),
            f"found {', '.join(map(str, networks))}, together every address; allowed are ranges of your own. Name "
            "them, or leave the list empty if credentials alone are to decide",
        )


def each_once(key: str, values: Iterable[str], *below: str) -> None:
    """Refuse a value that stands twice in a list, each under the key `below` of its section if there is one."""
    seen: set[str] = set()
    for position, value in enumerate(values):
        if value in seen:
            raise RuleError(
                (key, position, *below), f"found {value!r}, which stands there twice; allowed is once. Remove one"
            )
        seen.add(value)


def names_apart(use_cases: Iterable[str]) -> None:
    """Refuse two use cases whose stacks would have one name, or of which what one makes could be the other's.

    Names of jobs, pipelines and log streams begin with those of use cases, and roles are limited to such beginnings.
    """
    known = sorted(set(use_cases))
    alike = {name.replace("_", "").lower(): name for name in known}
    for name in known:
        same = alike[name.replace("_", "").lower()]
        if same != name:
            raise RuleError(
                ("use_cases",),
                f"found {name!r} and {same!r}, whose stacks would have one name; allowed are names that differ in more "
                f"than '_' and capitals. Rename {same!r}",
            )
        longer = next((other for other in known if other.startswith(f"{name}_")), None)
        if longer:
            raise RuleError(
                ("use_cases",),
                f"found {name!r} and {longer!r}: jobs and pipelines of the second would have names as those of the "
                "first, whose roles could reach them; allowed are names that do not begin with another and '_'. Rename "
                f"{longer!r}",
            )


def of_use_cases(key: str, names: Iterable[str], use_cases: Iterable[str]) -> None:
    """Refuse a name that is not one of the environment's use cases."""
    known = list(use_cases)
    for name in names:
        if name not in known:
            listed = ", ".join(known) or "of which it has none"
            raise RuleError(
                (key, name),
                f"is none of the environment's use cases; allowed are {listed}. Correct the name, or add it to "
                "use_cases",
            )


def zones_of_region(zones: Iterable[str], region: str) -> None:
    """Refuse an availability zone that is not one of the region: its name and a letter."""
    for position, zone in enumerate(zones):
        if not re.fullmatch(re.escape(region) + "[a-z]", zone):
            raise RuleError(
                ("network", "zones", position),
                f"found {zone!r}; allowed are zones of the region, {region}a and so on. Correct the zone or the region",
            )


def removal_agrees(removal: str, allow_data_loss: bool) -> None:
    """Refuse that data may go on one switch alone."""
    if (removal == "destroy") != allow_data_loss:
        raise RuleError(
            ("removal",) if removal == "destroy" else ("allow_data_loss",),
            f"removal is {removal!r} but allow_data_loss is {str(allow_data_loss).lower()}; allowed is "
            "`removal: destroy` with `allow_data_loss: true`, or neither. Set both to let data go with the "
            "environment, or remove both to keep it",
        )
