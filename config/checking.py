"""Check all files of configuration at once, and what they must agree on between them."""

from itertools import combinations
from pathlib import Path

from config.environment import Environment
from config.errors import ConfigError
from config.loading import ROOT, environment_names, load_environment, load_use_case, use_case_names


def check_all(root: Path = ROOT) -> list[str]:
    """Return every problem found, one text each; empty if all is well."""
    problems: list[str] = []
    environments: list[Environment] = []
    for name in environment_names(root):
        try:
            environments.append(load_environment(name, root))
        except ConfigError as error:
            problems.extend(str(error).splitlines())
    for name in use_case_names(root):
        try:
            load_use_case(name, root)
        except ConfigError as error:
            problems.extend(str(error).splitlines())
    problems.extend(_overlaps(environments))
    return problems


def _overlaps(environments: list[Environment]) -> list[str]:
    # Ranges that overlap can never be peered, and a VPC's range cannot be changed.
    return [
        f"environments/{second.name}.yaml: network.cidr: found {second.network.cidr}, which overlaps "
        f"{first.network.cidr} of environments/{first.name}.yaml; allowed are ranges apart. Choose another."
        for first, second in combinations(environments, 2)
        if first.network.cidr.overlaps(second.network.cidr)
    ]
