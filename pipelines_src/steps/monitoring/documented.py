"""The rules that Model Monitor documents, to the letter: what it would report, whatever chance has to do with it.

Source: AWS documentation, "Schema for Violations" and "Schema for Constraints". A single value that was not in the
training data is a violation; docs/decisions/drift.md says what that leads to.
"""

from .expected import Expected
from .findings import CATEGORIES, COMPLETENESS, DRIFT, EXTRA, MISSING, TYPE, Finding
from .observed import Observed
from .profile import Profile


def check(expected: Expected, profile: Profile, seen: list[Observed]) -> list[Finding]:
    """Return what was checked; nothing where no record was captured."""
    if not profile.rows:
        return []
    found = [finding for one in seen if one.field.checked for finding in _of(one, expected)]
    extra = sorted(profile.extra)
    wanted, there = len(expected.fields), sum(1 for one in seen if one.absent < one.rows) + len(extra)
    sizes = f"Number of columns in current dataset: {there}, Number of columns in baseline constraints: {wanted}"
    text = f"There are extra columns in current dataset. {sizes}"
    return found + [Finding(name, EXTRA, text, True, profile.extra[name] / profile.rows, 0.0) for name in extra]


def _of(one: Observed, expected: Expected) -> list[Finding]:
    field, name = one.field, one.field.name
    if one.absent == one.rows:
        text = "There are missing columns in current dataset: none of the records has it."
        return [Finding(name, MISSING, text, True, 1.0, 0.0)]
    found = []
    if one.present:
        match = 1 - one.wrong_type / one.present
        text = f"Data type match requirement is not met. Expected data type: {field.type}, Expected match: "
        text += f"{expected.types:.1%}. Observed: Only {match:.4%} of data is {field.type}."
        found.append(Finding(name, TYPE, text, match < expected.types, match, expected.types))
    if field.completeness is not None:
        complete = one.present / one.rows
        text = f"Value: {complete} does not meet the constraint requirement! Completeness is {field.completeness}."
        violated = complete < field.completeness
        found.append(Finding(name, COMPLETENESS, text, violated, complete, field.completeness))
    if field.domains is not None and one.texts:
        inside = 1 - one.unseen / one.texts
        text = (
            f"Value: {inside} does not meet the constraint requirement! Of the values {expected.domains} must be known."
        )
        found.append(Finding(name, CATEGORIES, text, inside < expected.domains, inside, expected.domains))
    if field.threshold is not None and one.distances is not None:
        distance = one.robust if field.robust else one.distances.simple
        text = f"Baseline drift distance: {distance} exceeds threshold: {field.threshold}"
        found.append(Finding(name, DRIFT, text, distance > field.threshold, distance, field.threshold))
    return found
