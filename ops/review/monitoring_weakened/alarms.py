"""Alarms that ring later, for worse, or to nobody."""

from collections.abc import Iterator

from ops.assembly.model import Resource, Value
from ops.review.model import Class, Compared, Found, Severity
from ops.review.monitoring_weakened.watched import band, datapoints, metric, watches
from ops.review.values import at, listed, number, shown
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_ALARM, _COMPOSITE = "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_SILENT = "it changes its state and tells nobody"
# What a period without data counts as, the most silent first.
_MISSING = ("notBreaching", "ignore", "missing", "breaching")
_ACTIONS = Row("ActionsEnabled", Worse.OFF, _HIGH, "Telling people of the alarm", _SILENT, True)
_ROWS: Rows = {
    _ALARM: (
        _ACTIONS,
        Row(
            "TreatMissingData",
            Worse.EARLIER,
            _MEDIUM,
            "What a period without data counts as",
            "an alarm whose metric stops is quieter about it",
            "missing",
            ranks=_MISSING,
        ),
    ),
    _COMPOSITE: (_ACTIONS,),
}
_STRICTER = {  # of two operators on the same side the one that also rings at the threshold
    "GreaterThanOrEqualToThreshold": "GreaterThanThreshold",
    "LessThanOrEqualToThreshold": "LessThanThreshold",
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield how an alarm got weaker."""
    before, after = compared.before, compared.after
    if before is None or after is None or after.type not in (_ALARM, _COMPOSITE):
        return
    yield from worse_found(_ROWS, Class.MONITORING_WEAKENED, compared)
    yield from _actions(before, after)
    if after.type == _ALARM:
        yield from _threshold(before, after)
        yield from _later(before, after)


def _actions(before: Resource, after: Resource) -> Iterator[Found]:
    was, becomes = (tuple(listed(at(side, "AlarmActions"))) for side in (before, after))
    gone = [one for one in was if one not in becomes]
    if was and not becomes:
        text = f"Its actions are removed ({shown(gone)}): nobody hears when {_subject(after)}"
        yield Found(Class.MONITORING_WEAKENED, _HIGH, text, ("Properties.AlarmActions",))
    elif len(becomes) < len(was):
        text = f"It no longer tells {shown(gone)}: {len(becomes)} instead of {len(was)} hear when {_subject(after)}"
        yield Found(Class.MONITORING_WEAKENED, _MEDIUM, text, ("Properties.AlarmActions",))


def _subject(alarm: Resource) -> str:
    return watches(alarm) if alarm.type == _ALARM else shown(at(alarm, "AlarmRule"))


def _threshold(before: Resource, after: Resource) -> Iterator[Found]:
    was, becomes = (str(at(side, "ComparisonOperator")) for side in (before, after))
    path = ("Properties.Threshold",)
    if metric(before) != metric(after) and not _bands(before, after):
        text = f"It watches something else: until now whether {watches(before)}, from now on whether {watches(after)}"
        yield Found(Class.MONITORING_WEAKENED, _LOW, text, path)
        return
    if was[:4] != becomes[:4] or ("Upper" in was) != ("Upper" in becomes) or ("Lower" in was) != ("Lower" in becomes):
        text = f"It rings on another side: until now when {watches(before)}, from now on when {watches(after)}"
        yield Found(Class.MONITORING_WEAKENED, _MEDIUM, text, ("Properties.ComparisonOperator",))
        return
    limits = _bands(before, after) or (number(at(before, "Threshold")), number(at(after, "Threshold")))
    if limits[0] is None or limits[1] is None:
        yield from _unknown(at(before, "Threshold"), at(after, "Threshold"), path)
        return
    away = limits[1] - limits[0] if was.startswith("Greater") or _bands(before, after) else limits[0] - limits[1]
    if away > 0:
        text = f"The threshold goes from {limits[0]:.12g} to {limits[1]:.12g}: it rings only when {watches(after)}"
        yield Found(Class.MONITORING_WEAKENED, _MEDIUM, text, path)
    elif away == 0 and _STRICTER.get(was) == becomes:
        text = f"At {limits[1]:.12g} itself it no longer rings: only when {watches(after)}"
        yield Found(Class.MONITORING_WEAKENED, _LOW, text, ("Properties.ComparisonOperator",))


def _unknown(was: Value, becomes: Value, path: tuple[str, ...]) -> Iterator[Found]:
    if was != becomes:
        text = (
            f"The threshold goes from {shown(was)} to {shown(becomes)}; which of them is looser only a deployment knows"
        )
        yield Found(Class.MONITORING_WEAKENED, _LOW, text, path)


def _bands(before: Resource, after: Resource) -> tuple[float, float] | None:
    was, becomes = band(before), band(after)
    return None if was is None or becomes is None else (was, becomes)


def _later(before: Resource, after: Resource) -> Iterator[Found]:
    (needed, of), (needed_then, of_then) = datapoints(before), datapoints(after)
    seconds, seconds_then = (number(at(side, "Period")) or 60 for side in (before, after))
    path = ("Properties.EvaluationPeriods", "Properties.DatapointsToAlarm", "Properties.Period")
    if needed_then * seconds_then > needed * seconds:
        text = (
            f"It rings {needed_then * seconds_then:g} s after trouble begins ({needed_then:g} of {of_then:g} periods "
            f"of {seconds_then:g} s), until now {needed * seconds:g} s ({needed:g} of {of:g} of {seconds:g} s)"
        )
        yield Found(Class.MONITORING_WEAKENED, _MEDIUM, text, path)
    elif needed_then == needed and seconds == seconds_then and of_then < of:
        often = f"{needed:g} of {of_then:g} periods are bad, until now of {of:g}"
        text = f"It rings when {often}: it misses what comes and goes"
        yield Found(Class.MONITORING_WEAKENED, _LOW, text, path)
