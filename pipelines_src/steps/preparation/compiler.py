"""Ibis expressions over the record table as lines of plain Python, each expression computed once."""

from typing import Any

import ibis.expr.operations as ops

from . import operations


class NotForOneRecordError(TypeError):
    """An operation that has no counterpart for one record; the text is its name."""


class Compiler:
    """Collects lines; `visit` returns the name of a value, `maybe` says which names may be missing.

    Attributes:
        lines: assignments in order, `v3 = None if v1 is None else cos(v1)`.
        fields: fields of the record that are used, each with its name in the lines.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.fields: dict[str, str] = {}
        self._known: dict[Any, str] = {}
        self.maybe: set[str] = set()

    def visit(self, node: Any) -> str:
        """Return the name that holds a node's value, after adding the lines that compute it."""
        if node not in self._known:
            self._known[node] = self._value(node)
        return self._known[node]

    def _value(self, node: Any) -> str:
        kind = type(node)
        special = getattr(self, f"_{kind.__name__.lower()}", None)
        if special is not None:
            return str(special(node))
        if kind in operations.TWO:
            return self._operator(operations.TWO[kind], [node.args[0], node.args[1]], kind in operations.QUOTIENTS)
        if kind in operations.ONE:
            return self._operator(operations.ONE[kind], [node.args[0]])
        if kind in operations.PERHAPS_ONE:
            return self._operator(operations.PERHAPS_ONE[kind], [node.args[0]], perhaps=True)
        raise NotForOneRecordError(kind.__name__)

    def _field(self, node: Any) -> str:
        name = self.fields.setdefault(node.name, f"r{len(self.fields)}")
        self.maybe.add(name)
        return name

    def _literal(self, node: Any) -> str:
        return repr(node.value)

    def _operator(self, code: str, nodes: list[Any], divides: bool = False, perhaps: bool = False) -> str:
        names = [self.visit(node) for node in nodes]
        text = code.format(*names)
        divides = divides and not (isinstance(nodes[1], ops.Literal) and nodes[1].value)
        return self.bind(f"{text} if {names[1]} else None" if divides else text, names, perhaps or divides)

    def bind(self, code: str, operands: list[str], perhaps: bool = False) -> str:
        """Add a line; the value is missing if an operand is, and, where `perhaps`, if the code gives None."""
        name = f"v{len(self.lines)}"
        missing = [operand for operand in dict.fromkeys(operands) if operand in self.maybe]
        guard = " or ".join(f"{operand} is None" for operand in missing)
        self.lines.append(f"{name} = None if {guard} else ({code})" if guard else f"{name} = {code}")
        if missing or perhaps or "None" in operands:
            self.maybe.add(name)
        return name

    def _round(self, node: Any) -> str:
        value = self.visit(node.arg)
        digits = 0 if node.digits is None else int(node.digits.value)
        return self.bind(f"rounded({value}, {digits})", [value])

    def _cast(self, node: Any) -> str:
        value, source, target = self.visit(node.arg), node.arg.dtype, node.to
        if source == target or (source.is_integer() and target.is_integer()):
            return value
        if target.is_floating() and (source.is_numeric() or source.is_boolean()):
            return self.bind(f"float({value})", [value])
        if target.is_integer() and source.is_boolean():
            return self.bind(f"int({value})", [value])
        raise NotForOneRecordError(f"Cast from {source} to {target}")

    def _isnull(self, node: Any) -> str:
        return self.bind(f"{self.visit(node.arg)} is None", [])

    def _notnull(self, node: Any) -> str:
        return self.bind(f"{self.visit(node.arg)} is not None", [])

    def _isnan(self, node: Any) -> str:
        value = self.visit(node.arg)
        return self.bind(f"{value} != {value}", [value])

    def _isinf(self, node: Any) -> str:
        value = self.visit(node.arg)
        return self.bind(f"abs({value}) == float('inf')", [value])

    def _nullif(self, node: Any) -> str:
        value, other = self.visit(node.arg), self.visit(node.null_if_expr)
        return self.bind(f"None if {value} == {other} else {value}", [], perhaps=True)

    def _coalesce(self, node: Any) -> str:
        values = [self.visit(one) for one in node.arg]
        code = values[-1]
        for value in reversed(values[:-1]):
            code = f"{value} if {value} is not None else ({code})"
        return self.bind(code, [], perhaps=all(value in self.maybe or value == "None" for value in values))

    def _and(self, node: Any) -> str:
        return self.bind(f"both({self.visit(node.left)}, {self.visit(node.right)})", [], perhaps=True)

    def _or(self, node: Any) -> str:
        return self.bind(f"either({self.visit(node.left)}, {self.visit(node.right)})", [], perhaps=True)

    def _least(self, node: Any) -> str:
        return self.bind(f"lowest({', '.join(map(self.visit, node.arg))})", [], perhaps=True)

    def _greatest(self, node: Any) -> str:
        return self.bind(f"highest({', '.join(map(self.visit, node.arg))})", [], perhaps=True)

    def _between(self, node: Any) -> str:
        value, low, high = self.visit(node.arg), self.visit(node.lower_bound), self.visit(node.upper_bound)
        return self.bind(f"{low} <= {value} <= {high}", [value, low, high])

    def _invalues(self, node: Any) -> str:
        value = self.visit(node.value)
        return self.bind(f"{value} in ({', '.join(map(self.visit, node.options))},)", [value])

    def _ifelse(self, node: Any) -> str:
        return self._choose([node.bool_expr], [node.true_expr], node.false_null_expr)

    def _searchedcase(self, node: Any) -> str:
        return self._choose(node.cases, node.results, node.default)

    def _simplecase(self, node: Any) -> str:
        base = self.visit(node.base)
        code = self.visit(node.default)
        for case, result in reversed(list(zip(node.cases, node.results, strict=True))):
            code = f"({self.visit(result)} if {base} is not None and {base} == {self.visit(case)} else {code})"
        return self.bind(code, [], perhaps=True)

    def _choose(self, cases: Any, results: Any, default: Any) -> str:
        code = self.visit(default)
        for case, result in reversed(list(zip(cases, results, strict=True))):
            code = f"({self.visit(result)} if {self.visit(case)} else {code})"
        return self.bind(code, [], perhaps=True)

    def _arrayindex(self, node: Any) -> str:
        split, index = node.arg, node.index
        if type(split) is not ops.StringSplit or type(index) is not ops.Literal:
            raise NotForOneRecordError("ArrayIndex of anything but a split text at a stated place")
        text, separator = self.visit(split.arg), self.visit(split.delimiter)
        if index.value == 0:
            return self.bind(f"{text}.split({separator}, 1)[0]", [text, separator])
        parts = self.bind(f"{text}.split({separator})", [text, separator])
        return self.bind(f"{parts}[{index.value}] if len({parts}) > {index.value} else None", [parts], perhaps=True)

    def _substring(self, node: Any) -> str:
        text, start = self.visit(node.arg), self.visit(node.start)
        length = None if node.length is None else self.visit(node.length)
        end = "" if length is None else f"{start} + {length}"
        return self.bind(f"{text}[{start}:{end}]", [text, start, *([] if length is None else [length])])

    def _stringconcat(self, node: Any) -> str:
        parts = [self.visit(part) for part in node.arg]
        return self.bind(" + ".join(parts), parts)

    def _stringreplace(self, node: Any) -> str:
        parts = [self.visit(part) for part in (node.arg, node.pattern, node.replacement)]
        return self.bind("{}.replace({}, {})".format(*parts), parts)
