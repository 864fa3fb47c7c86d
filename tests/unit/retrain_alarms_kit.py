"""Alarms of a monitor, and what a rule makes of their events."""

from datetime import datetime
from typing import Any

from retrain.events import Look, OfAlarm
from tests.unit.retrain_cloud_kit import ALWAYS

ALARMS: dict[OfAlarm, tuple[str, ...]] = {"drift": ("drift-of-origin", "drift-of-wind"), "quality": ("auc",)}
KINDS: dict[str, OfAlarm] = {name: kind for kind, names in ALARMS.items() for name in names}
HOURLY = Look(use_case="toys", terms=ALWAYS, alarms=ALARMS)


def event(name: str, began: datetime) -> dict[str, Any]:
    """What a rule makes of CloudWatch's event, whose time has milliseconds and a zone without a colon."""
    at = began.strftime("%Y-%m-%dT%H:%M:%S.") + "985+0000"
    said = {"kind": KINDS[name], "at": at, "source": name}
    return {"use_case": "toys", "terms": ALWAYS.model_dump(mode="json"), "causes": [said]}
