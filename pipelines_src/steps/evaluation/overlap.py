"""Whether the champion may have learnt from the records that it is judged on, which flatters it."""

import pandas as pd

from .judged import Document

REPORT = "preparation.json"  # in a package: how its own records were split
LEARNT_FROM = ("train", "validation")  # a training stops, and is tuned, by the validation split


def seen(champions: Document | None, report: Document, time: pd.Series) -> int | None:
    """Return how many test records the champion may have learnt from; None where that is not known.

    Args:
        champions: the preparation's report of the champion's own run, from its package; None if it has none.
        report: of this run.
        time: of the test records.
    """
    if champions is None:
        return None
    if champions["split"]["by"] == report["split"]["by"] == "time":
        ends = [champions["splits"][split]["last"] for split in LEARNT_FROM]
        return int((time <= max(pd.Timestamp(end) for end in ends)).sum())
    # Without times a record is in the same split in every run, as long as it is split in the same way.
    return 0 if champions["split"] == report["split"] else None
