"""Whether the champion may have learnt from the records that it is judged on, which flatters it."""

import pandas as pd

from .judged import Document

REPORT = "preparation.json"  # in a package: how its own records were split
LEARNT_FROM = ("train", "validation")  # a training stops, and is tuned, by the validation split


def seen(champions: Document | None, report: Document, time: pd.Series, *, stratified: bool) -> int | None:
    """Return how many test records the champion may have learnt from; None where that is not known.

    Args:
        champions: the preparation's report of the champion's own run, from its package; None if it has none.
        report: of this run.
        time: of the test records.
        stratified: whether a split divides each class by rank.
    """
    if champions is None:
        return None
    if champions["split"]["by"] == report["split"]["by"] == "time":
        ends = [champions["splits"][split]["last"] for split in LEARNT_FROM]
        return int((time <= max(pd.Timestamp(end) for end in ends)).sum())
    if champions["split"] != report["split"]:
        return None
    # A record is in the same split in every run; where each class is divided by rank, in every run on the same records.
    return 0 if not stratified or _counts(champions) == _counts(report) else None


def _counts(report: Document) -> dict[str, int]:
    return {split: counts["records"] for split, counts in report["splits"].items()}
