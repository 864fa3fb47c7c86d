"""A schedule that is taken runs within years; one that never would, or that AWS has not, is refused with a remedy."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from ministack.services import eventbridge
from pydantic import ValidationError

from config import ConfigError, load_use_case
from config.scaling import ScheduledBounds
from config.use_case.batch import BatchTransform
from config.use_case.schedule import schedule_expression
from tests.unit.config_kit import REMEDY, make_root

YEAR = datetime.now(UTC).year
AHEAD = timedelta(days=8 * 366)
# What is refused, and what the message says.
WRONG = [
    ("cron(0 17-8 * * ? *)", ["'17-8' for hours, which falls", "Choose 17-23,0-8"]),
    ("cron(0 3 ? * FRI-MON *)", ["'FRI-MON' for day of week, which falls", "Choose FRI-SAT,SUN-MON"]),
    ("cron(0 3 ? * MON-SUN *)", ["'MON-SUN'", "Choose MON-SAT,SUN"]),
    ("cron(0 3 ? DEC-JAN MON *)", ["'DEC-JAN' for month", "Choose DEC,JAN"]),
    ("cron(0 3 * * ? 2030-2029)", ["'2030-2029' for year, which falls"]),
    ("cron(*/0 3 * * ? *)", ["'*/0' for minutes", "steps of 1 to 59"]),
    ("cron(*/60 * * * ? *)", ["'*/60' for minutes", "steps of 1 to 59"]),
    ("cron(0 0/24 * * ? *)", ["'0/24' for hours", "steps of 1 to 23"]),
    ("cron(0 3 1/31 * ? *)", ["'1/31' for day of month", "steps of 1 to 30"]),
    ("cron(0 3 ? * 2/2 *)", ["'2/2' for day of week", "no steps"]),
    ("cron(0 3 0 * ? *)", ["'0' for day of month", "1 to 31"]),
    ("cron(0 3 32 * ? *)", ["'32' for day of month", "1 to 31"]),
    ("cron(0 3 ? * 0 *)", ["'0' for day of week", "1 to 7"]),
    ("cron(0 3 ? * 2#6 *)", ["'2#6' for day of week"]),
    ("cron(0 3 ? * 2#1,4#1 *)", ["'2#1,4#1' for day of week"]),
    ("cron(0 3 1,L * ? *)", ["'1,L' for day of month"]),
    ("cron(0 3 31 2 ? *)", ["no day within 8 years", "Correct day, month or year"]),
    ("cron(0 3 30-31 FEB ? *)", ["no day within 8 years"]),
    ("cron(0 3 31 4,6,9,11 ? *)", ["no day within 8 years"]),
    ("cron(0 3 31W APR ? *)", ["no day within 8 years"]),
    ("cron(0 3 29 2 ? 2027,2029-2031)", ["no day within 8 years"]),
    ("cron(0 3 * * ? 1999)", ["no day within 8 years"]),
    (f"cron(0 3 * * ? {YEAR - 1})", ["no day within 8 years"]),
    (f"cron(0 3 * * ? {YEAR + 9}-2199)", ["no day within 8 years"]),
    ("cron(0 3 * * MON *)", ["? for one of"]),
    ("cron(0 3 ? * ? *)", ["? for one of"]),
    ("cron(0  3 * * ? *)", ["one blank", "Choose cron(0 3 * * ? *)"]),
    ("cron( 0 3 * * ? *)", ["one blank", "Choose cron(0 3 * * ? *)"]),
    ("cron(0 3 * * ?\u3000*)", ["one blank"]),
    ("cron(\uff10 3 * * ? *)", ["for minutes; allowed are *, 0 to 59"]),
    ("cron(0/\uff15 3 * * ? *)", ["for minutes; allowed are steps of 1 to 59"]),
    (f"cron({'1' * 5000} 3 * * ? *)", ["for minutes"]),
    ("rate(1  day)", ["rate(<number>"]),
    ("rate( 1 day)", ["rate(<number>"]),
    ("rate(1 day) ", ["rate(<number>"]),
    ("rate(0 days)", ["rate(<number>"]),
    ("rate(-1 days)", ["rate(<number>"]),
    ("rate(01 days)", ["rate(<number>"]),
    ("rate(\uff12 days)", ["rate(<number>"]),
    ("rate(1 days)", ["Choose rate(1 day)"]),
    ("rate(2 day)", ["Choose rate(2 days)"]),
    ("rate(366 days)", ["at most 365 days"]),
    ("rate(8761 hours)", ["at most 8760 hours"]),
    ("rate(999999999 minutes)", ["at most 525600 minutes"]),
    (f"rate({'1' * 5000} minutes)", ["rate(<number>"]),
]


@pytest.mark.parametrize(("schedule", "expected"), WRONG, ids=[text[:40] for text, _ in WRONG])
def test_a_schedule_that_never_runs_or_is_none_is_refused(schedule: str, expected: list[str]) -> None:
    with pytest.raises(ValueError, match="found") as refused:
        schedule_expression(schedule)
    for text in expected:
        assert text in str(refused.value)
    assert re.search(REMEDY, f"{refused.value}.")


@pytest.mark.parametrize(
    "schedule",
    [
        "cron(0 3 29 2 ? *)", "cron(0 3 31 * ? *)", "cron(0 3 31 APR,MAY ? *)", "cron(0 3 ? * 2#5 *)",
        "cron(0 3 ? * L *)", "cron(0 3 L * ? *)", "cron(0-0 8-8 ? * 2,3,4 *)",
        "cron(50/20 * * * ? *)", "cron(0/59 0/23 1/30 1/11 ? *)", f"cron(59 23 31 12 ? {YEAR})",
        f"cron(0 3 * * ? {YEAR + 1}-2199)", "cron(05 08 * * ? *)", "rate(365 days)", "rate(8760 hours)",
    ],
)  # fmt: skip
def test_a_rare_schedule_is_taken(schedule: str) -> None:
    assert schedule_expression(schedule) == schedule


def numbers(least: int, most: int, *, steps: bool = True) -> st.SearchStrategy[str]:
    """Return a strategy of what a field may be: *, numbers, ranges that rise, steps, and lists of them."""
    one = st.integers(least, most)
    span = st.tuples(one, one).map(lambda pair: f"{min(pair)}-{max(pair)}")
    part = st.one_of(one.map(str), span)
    if steps:
        step = st.integers(1, most - least).map(str)
        part = st.one_of(part, st.builds(lambda start, by: f"{start}/{by}", st.one_of(st.just("*"), part), step))
    return st.one_of(st.just("*"), st.lists(part, min_size=1, max_size=3).map(",".join))


RARE = st.sampled_from(["29", "30", "31", "30-31", "29/2"])
SHORT = st.sampled_from(["2", "FEB", "2,4", "APR", "JUN,SEP,NOV", "2/2"])
DAYS = st.one_of(
    st.tuples(st.one_of(numbers(1, 31), RARE, st.just("L"), st.integers(1, 28).map("{}W".format)), st.just("?")),
    st.tuples(
        st.just("?"),
        st.one_of(
            numbers(1, 7, steps=False), st.sampled_from(["L", "MON-FRI", "SUN,SAT", "3L"]),
            st.builds("{}#{}".format, st.integers(1, 7), st.integers(1, 5)),
        ),
    ),
)  # fmt: skip
YEARS = st.one_of(st.just("*"), numbers(YEAR - 3, YEAR + 12, steps=False))


@st.composite
def crons(draw: st.DrawFn) -> str:
    day, weekday = draw(DAYS)
    month, year = draw(st.one_of(numbers(1, 12), SHORT)), draw(YEARS)
    return f"cron({draw(numbers(0, 59))} {draw(numbers(0, 23))} {day} {month} {weekday} {year})"


def next_run(cron: str, now: datetime) -> datetime | None:
    """Return when another reader of these expressions runs one next, which looks four years ahead at a time.

    It takes 31W of February for 28W; Quartz, and we, take it for no day.
    """
    fields = eventbridge._parse_cron_fields(cron)
    assert fields is not None, cron
    looks = (eventbridge._cron_next_fire(fields, now + timedelta(days=ahead)) for ahead in (0, 1460, 2920))
    return next((found for found in looks if found), None)


@settings(max_examples=200)
@given(crons())
def test_what_is_taken_runs_within_eight_years_and_all_else_does_not(cron: str) -> None:
    now = datetime.now(UTC).replace(hour=0, minute=0) - timedelta(minutes=1)
    found = next_run(cron, now)
    assume(found is None or abs(found - now - AHEAD) > timedelta(days=2))
    if found and found - now < AHEAD:
        assert schedule_expression(cron) == cron
    else:
        with pytest.raises(ValueError, match="no day within 8 years"):
            schedule_expression(cron)


@settings(max_examples=200)
@given(
    st.lists(st.text("0123459*/-,?LW#MONFEB\uff11\u00a0", min_size=1, max_size=4), min_size=5, max_size=7).map(" ".join)
)
def test_any_text_is_taken_or_explained(fields: str) -> None:
    text = f"cron({fields})"
    try:
        schedule_expression(text)
    except ValueError as error:
        assert re.search(REMEDY, f"{error}."), text


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "Etc/GMT+9", "Pacific/Tahiti", "America/Argentina/Ushuaia"])
def test_a_time_zone_is_taken(zone: str) -> None:
    assert ScheduledBounds(cron="cron(0 3 * * ? *)", time_zone=zone, min=1, max=1).time_zone == zone


@pytest.mark.parametrize(
    "zone",
    ["", "utc", "asia/tokyo", "Asia", "Asia/Tokio", "UTC ", "+09:00", "UTC+9", "JST", "localtime", "Factory",
     "posixrules", "posix/UTC", "right/UTC", "/usr/share/zoneinfo/UTC", "../UTC"],
)  # fmt: skip
def test_what_is_no_time_zone_is_refused_on_every_machine(zone: str) -> None:
    with pytest.raises(ValidationError, match="allowed is the name of a time zone") as refused:
        ScheduledBounds(cron="cron(0 3 * * ? *)", time_zone=zone, min=1, max=1)
    assert f"found {zone!r}" in str(refused.value)
    assert zone != "Asia/Tokio" or "Did you mean Asia/Tokyo?" in str(refused.value)


IN_A_FILE = [
    ("rate(1 days)", ["singular", "Choose rate(1 day)."]),
    ("rate(2 day)", ["Choose rate(2 days)."]),
    ("rate(0 days)", ["rate(<number>"]),
    ("rate(1 week)", ["rate(<number>"]),
    ("every day", ["EventBridge schedule", "pattern"]),
    ("cron(1)", ["1 fields", "day of week", "cron(0 3 * * ? *)"]),
    ("cron(0 3 * * *)", ["5 fields"]),
    ("cron(0 3 * * * *)", ["? for one of"]),
    ("cron(0 3 ? * ? *)", ["? for one of"]),
    ("cron(60 3 * * ? *)", ["'60' for minutes", "0 to 59"]),
    ("cron(0 3 ? * MON-FUN *)", ["'MON-FUN' for day of week"]),
    ("cron(0/0 3 * * ? *)", ["'0/0' for minutes"]),
    ("cron(0 ? * * ? *)", ["'?' for hours"]),
]


@pytest.mark.parametrize(("schedule", "expected"), IN_A_FILE)
def test_a_schedule_that_aws_would_refuse_is_explained(tmp_path: Path, schedule: str, expected: list[str]) -> None:
    root = make_root(tmp_path)
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    document = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(document | {"batch": {"schedule": schedule}}))
    with pytest.raises(ConfigError) as caught:
        load_use_case("flight_delays", root)
    (line,) = str(caught.value).splitlines()
    for text in ["batch.schedule: found", *expected]:
        assert text in line
    assert re.search(REMEDY, line)


# The first are examples of EventBridge's guide.
@pytest.mark.parametrize(
    "schedule",
    [
        "cron(0 10 * * ? *)", "cron(15 12 * * ? *)", "cron(0 18 ? * MON-FRI *)", "cron(0 8 1 * ? *)",
        "cron(0/10 * ? * MON-FRI *)", "cron(0/5 8-17 ? * MON-FRI *)", "cron(0 9 ? * 2#1 *)",
        "cron(0 0 L * ? *)", "cron(0 0 3W JAN,JUL ? 2026-2030)", "cron(0,30 */2 ? * 6L *)",
        "rate(1 minute)", "rate(5 minutes)", "rate(12 hours)", "rate(1 day)",
    ],
)  # fmt: skip
def test_a_schedule_that_aws_takes_is_taken(schedule: str) -> None:
    assert BatchTransform(schedule=schedule).schedule == schedule
