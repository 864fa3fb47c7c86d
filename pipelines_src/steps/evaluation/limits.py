"""What a reader of the card must not conclude."""

from ..use_case import UseCase
from .judged import Document
from .shown import figure

_MANY = 0.01  # share of records left out that a reader should know of


def limits(use_case: UseCase, report: Document, evaluation: Document) -> list[str]:
    """Return sentences about what was not seen, not judged, or left out; each follows from the run's own figures."""
    return [
        *_seen(evaluation),
        *_left_out(report),
        *_slices(use_case, evaluation),
        *_intervals(use_case, evaluation),
        *_unknown_levels(use_case),
        *compared(use_case.problem, evaluation),
    ]


def _seen(evaluation: Document) -> list[str]:
    if evaluation["first"] is None:
        return ["The test records bear no time: whether the model ages is not known."]
    return [f"Judged on records from {evaluation['first']} to {evaluation['last']}; other times may differ."]


def _left_out(report: Document) -> list[str]:
    said = []
    for split, counts in report["splits"].items():
        for reason, rows in counts["left_out"].items():
            if rows > _MANY * counts["records"]:
                share = rows / counts["records"]
                said.append(f"{share:.1%} of the records of {split} were left out ({reason}); nothing is said of such.")
    return said


def _slices(use_case: UseCase, evaluation: Document) -> list[str]:
    if not use_case.evaluate["slices"]:
        return ["No slices are declared: the model may be much worse for some records than on the whole."]
    fewest = use_case.evaluate["slice_min_rows"]
    return [
        f"Not judged by {column}, having fewer than {fewest} test records: {', '.join(values)}."
        for column, values in evaluation["slices_not_judged"].items()
    ]


def _intervals(use_case: UseCase, evaluation: Document) -> list[str]:
    drawn = {"row": "single records, as if they were independent"}.get(
        evaluation["resample"], f"whole {evaluation['resample']}s"
    )
    said = [
        f"Intervals come from resampled test records ({drawn}); they do not say how much another training would differ."
    ]
    alike = [
        name.replace("_", " ")
        for name, one in evaluation.items()
        if isinstance(one, dict) and "confidence" in one and one["value"] == one["lower"] == one["upper"] == 1
    ]
    if alike:
        said.append(f"No resample has an error to show: how far below 1 {', '.join(alike)} may be is not known.")
    if use_case.problem == "binary_classification" and use_case.evaluate["costs"] is None:
        said.append("No costs are declared: the threshold takes a false alarm to be as bad as a miss.")
    return said


def _unknown_levels(use_case: UseCase) -> list[str]:
    features = [feature for feature in use_case.data["features"] if feature["type"] == "category"]
    declared = ", ".join(feature["name"] for feature in features if feature["levels"])
    found = ", ".join(feature["name"] for feature in features if not feature["levels"])
    rows = use_case.data["category_min_rows"]
    rare = f"Levels of {found} that training never saw, or on fewer than {rows} records, count as missing."
    others = f"Levels of {declared} other than those that use_case.yaml declares count as missing."
    return [rare] * bool(found) + [others] * bool(declared)


def compared(problem: str, evaluation: Document) -> list[str]:
    """Return what the comparison with the incumbent does not say."""
    if evaluation["incumbent"] == "champion":
        return _flattered(evaluation)
    # Clusters have no baseline: without a champion they are compared with no clusters at all.
    instead = "one single group of all records" if problem == "clustering" else "the baseline"
    return [f"There was no champion to compare with: the figures over the incumbent are those over {instead}."]


def _flattered(evaluation: Document) -> list[str]:
    seen = evaluation["rows_known_to_champion"]
    if seen is None:
        why = "its package does not say, or its records were others, or split otherwise"
        return [f"Whether the champion learnt from some of the test records is not known: {why}."]
    known = f"{figure(seen)} of the {figure(evaluation['rows'])} test records"
    said = f"The champion learnt from later records and may know {known}: the comparison flatters it."
    return [said] * bool(seen)
