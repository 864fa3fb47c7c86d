"""What the tests of the experiment function's clients share."""

from datetime import timedelta
from typing import Any

from experiment.e_process import Batch
from experiment.trial import Look, Trial
from tests.unit.experiment_cloud_kit import BEGAN, CHALLENGER, CHAMPION, terms

NAME = "20260101T000000Z-0003"
LOOK = Look(2, BEGAN + timedelta(hours=2), 0.1, {"errors_5xx": Batch(900, 1, 100, 2)})


def trial(**changes: Any) -> Trial:
    kept: dict[str, Any] = {"since": BEGAN, "version": 4, **changes}
    return Trial(
        "flight_delays", 3, terms(**kept.pop("terms", {})), CHAMPION, CHALLENGER, BEGAN, "ann", "May", "r1", 0.1, 0.0,
        BEGAN, **kept,
    )  # fmt: skip
