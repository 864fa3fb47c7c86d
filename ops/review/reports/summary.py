"""What a reviewer sees first: dangers by class and environment, and what changes in the pipelines of models."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from ops.review import loosened
from ops.review.model import Change, Class, Gate, Review, Severity
from ops.review.waivers import named

# In the order in which they hurt; tags and narrowed permissions harm nobody and are counted apart.
DANGERS = (
    Class.DATA_LOSS,
    Class.EXPOSURE,
    Class.PERMISSIONS_WIDENED,
    Class.PERMISSIONS_UNKNOWN,
    Class.INTERRUPTION,
    Class.MONITORING_WEAKENED,
    Class.PIPELINE,
    Class.COST,
)


@dataclass(frozen=True)
class Cell:
    """Changes of a class in an environment, by their severity, the worst first."""

    counts: tuple[tuple[Severity, int], ...]

    @property
    def worst(self) -> Severity:
        """The worst of them."""
        return self.counts[0][0]


@dataclass(frozen=True)
class Summary:
    """The first screen.

    Attributes:
        environments: in which anything changes, those with the worst first.
        rows: of each class of dangers a cell for each environment, None where it has none.
        first: what stands before all else, such as a rule that the change loosens.
        gates: the others.
        pipelines: changes of pipelines of models.
        severities: how many changes there are of each severity, the worst first.
    """

    environments: tuple[str, ...]
    rows: tuple[tuple[Class, tuple[Cell | None, ...]], ...]
    first: tuple[Gate, ...]
    gates: tuple[Gate, ...]
    pipelines: tuple[Change, ...]
    severities: tuple[tuple[Severity, int], ...]

    @classmethod
    def of(cls, review: Review) -> "Summary":
        """Return the summary of a review."""
        names = {name for change in review.changes for name in change.environments or ("",)}
        cells = {(kind, name): _cell(review, kind, name) for kind in DANGERS for name in names}
        worst = {name: _counts(cells[kind, name] for kind in DANGERS) for name in names}
        environments = tuple(sorted(sorted(names), key=lambda name: worst[name], reverse=True))
        rows = ((kind, tuple(cells[kind, name] for name in environments)) for kind in DANGERS)
        severities = Counter(change.severity for change in review.changes)
        return cls(
            environments,
            tuple(row for row in rows if any(row[1])),
            tuple(gate for gate in review.gates if gate.name in loosened.NAMES),
            tuple(gate for gate in review.gates if gate.name not in loosened.NAMES),
            tuple(change for change in review.changes if Class.PIPELINE in change.classes),
            tuple(sorted(severities.items(), reverse=True)),
        )


def is_metadata(change: Change) -> bool:
    """Whether nothing but tags and metadata changes."""
    return change.classes == (Class.METADATA,)


def _counts(cells: Iterable[Cell | None]) -> list[int]:
    """Return how many classes have something of each severity, from the worst on."""
    found = Counter(severity for cell in cells if cell for severity, _ in cell.counts)
    return [found[severity] for severity in reversed(Severity)]


def _cell(review: Review, kind: Class, environment: str) -> Cell | None:
    # What blocks in one of the environments of a change need not block in another.
    blocked = {
        name
        for gate in review.gates
        if gate.closed and (gate.environment, gate.name) == (environment, kind)
        for name in gate.changes
    }
    counts: Counter[Severity] = Counter()
    for change in review.changes:
        found = [one.rated or one.severity for one in change.found if one.kind is kind]
        if found and environment in (change.environments or ("",)):
            closes = max(one.severity for one in change.found if one.kind is kind) is Severity.BLOCK
            counts[Severity.BLOCK if closes and named(change, environment) in blocked else max(found)] += 1
    return Cell(tuple(sorted(counts.items(), reverse=True))) if counts else None
