"""What a reader of the card must not conclude."""

from ..use_case import UseCase
from .judged import Document

_MANY = 0.01  # share of records left out that a reader should know of


def limits(use_case: UseCase, report: Document, evaluation: Document) -> list[str]:
    """Return sentences about what was not seen, not judged, or left out; each follows from the run's own figures."""
    return [
        *_seen(evaluation),
        *_left_out(report),
        *_slices(use_case, evaluation),
        *_intervals(use_case, evaluation),
        *_unknown_levels(use_case),
        *compared(evaluation),
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
    names = [feature["name"] for feature in use_case.data["features"] if feature["type"] == "category"]
    rows = use_case.data["category_min_rows"]
    listed = ", ".join(names)
    return [f"Levels of {listed} that training never saw, or on fewer than {rows} records, count as missing."] * bool(
        names
    )


def compared(evaluation: Document) -> list[str]:
    """Return what the comparison with the incumbent does not say."""
    if evaluation["incumbent"] == "champion":
        return _flattered(evaluation)
    return ["There was no champion to compare with: the figures over the incumbent are those over the baseline."]


def _flattered(evaluation: Document) -> list[str]:
    seen = evaluation["rows_known_to_champion"]
    if seen is None:
        why = "its package does not say, or its records were split otherwise"
        return [f"Whether the champion learnt from some of the test records is not known: {why}."]
    share = f"{seen / evaluation['rows']:.1%}"
    said = (
        f"The champion learnt from later records and may know {share} of the test records: the comparison flatters it."
    )
    return [said] * bool(seen)
