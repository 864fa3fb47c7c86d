"""TrainingTimeInSeconds and BillableTimeInSeconds of a training job that has ended."""

import math
from typing import Any

from local_cloud.sagemaker.jobs import settings

_ON_INSTANCES = frozenset({"Downloading", "Training", "Uploading", "Stopping"})


def seconds(document: dict[str, Any]) -> dict[str, int]:
    """Return both times of a job's document, whose transitions have all ended; whole seconds, 1 at least.

    A spot job's time leaves out what it waited for instances. AWS documents `1 - Billable / Training` as what spot
    instances save, which follows their price; here the price is a setting.
    """
    if not document["EnableManagedSpotTraining"]:
        ran = max(
            1, round(document["TrainingEndTime"] - document.get("TrainingStartTime", document["TrainingEndTime"]))
        )
        return {"TrainingTimeInSeconds": ran, "BillableTimeInSeconds": ran}
    ran = math.ceil(
        sum(
            step["EndTime"] - step["StartTime"]
            for step in document["SecondaryStatusTransitions"]
            if step["Status"] in _ON_INSTANCES
        )
    )
    return {
        "TrainingTimeInSeconds": max(1, ran),
        "BillableTimeInSeconds": max(1, math.floor(ran * settings.spot_price_share())),
    }
