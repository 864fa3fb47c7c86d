"""Check all files of configuration at once, and what they must agree on between them."""

from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

from config.entry_point import require_entry_point
from config.environment import Environment
from config.environment_agreement import REQUIREMENTS
from config.errors import ConfigError
from config.labelling import require_template
from config.loading import (
    ROOT,
    environment_names,
    load_environment,
    load_use_case,
    load_workforce,
    place,
    use_case_names,
    workforce_names,
)
from config.use_case import UseCase


def check_all(root: Path = ROOT) -> list[str]:
    """Return every problem found, one text each; empty if all is well."""
    problems: list[str] = [*_overlooked(root)]
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
            require_entry_point(use_cases[name], root / "pipelines_src")
            require_template(use_cases[name], root / "pipelines_src")
        except ConfigError as error:
            problems.extend(str(error).splitlines())
    for name in workforce_names(root):
        try:
            load_workforce(name, root)
        except ConfigError as error:
            problems.extend(str(error).splitlines())
    problems.extend(_overlaps(environments, root))
    problems.extend(_deployed(environments, use_cases, root))
    return list(dict.fromkeys(problems))  # what ails an environment ails each of its use cases


def _overlooked(root: Path) -> Iterator[str]:
    """Yield files that nobody reads for their names' end."""
    for path in sorted([*(root / "environments").glob("*.yml"), *(root / "pipelines_src").glob("*/use_case.yml")]):
        shown = path.relative_to(root).as_posix()
        yield f"{shown}: ends with .yml, and only .yaml is read. Rename it to {path.stem}.yaml."


def _deployed(environments: list[Environment], use_cases: dict[str, UseCase], root: Path) -> Iterator[str]:
    for environment in environments:
        for name in environment.use_cases:
            for require in REQUIREMENTS:
                try:
                    if name in use_cases:
                        require(environment, use_cases[name], root)
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
