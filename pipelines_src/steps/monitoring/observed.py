"""What was captured in a column, set against what is expected of it: plain figures, no judgement."""

from dataclasses import dataclass

from ..use_case import Document
from . import distances
from .distances import Distances
from .expected import NUMBERS, Expected, Field
from .profile import Profile
from .sketches import FieldSketch

_OF_TYPE = {
    "Integral": ("integral",),
    "Fractional": ("integral", "fractional"),  # a client may send 1400 for 1400.0
    "String": ("string", "boolean"),
}


@dataclass(frozen=True)
class Observed:
    """Figures of one column.

    Attributes:
        field: what is expected of it.
        rows: records looked at.
        absent: records that do not have the column.
        missing: records without a value in it, those among them.
        wrong_type: values of another type.
        unseen: texts that are not in its domain.
        texts: how many.
        distances: from the baseline, None where one of them has no values to compare.
        compared: how many values of the baseline and of the captures that is.
        sketch: all that was seen.
    """

    field: Field
    rows: int
    absent: int
    missing: int
    wrong_type: int
    unseen: int
    texts: int
    distances: Distances | None
    compared: tuple[float, float]
    sketch: FieldSketch

    @property
    def present(self) -> int:
        """Records with a value."""
        return self.rows - self.missing

    @property
    def robust(self) -> float:
        """Model Monitor's robust distance."""
        return distances.robust(self.distances.simple, *self.compared) if self.distances else 0.0

    def figures(self) -> Document:
        """Return them for the report."""
        of = self.distances
        return {
            "rows": self.rows,
            "completeness": self.present / self.rows if self.rows else None,
            "baseline_completeness": self.field.completeness,
            "type": self.field.type,
            "type_match": 1 - self.wrong_type / self.present if self.present else None,
            "unseen": self.unseen / self.texts if self.texts and self.field.domains is not None else None,
            "kinds": self.sketch.kinds,
            "compared": {"baseline": self.compared[0], "captured": self.compared[1]},
            "distances": None if of is None else of.figures() | {"robust": self.robust},
        }


def observed(expected: Expected, profile: Profile) -> list[Observed]:
    """Return the figures of each column of the baseline."""
    return [_of(field, profile.fields[field.name]) for field in expected.fields]


def _of(field: Field, sketch: FieldSketch) -> Observed:
    right = sum(sketch.kinds[kind] for kind in _OF_TYPE.get(field.type, ()))
    texts = sketch.texts.count
    known = sketch.texts.frequent() if texts and not (field.domains is None and field.categories is None) else {}
    in_domain = sum(count for value, count in known.items() if field.domains and value in field.domains)
    found, compared = _distances(field, sketch, known)
    return Observed(
        field=field,
        rows=sketch.rows,
        absent=sketch.kinds["absent"],
        missing=sketch.rows - sketch.present,
        wrong_type=sketch.present - right if field.type in _OF_TYPE else 0,
        unseen=texts - in_domain if field.domains is not None else 0,
        texts=texts,
        distances=found,
        compared=compared,
        sketch=sketch,
    )


def _distances(
    field: Field, sketch: FieldSketch, known: dict[str, int]
) -> tuple[Distances | None, tuple[float, float]]:
    if field.type in NUMBERS and field.ranks is not None and sketch.numbers.count:
        live = sketch.numbers.ranks()
        return distances.of_numbers(field.ranks, live, field.std_dev), (field.ranks.count, live.count)
    if field.categories and known:
        error = sketch.texts.error / sketch.texts.count
        sizes = (float(sum(field.categories.values())), float(sum(known.values())))
        return distances.of_categories(field.categories, known, error), sizes
    return None, (0.0, 0.0)
