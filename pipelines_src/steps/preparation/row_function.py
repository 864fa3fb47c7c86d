"""Features of one record as a plain Python function, made of the same expressions that the engines run.

A dataframe engine takes milliseconds for one row. So the preparation writes `row_function.py` beside features.json, and
the endpoint calls it. Its source needs neither Ibis nor an engine.
"""

from collections.abc import Sequence
from typing import Any

from ..errors import StepError
from ..features_file import model_columns
from ..use_case import ROOT, Column, Document
from .compiler import Compiler, NotForOneRecordError
from .encoding import LARGEST
from .features import Values


def source(fields: Sequence[Column], features: Values, fitted: Document) -> str:
    """Return a module's source with `encode(record)`: values in the order of the fields -> what the model sees.

    Raises:
        StepError: a feature uses an operation that cannot be done for one record; the text names it.
    """
    compiler, named, refused = Compiler(), {}, []
    for name, value in features.items():
        try:
            named[name] = compiler.visit(value.op())
        except NotForOneRecordError as error:
            refused.append(f"{name} uses {error}")
    if refused:
        raise StepError(
            f"features() of the use case must look at one record at a time, in ways that have a counterpart in Python: "
            f"{'; '.join(refused)}. Compute it in records(), or write it another way."
        )
    encoder = _Encoder(compiler, named)
    columns = encoder.columns(fitted)
    body = [
        *(f"{name} = record[{[item.name for item in fields].index(field)}]" for field, name in compiler.fields.items()),
        *compiler.lines,
        f"return [{', '.join(columns)}]",
    ]
    head = [
        '"""What the model sees of one record; written by the preparation."""',
        f"from {ROOT}.steps.row_runtime import *",
        *(f"{name} = {value!r}" for name, value in encoder.constants.items()),
        "",
        "def encode(record):",
    ]
    return "\n".join([*head, *(f"    {line}" for line in body)]) + "\n"


class _Encoder:
    """What was learnt, as Python: the counterpart of encoding.encoded."""

    def __init__(self, compiler: Compiler, named: dict[str, str]) -> None:
        self._compiler, self._named = compiler, named
        self.constants: dict[str, Any] = {}
        self._codes: set[str] = set()

    def columns(self, fitted: Document) -> list[str]:
        """Return an expression for each column that the model sees."""
        values: dict[str, str] = {}
        for place, feature in enumerate(fitted["features"]):
            made = self._number if feature["type"] == "number" else self._category
            values |= made(self._named[feature["name"]], place, feature)
        if fitted.get("reduction"):
            values |= self._components(values, fitted["reduction"])
        return [self._float32(values[name]) for name in model_columns(fitted)]

    def _line(self, code: str, perhaps: bool = False) -> str:
        return self._compiler.bind(code, [], perhaps)

    def _number(self, value: str, _: int, feature: Document) -> dict[str, str]:
        missing = value in self._compiler.maybe
        plain = feature["fill"] is None and (feature["offset"], feature["divisor"]) == (0.0, 1.0)
        if plain and not feature["clip"]:
            return {feature["name"]: value}
        if missing or feature["fill"] is not None:
            fill = "None" if feature["fill"] is None else repr(feature["fill"])
            value = self._line(
                f"{value} if {value} is not None and abs({value}) <= {LARGEST} else {fill}", fill == "None"
            )
        if (feature["offset"], feature["divisor"]) != (0.0, 1.0):
            value = self._compiler.bind(f"({value} - {feature['offset']!r}) / {feature['divisor']!r}", [value])
        if feature["clip"]:
            value = self._compiler.bind(f"1.0 if {value} > 1.0 else -1.0 if {value} < -1.0 else {value}", [value])
        return {feature["name"]: value}

    def _category(self, value: str, place: int, feature: Document) -> dict[str, str]:
        name = feature["name"]
        if "levels" in feature:
            hot = {f"{name}={level}": f"1.0 if {value} == {level!r} else 0.0" for level in feature["levels"]}
            missing = {f"{name} missing": f"1.0 if {value} is None else 0.0"} if feature["missing_is_level"] else {}
            return {column: self._line(code) for column, code in (hot | missing).items()}
        self.constants[f"codes_{place}"] = codes = dict(feature["codes"])
        if feature["missing_code"] is not None:
            codes[None] = feature["missing_code"]
        code = self._line(f"codes_{place}.get({value}, nan)")
        self._codes.add(code)
        return {name: code}

    def _components(self, values: dict[str, str], reduction: Document) -> dict[str, str]:
        centred = [
            self._compiler.bind(f"{values[name]} - {mean!r}", [values[name]])
            for name, mean in zip(reduction["columns"], reduction["means"], strict=True)
        ]
        return {
            f"{reduction['prefix']}{place}": self._compiler.bind(
                " + ".join(f"{name} * {weight!r}" for name, weight in zip(centred, weights, strict=True)), centred
            )
            for place, weights in enumerate(reduction["weights"])
        }

    def _float32(self, value: str) -> str:
        if value in self._codes:  # a code is small, and nan where there is none
            return value
        finite = f"{value} if -{LARGEST} <= {value} <= {LARGEST} else nan"
        return f"nan if {value} is None else {finite}" if value in self._compiler.maybe else finite
