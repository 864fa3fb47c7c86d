"""Ibis expressions as SQL of an engine, with the functions that every engine has under a name of its own."""

import string
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
from sqlglot import expressions as sg

from ..errors import StepError
from . import functions as own

_LARGEST = ops.Literal(sys.float_info.max, "float64")
_OF_SOME = {ops.Sqrt: ops.GreaterEqual, ops.Ln: ops.Greater, ops.Log2: ops.Greater, ops.Log10: ops.Greater}
WHOLE = 2.0**53  # from here on every float64 is a whole number
_QUOTIENTS = (ops.Divide, ops.FloorDivide, ops.Modulus)
Rewrite = Callable[[Sequence[sg.Expression]], sg.Expression]


def compiled(table: ir.Table, compiler: Any, dialect: str, functions: Mapping[str, Rewrite]) -> str:
    """Return the SQL of a table.

    Args:
        table: over registered tables only.
        compiler: Ibis' compiler of the dialect.
        dialect: sqlglot's name of it.
        functions: what those of `engines.functions` are there, where the name is another.

    Raises:
        StepError: the dialect has no counterpart of something in the expression; the text names it.
    """
    try:
        trees = compiler.to_sqlglot(_alike(table.unbind()))
    except ibis.common.exceptions.IbisError as error:
        raise StepError(f"the transformations use what {dialect} cannot do: {error}. Write it another way.") from error

    def rewrite(node: sg.Expression) -> sg.Expression:
        if isinstance(node, sg.Trim):  # without its second argument Spark's lstrip would take away spaces only
            node.set("expression", sg.Literal.string(string.whitespace))
        known = functions.get(str(node.this).lower()) if isinstance(node, sg.Anonymous) else None
        # transform() does not go into what it replaces.
        return known([inner.transform(rewrite) for inner in node.expressions]) if known else node

    tree = trees[-1] if isinstance(trees, list) else trees
    return str(tree.transform(rewrite).sql(dialect=dialect))


def _alike(table: ir.Table) -> ir.Table:
    """Return the table with what differs by engine made the same.

    A quotient by zero is missing (DuckDB would make it infinite, Spark missing or an error); what lies in the middle is
    rounded up (each engine has a rule of its own); whether a number is infinite is a comparison (Ibis writes FALSE for
    Spark); roots and logarithms of numbers that have none, and results that no float64 holds, are missing (DuckDB has
    infinities, and Spark not a number). A text in small letters has one for each letter, whatever stands beside it
    (Java and Python make two of İ, and ς of a capital sigma that ends a word; DuckDB does not).
    """

    def same(node: Any, arguments: Any) -> Any:
        node = node.__recreate__(arguments) if arguments else node
        if isinstance(node, ops.Floor | ops.Ceil) and node.arg.dtype.is_floating():
            return _whole(type(node), node.arg)
        if isinstance(node, ops.FloorDivide) and node.dtype.is_integer() and _floating(node):
            return _whole(ops.Floor, ops.Divide(node.left, _not_zero(node.right)))
        if type(node) in _QUOTIENTS and not (isinstance(node.right, ops.Literal) and node.right.value):
            return type(node)(node.left, _not_zero(node.right))
        if isinstance(node, ops.Round) and node.arg.dtype.is_floating():
            scale = ops.Literal(10.0 ** (0 if node.digits is None else node.digits.value), "float64")
            half = ops.Literal(0.5, "float64")
            return ops.Divide(_whole(ops.Floor, ops.Add(ops.Multiply(node.arg, scale), half)), scale)
        return _finite(_text(node))

    replaced: ir.Table = table.op().replace(same).to_expr()
    return replaced


def _text(node: Any) -> Any:
    """Return a text in small letters as the same on all engines, and a first part without a list of all parts."""
    if isinstance(node, ops.Lowercase):
        return ops.Lowercase(_replaced(_replaced(node.arg, "İ", "i"), "\u03a3", "\u03c3"))
    if _is_first_part(node):
        return own.first_part(node.arg.arg.to_expr(), node.arg.delimiter.to_expr()).op()
    return node


def _is_first_part(node: Any) -> bool:
    """Whether a text is split for its first part only, by a separator that is known."""
    if not (isinstance(node, ops.ArrayIndex) and isinstance(node.arg, ops.StringSplit)):
        return False
    place, separator = node.index, node.arg.delimiter
    return all(isinstance(part, ops.Literal) for part in (place, separator)) and place.value == 0 and separator.value


def _replaced(text: Any, old: str, new: str) -> Any:
    return ops.StringReplace(text, ops.Literal(old, "string"), ops.Literal(new, "string"))


def _where(condition: Any, value: Any) -> Any:
    return ops.IfElse(condition, value, ops.Literal(None, value.dtype))


def _floating(node: Any) -> bool:
    return bool(node.left.dtype.is_floating() or node.right.dtype.is_floating())


def _not_zero(divisor: Any) -> Any:
    return ops.NullIf(divisor, ops.Literal(0, divisor.dtype))


def _whole(kind: Any, value: Any) -> Any:
    """Return floor or ceil as a float: engines give integers, which the largest floats do not fit; those are whole."""
    if kind is ops.Floor:
        return own.whole_floor(value.to_expr().cast("float64")).op()
    small = ops.Less(ops.Abs(value), ops.Literal(WHOLE, "float64"))
    return ops.IfElse(small, ops.Cast(kind(value), "float64"), value)


def _finite(node: Any) -> Any:
    """Return a function that has no value everywhere as one that is missing there."""
    if isinstance(node, ops.IsInf):
        beyond = ops.Greater(ops.Abs(node.arg), _LARGEST)
        return ops.And(beyond, ops.Not(ops.IsNan(node.arg)))  # which is the largest of all to both engines
    if type(node) in _OF_SOME:
        has_one = _OF_SOME[type(node)](node.arg, ops.Literal(0, node.arg.dtype))
        return type(node)(_where(has_one, node.arg))
    if isinstance(node, ops.Exp | ops.Power):
        return _where(ops.LessEqual(ops.Abs(node), _LARGEST), node)
    return node
