"""What is predicted: the problem, the event or the classes, from the label's values."""

from dataclasses import dataclass, field

from config.use_case.metrics import Problem
from ops.new_use_case import spellings
from ops.new_use_case.errors import DataError
from ops.new_use_case.event import Value, positive, quoted
from ops.new_use_case.measuring import TABLE, Measured
from ops.new_use_case.request import Request
from ops.new_use_case.wording import many
from ops.new_use_case.workspace import Workspace, name

MOST_CLASSES = 100
_MOST_NUMBERED_CLASSES = 20  # whole numbers with more values are quantities
LEAST_ROWS = 50
LEAST_OF_CLASS = 10  # rows, so that training, validation and test have some each
_BOTH = 2


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes:
        problem: as in use_case.yaml.
        label: the column; None for clustering.
        positive, negative: binary classification: the event, and the other value.
        classes: multiclass classification: the values.
        notes: what a person should know of how this was decided.
    """

    problem: Problem
    label: Measured | None = None
    positive: Value | None = None
    negative: Value | None = None
    classes: tuple[Value, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def classifies(self) -> bool:
        """Whether the label has classes."""
        return self.problem.endswith("classification")


def target(workspace: Workspace, request: Request, label: Measured | None, rows: int) -> Target:
    """Return what the label's values say; DataError where nothing can be learnt from them."""
    if label is None:
        _enough(rows, "")
        return Target("clustering")
    if label.column.odd is not None:
        raise DataError(f"--label: of the column {label.column.original} {label.column.odd}. Correct these values.")
    if label.kind == "time":
        raise DataError(
            f"--label: the column {label.column.original} holds times, which are not predicted. Name another column, "
            "or write in one how long it took."
        )
    if label.present == 0:
        raise DataError(f"--label: the column {label.column.original} has no value in any row. Name another column.")
    _enough(label.present, f" with a value in {label.column.original}")
    counted = workspace.rows(
        f"SELECT {name(label.name)}, count(*) FROM {TABLE} WHERE {name(label.name)} IS NOT NULL "  # noqa: S608 - quoted
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_CLASSES + 1}"
    )
    counts: dict[Value, int] = dict(counted)
    if len(counts) == 1:
        raise DataError(
            f"--label: the column {label.column.original} is {quoted(counts)} in every row, so there is nothing to "
            "learn. Name another column, or bring rows with other outcomes."
        )
    notes = [f"{many(label.missing, 'row', 'have')} no label: left out."] if label.missing else []
    notes += [f"{label.column.original} (the label): {label.column.note}."] if label.column.note else []
    return _target(request, label, counts, notes)


def _target(request: Request, label: Measured, counts: dict[Value, int], notes: list[str]) -> Target:
    problem = request.problem or _inferred(label, counts)
    if problem == "regression":
        if label.kind != "number":
            raise DataError(
                f"--problem regression: the column {label.column.original} holds text such as {quoted(counts)}; a "
                "number is wanted. Name another column, or another problem."
            )
        _require_no_positive(request, problem)
        return Target(problem, label, notes=tuple(notes))
    unsaid = request.problem is None or (problem == "binary_classification" and len(counts) > _BOTH)
    if unsaid and len(counts) <= MOST_CLASSES:
        spellings.require_one(label.column.original, counts)
    _require_classes(label, counts, problem)
    if problem == "binary_classification":
        event, why = positive(request, counts)
        [other] = [value for value in counts if value != event]
        return Target(problem, label, event, other, notes=(*notes, why))
    _require_no_positive(request, problem)
    if label.kind == "number":
        notes.append(
            f"{label.name} has {len(counts)} whole values: classes. If they are a quantity: --problem regression."
        )
    _require_common(label, counts)
    rare = [value for value, rows in counts.items() if rows < LEAST_OF_CLASS]
    if rare:
        notes.append(
            f"Fewer than {LEAST_OF_CLASS} rows each have the label {quoted(rare)}: little can be learnt of them."
        )
    return Target(problem, label, classes=tuple(sorted(counts)), notes=tuple(notes))


def _inferred(label: Measured, counts: dict[Value, int]) -> Problem:
    if len(counts) == _BOTH:
        return "binary_classification"
    if label.kind == "text" or (label.whole and len(counts) <= _MOST_NUMBERED_CLASSES):
        return "multiclass_classification"
    return "regression"


def _require_classes(label: Measured, counts: dict[Value, int], problem: Problem) -> None:
    original = label.column.original
    if len(counts) > MOST_CLASSES:
        raise DataError(
            f"--label: the column {original} has {label.different} different values, such as "
            f"{quoted(list(counts)[:3])}; allowed are at most {MOST_CLASSES} classes. Are they ids or free text? Name "
            "another column, or join values."
        )
    wanted = "two" if problem == "binary_classification" else "three or more"
    if (len(counts) == _BOTH) != (problem == "binary_classification"):
        raise DataError(
            f"--problem {problem}: the column {original} has {len(counts)} values, {quoted(counts)}; {wanted} are "
            "wanted. Leave the option out, or name another column."
        )
    least = min(counts, key=lambda value: counts[value])
    if problem == "binary_classification" and counts[least] < LEAST_OF_CLASS:
        raise DataError(
            f"--label: only {many(counts[least], 'row', 'have')} the label {quoted([least])}; allowed are at least "
            f"{LEAST_OF_CLASS}, so that training, validation and test have some each. Bring more rows of it."
        )


def _require_no_positive(request: Request, problem: Problem) -> None:
    if request.positive is not None:
        raise DataError(f"--positive is for two values of a label; this is {problem}. Leave the option out.")


def _require_common(label: Measured, counts: dict[Value, int]) -> None:
    common = [rows for rows in counts.values() if rows >= LEAST_OF_CLASS]
    if len(common) < _BOTH or 2 * sum(common) < label.present:
        raise DataError(
            f"--label: of the {len(counts)} values of {label.column.original}, {len(common)} "
            f"{'has' if len(common) == 1 else 'have'} {LEAST_OF_CLASS} rows or more each, {sum(common)} of "
            f"{label.present} rows together; two of them, with half of the rows, are wanted. Join rare values, or name "
            "another column."
        )


def _enough(rows: int, of_what: str) -> None:
    if rows < LEAST_ROWS:
        raise DataError(
            f"Found {many(rows, 'row')}{of_what}; allowed are at least {LEAST_ROWS}, and a model that can be judged "
            "needs some hundreds. Bring more rows."
        )
