"""What AWS's consolidation functions do, as far as it is documented.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-annotation-consolidation.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answers:
    """What the workers answered about one object: the value of the page's tool, by worker."""

    object_id: str
    by_worker: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Label:
    """The label of one object, and what its metadata has beside what all labels have."""

    value: Any
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """What was asked of all objects: the categories as in their file, and where a picture can be kept."""

    categories: list[dict[str, Any]]
    keep_picture: Callable[[str, bytes], str]

    @property
    def names(self) -> list[str]:
        """The categories' names."""
        return [category["label"] for category in self.categories]

    def index(self, name: Any) -> int:
        """Return the number of a category; ValueError if there is none of the name."""
        if name not in self.names:
            raise ValueError(f"a worker answered {name!r}; the categories are {', '.join(self.names)}")
        return self.names.index(name)
