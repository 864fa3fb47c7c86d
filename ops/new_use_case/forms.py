"""Forms in which a CSV file writes numbers and times, as SQL over a text."""

from dataclasses import dataclass

from ops.new_use_case.workspace import literal, literals
from pipelines_src.steps.csv_text import BLANKS, MISSING, MISSING_BESIDE_VALUES

LARGEST = 3.4028234663852886e38  # of float32, which is what a model sees; what is larger is missing
_FINITE = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
_INFINITE = r"[+-]?inf(inity)?"
_PLAIN = f"{_FINITE}|{_INFINITE}"
# Groups of thousands begin with no zero: 0.125 is no 125.
_COMMA_GROUPS = r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?"  # 1,234,567.5
_DOT_GROUPS = r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?"  # 1.234.567,5
_DECIMAL_COMMA = r"[+-]?\d+,\d+([eE][+-]?\d+)?"  # 1234567,5
_SPACE_GROUPS = r"[+-]?[1-9]\d{0,2}([ \x{a0}\x{202f}'\x{2019}]\d{3})+([.,]\d+)?"  # 1 234 567,5
WHOLE = r"[+-]?\d+"
# A number that is none: a code with zeros in front, or with more digits than a float holds.
CODE = r"[+-]?0\d+|[+-]?\d{16,}"
WITH_UNIT = r"[$€£¥₹]\s?[+-]?\d[\d.,]*|[+-]?\d[\d.,]*\s?([$€£¥₹%°]|[A-Za-z]{1,4})"
ZONED = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d(:?\d\d)?)"
YEAR_FIRST, YEAR_LAST = r"^\d{4}\D", r"^\d{1,2}[./-]\d{1,2}[./-]\d"
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


# How a cell of text is written, as bits of one number; of a word that means nothing beside values it is BESIDE.
BITS = {
    **{form: 1 << place for place, form in enumerate(NUMBER_FORMS)},
    "whole": 16, "code": 32, "large": 64, "unit": 128, "parts": 256,
}  # fmt: skip
BESIDE = -1
_OF_PLAIN = BITS["plain"] | BITS["comma groups"] | BITS["space groups"]
_BESIDE_WORDS = [word for word in MISSING_BESIDE_VALUES if word not in MISSING]


def trimmed(column: str) -> str:
    """Return SQL of a text without blanks around it, missing where it stands for nothing in any column."""
    text = f"trim({column}, {literal(BLANKS)})"
    return f"CASE WHEN lower({text}) NOT IN ({literals(MISSING)}) THEN {text} END"


def is_beside(text: str) -> str:
    """Return SQL: whether a text means nothing where the other values are numbers or times."""
    return f"lower({text}) IN ({literals(_BESIDE_WORDS)})"


def matches(text: str, pattern: str) -> str:
    """Return SQL: whether all of a text matches a pattern."""
    return f"regexp_full_match({text}, {literal(pattern)}, 'i')"


def look(text: str) -> str:
    """Return SQL of the sum of BITS that hold for a text: the form of numbers that it is one in, and the like.

    `large`: a number that float32 does not hold; `unit`: one with a unit; `parts`: digits, something else, digits, as
    every time has. Whole numbers and plain ones come first, since most cells are such, and need one pattern each.
    """
    decimal = BITS["decimal comma"]
    too_large = f"coalesce(abs(try_cast({text} AS DOUBLE)) > {LARGEST}, true)"
    other = {
        "comma groups": _COMMA_GROUPS, "decimal comma": f"{_DECIMAL_COMMA}|{_DOT_GROUPS}",
        "space groups": f"{_DECIMAL_COMMA}|{_SPACE_GROUPS}", "unit": WITH_UNIT,
    }  # fmt: skip
    parts = [_if(matches(text, pattern), BITS[bit]) for bit, pattern in other.items()]
    parts.append(_if(f"regexp_matches({text}, '\\d\\D+\\d')", BITS["parts"]))
    return (
        f"CASE WHEN {text} IS NULL THEN NULL "
        f"WHEN {matches(text, WHOLE)} THEN {_OF_PLAIN | decimal | BITS['whole']} "
        f"+ CASE WHEN {matches(text, CODE)} THEN {BITS['code']} + {_if(too_large, BITS['large'])} ELSE 0 END "
        f"WHEN NOT regexp_matches({text}, '\\d') THEN CASE WHEN {is_beside(text)} THEN {BESIDE} "
        f"WHEN {matches(text, _INFINITE)} THEN {_OF_PLAIN | BITS['large']} ELSE 0 END "
        f"WHEN {matches(text, _FINITE)} THEN {_OF_PLAIN} + {_if(matches(text, _DOT_GROUPS), decimal)} "
        f"+ {_if(too_large, BITS['large'])} "
        f"ELSE {' + '.join(parts)} END"
    )


def _if(condition: str, bit: int) -> str:
    return f"CASE WHEN {condition} THEN {bit} ELSE 0 END"


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
