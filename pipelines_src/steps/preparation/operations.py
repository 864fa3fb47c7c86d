"""What an Ibis operation is in plain Python, for one record: every value may be None, which is missing.

Operations that are not here have no meaning for one record (an average), or none that is sure to be the same on every
engine; the compiler refuses them by name.
"""

from string import whitespace

import ibis.expr.operations as ops

# Missing if an operand is.
TWO: dict[type, str] = {
    ops.Add: "{} + {}",
    ops.Subtract: "{} - {}",
    ops.Multiply: "{} * {}",
    ops.Divide: "{} / {}",
    ops.FloorDivide: "floor({} / {})",
    ops.Modulus: "fmod({}, {})",
    ops.Power: "power({}, {})",
    ops.Equals: "{} == {}",
    ops.NotEquals: "{} != {}",
    ops.Less: "{} < {}",
    ops.LessEqual: "{} <= {}",
    ops.Greater: "{} > {}",
    ops.GreaterEqual: "{} >= {}",
    ops.StringContains: "{1} in {0}",
    ops.StartsWith: "{}.startswith({})",
    ops.EndsWith: "{}.endswith({})",
}
ONE: dict[type, str] = {
    ops.Negate: "-{}",
    ops.Abs: "abs({})",
    ops.Ceil: "ceil({})",
    ops.Floor: "floor({})",
    ops.Cos: "cos({})",
    ops.Sin: "sin({})",
    ops.Tan: "tan({})",
    ops.Radians: "radians({})",
    ops.Degrees: "degrees({})",
    ops.Not: "not {}",
    ops.ExtractYear: "{}.year",
    ops.ExtractMonth: "{}.month",
    ops.ExtractDay: "{}.day",
    ops.ExtractHour: "{}.hour",
    ops.ExtractMinute: "{}.minute",
    ops.ExtractSecond: "{}.second",
    ops.ExtractDayOfYear: "{}.timetuple().tm_yday",
    ops.DayOfWeekIndex: "{}.weekday()",
    ops.Lowercase: "{}.replace('İ', 'i').replace('\u03a3', '\u03c3').lower()",  # as in engines/sql.py
    ops.Strip: f"{{}}.strip({whitespace!r})",
    ops.LStrip: f"{{}}.lstrip({whitespace!r})",
    ops.RStrip: f"{{}}.rstrip({whitespace!r})",
    ops.StringLength: "len({})",
}
# Missing if an operand is, or if the result is none: a divisor of zero, the root of a negative number.
PERHAPS_ONE: dict[type, str] = {ops.Sqrt: "root({})", ops.Exp: "exponential({})", ops.Ln: "logarithm({})"}
QUOTIENTS = (ops.Divide, ops.FloorDivide, ops.Modulus)
