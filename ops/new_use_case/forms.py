"""Forms in which a CSV file writes numbers and times, as SQL over a text."""

from collections.abc import Sequence
from dataclasses import dataclass

from ops.new_use_case.workspace import literal, literals
from pipelines_src.steps.csv_text import BLANKS

_PLAIN = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?"
_COMMA_GROUPS = r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?"  # 1,234,567.5
_DOT_GROUPS = r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?"  # 1.234.567,5
_DECIMAL_COMMA = r"[+-]?\d+,\d+([eE][+-]?\d+)?"  # 1234567,5
_SPACE_GROUPS = r"[+-]?\d{1,3}([ \x{a0}\x{202f}'\x{2019}]\d{3})+([.,]\d+)?"  # 1 234 567,5
WHOLE = r"[+-]?\d+"
# A number that is none: a code with zeros in front, or with more digits than a float holds.
CODE = r"[+-]?0\d+|[+-]?\d{16,}"
WITH_UNIT = r"[$€£¥₹]\s?[+-]?\d[\d.,]*|[+-]?\d[\d.,]*\s?([$€£¥₹%°]|[A-Za-z]{1,4})"
ZONED = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d(:?\d\d)?)"
_NO_YEAR = r"^0000-|^9999-12-31[T ].*-\d\d(:?\d\d)?$|^9999-12-31[T ]23:59:59|^0001-01-01[T ].*\+\d\d(:?\d\d)?$"


@dataclass(frozen=True)
class NumberForm:
    """A way of writing numbers.

    Attributes:
        pattern: which texts are such numbers; whole ones are among them.
        number: SQL of the number as DuckDB reads it; {} is the text.
        note: what a person should know of it, or nothing.
    """

    pattern: str
    number: str
    note: str | None = None


NUMBER_FORMS = {
    "plain": NumberForm(_PLAIN, "{}"),
    "comma groups": NumberForm(
        f"{_PLAIN}|{_COMMA_GROUPS}", "replace({}, ',', '')", "commas group thousands: 1,234 is 1234"
    ),
    "decimal comma": NumberForm(
        f"{WHOLE}|{_DECIMAL_COMMA}|{_DOT_GROUPS}",
        "replace(replace({}, '.', ''), ',', '.')",
        "the comma is the decimal point, dots group thousands: 1.234,5 is 1234.5",
    ),
    "space groups": NumberForm(
        f"{WHOLE}|{_DECIMAL_COMMA}|{_PLAIN}|{_SPACE_GROUPS}",
        r"replace(regexp_replace({}, '[ \x{{a0}}\x{{202f}}''\x{{2019}}]', '', 'g'), ',', '.')",
        "spaces or apostrophes group thousands: 1 234,5 is 1234.5",
    ),
}

_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_ISO = [f"%Y-%m-%d{clock}" for clock in (*_CLOCKS, "T%H:%M", "T%H:%M:%S", "T%H:%M:%S.%f")]
_YEAR_FIRST = [f"%Y{mark}%m{mark}%d{clock}" for mark in "/." for clock in _CLOCKS]
_NAMED = [
    f"{day}{clock}"
    for day in ("%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%b %d %Y")
    for clock in _CLOCKS
]
_BOTH = [*_ISO, *_YEAR_FIRST, *_NAMED]
# A form with a year of two digits stands first: one with four would read 24 as the year 24.
DAY_FIRST = [f"%d{mark}%m{mark}{year}{clock}" for year in ("%y", "%Y") for mark in "./-" for clock in _CLOCKS]
MONTH_FIRST = [f"%m{mark}%d{mark}{year}{clock}" for year in ("%y", "%Y") for mark in "./-" for clock in _CLOCKS]


def trimmed(column: str) -> str:
    """Return SQL of a column's text without blanks around it."""
    blanks = "".join(rf"\x{{{ord(blank):x}}}" for blank in BLANKS)
    return f"regexp_replace({column}, '^[{blanks}]+|[{blanks}]+$', '', 'g')"


def present(text: str, missing: Sequence[str]) -> str:
    """Return SQL: whether a text stands for a value."""
    return f"({text} IS NOT NULL AND lower({text}) NOT IN ({literals(missing)}))"


def time_of(text: str, day_first: bool) -> str:
    """Return SQL of the time that a text says, missing if it says none; one with a zone becomes UTC."""
    forms = literals([*(DAY_FIRST if day_first else MONTH_FIRST), *_BOTH])
    zoned = f"CASE WHEN regexp_full_match({text}, {literals([ZONED])}) THEN try_cast({text} AS TIMESTAMPTZ) END"
    # What most files have is read without trying a hundred forms on each value.
    iso = f"CASE WHEN regexp_matches({text}, '^\\d{{4}}-\\d\\d-\\d\\d') THEN try_cast({text} AS TIMESTAMP) END"
    # A year of one to three digits is none that a file of today means.
    plain = f"CASE WHEN regexp_matches({text}, '\\d\\d') THEN try_strptime({text}, [{forms}]) END"
    # Years before 1 and after 9999, in UTC, are none that Python has.
    time = f"coalesce(({zoned}) AT TIME ZONE 'UTC', {iso}, {plain})"
    return f"CASE WHEN NOT regexp_matches({text}, {literal(_NO_YEAR)}) THEN {time} END"
