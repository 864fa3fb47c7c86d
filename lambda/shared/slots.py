"""The slots of an endpoint, and what a model package is meant for.

Whoever approves a package may say in its metadata for which slot it is meant (CustomerMetadataProperties of a model
package); without a word it is meant for the champion's.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

Slot = Literal["champion", "challenger", "shadow"]
CHAMPION: Slot = "champion"
CHALLENGER: Slot = "challenger"
SHADOW: Slot = "shadow"
SLOTS: tuple[Slot, ...] = get_args(Slot)
# Keys of the metadata.
MEANT_FOR, MEANT_SINCE = "ml-loop:slot", "ml-loop:slot-since"
TURN = "ml-loop:turn"  # number of the turn of the loop that proposed it


def parameter(slot: Slot) -> str:
    """Return the name of the serving stack's parameter for a slot."""
    return f"{slot.capitalize()}ModelPackage"


def meant_for(metadata: Mapping[str, str]) -> Slot | None:
    """Return the slot that a package is meant for, None if what is written there is none."""
    said = metadata.get(MEANT_FOR, CHAMPION)
    return next((slot for slot in SLOTS if slot == said), None)


def meant_since(metadata: Mapping[str, str]) -> datetime | None:
    """Return since when, None where it is not said or not as ISO 8601 with a zone."""
    try:
        moment = datetime.fromisoformat(metadata.get(MEANT_SINCE, ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def meaning(slot: Slot, now: datetime) -> dict[str, str]:
    """Return the metadata that say what a package is meant for from now on; `now` with a zone."""
    return {MEANT_FOR: slot, MEANT_SINCE: now.isoformat(timespec="milliseconds")}
