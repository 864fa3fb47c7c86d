"""Our rules: a violation is more than a tolerance, and more than chance, among all that is checked of a variant.

The probability that a run reports anything at all, where nothing exceeds its tolerance, is at most `alpha`, whatever
the distributions, the number of columns and of records, whether these are drawn one by one or by whole days
(docs/decisions/drift.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from . import noise
from .expected import Expected, Field
from .findings import CATEGORIES, COMPLETENESS, DRIFT, EXTRA, MISSING, TYPE, Finding
from .observed import Observed
from .profile import Profile
from .told import Told

ALPHA = 0.01
TOLERANCES: Mapping[str, float] = {"types": 0.01, "completeness": 0.01, "categories": 0.01, "columns": 0.01}


@dataclass(frozen=True)
class Rules:
    """How much is too much.

    Attributes:
        alpha: probability of a false alarm in a run and variant.
        tolerances: by how much shares may be worse than the baseline's: TOLERANCES has the names.
    """

    alpha: float
    tolerances: Mapping[str, float]

    def check(self, expected: Expected, profile: Profile, seen: list[Observed]) -> list[Finding]:
        """Return what was checked, each with its probability among all of them."""
        told = Told.of(expected, profile)
        found = [finding for one in seen if one.field.checked for finding in self._of(one, expected, told)]
        rows = max((field.rows for field in expected.fields), default=0)
        found += [self._extra(name, count, profile.rows, rows) for name, count in sorted(profile.extra.items())]
        adjusted = noise.holm([finding.probability or 0.0 for finding in found])
        return [
            replace(finding, probability=probability, violated=probability <= self.alpha)
            for finding, probability in zip(found, adjusted, strict=True)
        ]

    def _of(self, one: Observed, expected: Expected, told: Told) -> list[Finding]:
        if not one.rows:
            return []
        if one.absent == one.rows:
            return [self._missing(one, told)]
        found = [self._type(one, expected)] if one.present else []
        found += [self._completeness(one, told)] if one.field.completeness is not None else []
        found += [self._categories(one, expected)] if one.field.domains is not None and one.texts else []
        return found + ([self._drift(one, told)] if one.field.threshold is not None and one.distances else [])

    def _missing(self, one: Observed, told: Told) -> Finding:
        text = f"There are missing columns in current dataset: none of {one.rows} records has it."
        return self._finding(one, MISSING, text, 1.0, 0.0, self._of_missing(one, told))

    def _of_missing(self, one: Observed, told: Told) -> float:
        """Return the probability of so many records without a value."""
        field, tolerance = one.field, self.tolerances["completeness"]
        allowed = 1 - (1.0 if field.completeness is None else field.completeness)
        live = told.now((one.missing, one.rows), field.alike_missing)
        if field.rows and abs(allowed - field.missing / field.rows) < 1e-9:  # noqa: PLR2004 - as the baseline has it
            return noise.of_excess(live, told.before((field.missing, field.rows), field.alike_missing), tolerance)
        return noise.of_excess(live, None, allowed + tolerance)

    def _completeness(self, one: Observed, told: Told) -> Finding:
        complete, wanted = one.present / one.rows, one.field.completeness or 0.0
        allowed = wanted - self.tolerances["completeness"]
        text = f"Value: {complete} does not meet the constraint requirement! Completeness is {wanted}, "
        text += f"at least {allowed} is tolerated."
        return self._finding(one, COMPLETENESS, text, complete, allowed, self._of_missing(one, told))

    def _type(self, one: Observed, expected: Expected) -> Finding:
        match, allowed = 1 - one.wrong_type / one.present, expected.types - self.tolerances["types"]
        text = f"Data type match requirement is not met. Expected data type: {one.field.type}, Expected match: "
        text += f"{allowed:.1%}. Observed: Only {match:.4%} of data is {one.field.type}."
        probability = noise.of_excess((one.wrong_type, one.present), _none_of(one.field, expected), 1 - allowed)
        return self._finding(one, TYPE, text, match, allowed, probability)

    def _categories(self, one: Observed, expected: Expected) -> Finding:
        inside, allowed = 1 - one.unseen / one.texts, expected.domains - self.tolerances["categories"]
        text = f"Value: {inside} does not meet the constraint requirement! Of the values {allowed} must be known."
        # What a sketch leaves out may be known.
        unseen = max(0, one.unseen - one.sketch.texts.error * len(one.field.domains or ()))
        probability = noise.of_excess((unseen, one.texts), None, 1 - allowed)
        known = one.field.categories or {}
        learnt = one.field.domains == frozenset(known)  # perhaps of few records, and not declared
        if probability < 1 and learnt:
            probability = max(probability, noise.of_unseen(known, one.sketch.texts.frequent()))
        return self._finding(one, CATEGORIES, text, inside, allowed, probability)

    def _drift(self, one: Observed, told: Told) -> Finding:
        field, of, allowed = one.field, one.distances, one.field.threshold or 0.0
        assert of is not None  # noqa: S101 - for mypy
        before, now = one.compared
        sizes = told.before((0, before), field.alike)[1], told.now((0, now), field.alike)[1]
        if field.ranks is not None:
            probability = noise.of_distance(of.simple, allowed + of.error, *sizes)
        else:
            known = one.sketch.texts.frequent()
            probability = noise.of_categories(field.categories or {}, known, allowed, of.error, sizes)
        text = f"Baseline drift distance: {of.simple} exceeds threshold: {allowed}"
        return self._finding(one, DRIFT, text, of.simple, allowed, probability)

    def _extra(self, name: str, count: int, rows: int, before: int) -> Finding:
        text = f"There are extra columns in current dataset: {count} of {rows} records have {name!r}."
        tolerance = self.tolerances["columns"]
        probability = noise.of_excess((count, rows), (0, before) if before else None, tolerance)
        return Finding(name, EXTRA, text, False, count / rows, tolerance, probability)

    def _finding(self, one: Observed, check: str, text: str, value: float, allowed: float, chance: float) -> Finding:
        return Finding(one.field.name, check, text, False, value, allowed, chance)


def _none_of(field: Field, expected: Expected) -> tuple[int, int] | None:
    """Return that the baseline had no value of another type, among how many; None where that is not known."""
    present = field.rows - field.missing
    return (0, present) if present and expected.types == 1 else None
