"""Check all files of configuration at once, and what they must agree on between them."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from config.environment import Environment
from config.errors import ConfigError
from config.loading import ROOT, environment_names, load_environment, load_use_case, place, use_case_names
from config.preparation import require_engine
from config.use_case import UseCase


def check_all(root: Path = ROOT) -> list[str]:
    """Return every problem found, one text each; empty if all is well."""
    problems: list[str] = []
    environments: list[Environment] = []
    for name in environment_names(root):
        try:
            environments.append(load_environment(name, root))
        except ConfigError as error:
            problems.extend(str(error).splitlines())
    use_cases: dict[str, UseCase] = {}
    for name in use_case_names(root):
        try:
            use_cases[name] = load_use_case(name, root)
        except ConfigError as error:
            problems.extend(str(error).splitlines())
    problems.extend(_overlaps(environments, root))
    problems.extend(_engines(environments, use_cases, root))
    return problems


def _engines(environments: list[Environment], use_cases: dict[str, UseCase], root: Path) -> Iterator[str]:
    for environment in environments:
        for name in environment.use_cases:
            try:
                if name in use_cases:
                    require_engine(environment, use_cases[name], root)
            except ConfigError as error:
                yield str(error)


def _overlaps(environments: list[Environment], root: Path) -> list[str]:
    # Ranges that overlap can never be peered, and a VPC's range cannot be changed.
    return [
        f"{place('environments', second.name, ('network', 'cidr'), root)}: found {second.network.cidr}, which overlaps "
        f"{first.network.cidr} of environments/{first.name}.yaml; allowed are ranges apart. Choose another."
        for first, second in combinations(environments, 2)
        if first.network.cidr.overlaps(second.network.cidr)
    ]
