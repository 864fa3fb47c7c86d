"""A rule of ours about resources of a template."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Properties = dict[str, Any]


@dataclass(frozen=True)
class Rule:
    """What must hold of the properties of a resource type."""

    name: str
    resource_type: str
    wrong: str
    fix: str
    holds: Callable[[Properties], bool]
