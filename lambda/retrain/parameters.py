"""With which parameters the pipeline of a turn runs. Pure."""

from datetime import UTC, timedelta

from retrain.events import Cause
from retrain.state import CHAMPION, RAW_VERSION, SPLIT_UNTIL, WARM_START, Observation


def parameters(seen: Observation, causes: tuple[Cause, ...], number: int) -> dict[str, str]:
    """Return the parameters of a turn's pipeline.

    The version of the raw data is the turn's own, so that what is there is prepared, and no earlier result reused. A
    state machine prepares anew each time.
    """
    found = {} if seen.terms.machine else {RAW_VERSION: f"turn {number} of {seen.now.isoformat()}"}
    if seen.champion_model:
        found[CHAMPION] = seen.champion_model
        if seen.terms.warm_start:
            found[WARM_START] = seen.champion_model
    if seen.terms.window:
        found[SPLIT_UNTIL] = split_until(seen.terms.window, causes)
    return found


def split_until(window: tuple[int, int], causes: tuple[Cause, ...]) -> str:
    """Return the ends of training, validation and test before the end of the newest data.

    Nobody has said where that is, unless it was a cause: then the preparation moves the ends to the newest record.

    >>> from datetime import datetime
    >>> at = datetime(2013, 6, 1, tzinfo=UTC)
    >>> split_until((14, 7), (Cause(kind="schedule", at=at, source="monthly"),))
    '2013-05-11T00:00:00/2013-05-25T00:00:00/2013-06-01T00:00:00/newest'
    >>> split_until((14, 7), (Cause(kind="command", at=at, source="me", until=at),))
    '2013-05-11T00:00:00/2013-05-25T00:00:00/2013-06-01T00:00:00'
    """
    validation, test = (timedelta(days=days) for days in window)
    end = max(cause.until or cause.at for cause in causes).astimezone(UTC).replace(tzinfo=None, microsecond=0)
    newest = () if any(cause.until for cause in causes) else ("newest",)
    return "/".join((*(bound.isoformat() for bound in (end - test - validation, end - test, end)), *newest))
