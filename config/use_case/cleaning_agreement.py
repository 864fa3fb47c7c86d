"""What the rules of cleaning must agree on with the data. Each raises RuleError with a remedy."""

from config.errors import KeyPath, RuleError, under
from config.use_case.cleaning import Between, CleaningRule, Contradictions, Duplicates, Fill, Known, OneOf
from config.use_case.data import Data
from config.use_case.metrics import Problem
from config.use_case.prepare import Prepare
from config.use_case.section import known

_OfOne = Known | Between | OneOf | Fill
_READS: dict[type[_OfOne], str] = {Between: "number", OneOf: "text"}  # types of the fields that a rule is about


def rules_fit(problem: Problem, data: Data, prepare: Prepare) -> None:
    """Rules speak of fields that there are, of types that they read, and of the label where that means something."""
    for position, rule in enumerate(prepare.clean):
        key: KeyPath = ("prepare", "clean", position)
        with under(*key):
            _fits(problem, data, rule)


def _fits(problem: Problem, data: Data, rule: CleaningRule) -> None:
    types = {field.name: field.type for field in data.record}
    cleanable = set(types) | ({data.label} if data.label else set())
    if isinstance(rule, Duplicates | Contradictions):
        known(("columns",), rule.columns, cleanable)
        if isinstance(rule, Contradictions) and data.label is None:
            raise RuleError(
                ("rule",), "contradictions are about the label, and data.label names none; name it, or remove the rule"
            )
        return
    known(("column",), [rule.column], cleanable, many=False)
    if rule.column == data.label:
        _fits_label(problem, data, rule)
    else:
        _fits_field(types[rule.column], rule)


def _fits_field(kind: str, rule: _OfOne) -> None:
    wanted = _READS.get(type(rule))
    if wanted and kind != wanted:
        raise RuleError(
            ("column",), f"found {rule.column!r}, a {kind}; {rule.rule} reads a {wanted}; name another, or remove it"
        )
    if isinstance(rule, Fill):
        if kind == "time":
            raise RuleError(("column",), f"found {rule.column!r}, a time, which fill cannot invent; use known")
        if isinstance(rule.value, str) != (kind == "text") or isinstance(rule.value, bool):
            raise RuleError(
                ("value",), f"found {rule.value!r}; {rule.column} is a {kind}, so allowed is a {kind}; write one"
            )


def _fits_label(problem: Problem, data: Data, rule: _OfOne) -> None:
    """A label that is wrong takes its record along; it is never made up."""
    if isinstance(rule, Fill):
        raise RuleError(
            ("rule",), f"fill would make up the label {data.label}; records without one go anyway; remove it"
        )
    if isinstance(rule, Between) and problem != "regression":
        raise RuleError(
            ("rule",), f"between is about numbers, and {data.label} names classes; use one_of, or correct data.classes"
        )
    if isinstance(rule, OneOf):
        declared = [*data.classes] or [data.positive, *([] if data.negative is None else [data.negative])]
        if problem in ("regression", "clustering"):
            raise RuleError(("rule",), f"one_of is about text, and {data.label} is a number; use between")
        known(("values",), rule.values, map(str, declared))
        if problem == "binary_classification" and data.negative is None:
            raise RuleError(
                ("rule",), "one_of leaves out other labels, and data.negative does not say which is none; name it there"
            )
