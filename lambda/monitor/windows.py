"""Which windows are due. Pure.

Windows lie side by side, counted from a Monday at midnight, UTC, so that each captured request is in one of them,
whenever it is looked at. A variant's first window begins when its model does; a short one is part of the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.events import Monitor, Terms
from monitor.state import Asked, Observation, Part, Run, Served
from shared.slots import CHAMPION

MADE_UP = 7  # windows that are still looked at when they are late
MOST_ATTEMPTS = 3
AGAIN_AFTER = timedelta(minutes=50)  # the hourly look comes in less than an hour now and then
# SageMaker delivers captures minutes late.
SETTLES = timedelta(minutes=15)
_FIRST = datetime(1970, 1, 5, tzinfo=UTC)
_BY_OUTCOMES: tuple[Monitor, ...] = ("model_quality", "bias")


@dataclass(frozen=True)
class Share:
    """What is looked at together: its monitors, and how long after the end of a window."""

    part: Part
    monitors: tuple[Monitor, ...]
    delay: timedelta = timedelta(0)


@dataclass(frozen=True)
class Due:
    """A window of a variant that is to be looked at, for which time."""

    served: Served
    share: Share
    start: datetime
    until: datetime
    attempt: int


def shares(terms: Terms) -> tuple[Share, ...]:
    """Return what is looked at together: all, or what needs outcomes later than the rest.

    >>> for one in shares(Terms(monitors=("data_quality", "model_quality"), outcome_hours=24)):
    ...     print(one.part, *one.monitors)
    requests data_quality
    outcomes model_quality
    """
    late = tuple(monitor for monitor in terms.monitors if monitor in _BY_OUTCOMES)
    if not terms.outcome_hours or not late:
        return (Share("requests", terms.monitors),)
    rest = tuple(monitor for monitor in terms.monitors if monitor not in _BY_OUTCOMES)
    found = (Share("requests", rest), Share("outcomes", late, timedelta(hours=terms.outcome_hours)))
    return found if rest else found[1:]


def last_end(at: datetime, length: timedelta) -> datetime:
    """Return the end of the last window that has ended.

    >>> last_end(datetime(2026, 11, 28, 3, 30, tzinfo=UTC), timedelta(hours=24)).isoformat()
    '2026-11-28T00:00:00+00:00'
    """
    return _FIRST + (at - _FIRST) // length * length


def due(seen: Observation) -> Iterator[Due]:
    """Yield what is due, the oldest windows first."""
    if seen.asked is None:
        return
    every = [
        one
        for served in seen.served
        for share in shares(seen.terms)
        for one in _of_variant(seen, seen.asked, served, share)
    ]
    yield from sorted(every, key=lambda one: (one.until, one.served.variant, one.share.part))


def _of_variant(seen: Observation, asked: Asked, served: Served, share: Share) -> Iterator[Due]:
    length = timedelta(hours=seen.terms.window_hours)
    newest = last_end(asked.last - SETTLES - share.delay, length)
    kept = seen.now - timedelta(days=seen.terms.capture_days)
    known = [run for run in seen.runs if _is_of(run, served, share)]
    for place in range(MADE_UP):
        until = newest - place * length
        start = _start(until, length, served.since)
        if start is None or until - length < kept or (place and not _was_watched(known, until)):
            return
        attempt = _attempt([run for run in known if run.until == until], seen.now)
        if attempt:
            yield Due(served, share, start, until, attempt)


def _is_of(run: Run, served: Served, share: Share) -> bool:
    return (run.variant, run.part, run.trigger) == (served.variant, share.part, "schedule")


def _start(until: datetime, length: timedelta, since: datetime) -> datetime | None:
    """Return where the window begins, None if too little of it is of this model."""
    if since > until - length / 2:
        return None
    return since if since > until - 1.5 * length else until - length


def _was_watched(known: list[Run], until: datetime) -> bool:
    """Whether looks had begun before a window: what was there before the first of them is not made up for."""
    return any(run.until <= until for run in known)


def _attempt(runs: list[Run], now: datetime) -> int:
    """Return which attempt at a window is due, 0: none."""
    if not runs:
        return 1
    last = max(runs, key=lambda run: run.number)
    if last.result != "failed" or last.attempt >= MOST_ATTEMPTS:
        return 0
    return last.attempt + 1 if now - (last.finished_at or last.claimed_at) >= AGAIN_AFTER else 0


def overdue(seen: Observation) -> str:
    """Return what of the champion should have been looked at long ago; empty: nothing."""
    champion = next((served for served in seen.served if served.variant == CHAMPION), None)
    if champion is None or seen.asked is None or seen.status is None:
        return ""
    length = timedelta(hours=seen.terms.window_hours)
    for share in shares(seen.terms):
        late = timedelta(hours=seen.terms.overdue_hours) + SETTLES + share.delay
        until = last_end(seen.now - late, length)
        if seen.asked.first > until or _start(until, length, champion.since) is None:
            continue
        done = (run for run in seen.runs if _is_of(run, champion, share) and run.result == "succeeded")
        if all(run.until < until for run in done):
            return f"nothing has looked at the champion's {share.part} until {until.isoformat()}"
    return ""
