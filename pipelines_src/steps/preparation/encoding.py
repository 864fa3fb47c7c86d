"""What was learnt, applied on an engine: features as the model sees them, float32 numbers, missing where not finite.

row_function applies the same for one record; a test holds both to each other.
"""

from typing import Any

import ibis
import ibis.expr.types as ir

from ..engines import Engine
from ..features_file import model_columns
from ..use_case import Document
from .records import FEATURE

MODEL = "model:"  # prefix of the columns that the model sees
_CENTRED, _COMPONENT = "@centred:", "@component:"
LARGEST = 3.4028234663852886e38  # of float32; what is larger is missing, as what is not a number is


def encoded(engine: Engine, table: ir.Table, fitted: Document) -> ir.Table:
    """Add the columns `model:<name>` to a table that has `feature:<name>`."""
    for place, feature in enumerate(fitted["features"]):
        if feature.get("codes"):
            codes = engine.lookup(f"codes_{place}", feature["codes"])
            codes = codes.rename({f"@level_{place}": "level", f"@code_{place}": "code"})
            table = table.left_join(codes, table[f"{FEATURE}{feature['name']}"] == codes[f"@level_{place}"])
    values: dict[str, Any] = {}
    small: set[str] = set()  # columns that float32 holds, whatever the record
    for place, feature in enumerate(fitted["features"]):
        made = _columns(table, place, feature)
        values |= made
        if feature["type"] != "number" or feature["clip"] or not _scaled(feature):
            small |= made.keys()
    if fitted.get("reduction"):
        table, values = _reduced(table, values, fitted["reduction"])
    seen = {name: values[name] if name in small else finite(values[name]) for name in model_columns(fitted)}
    return table.mutate(**{f"{MODEL}{name}": value.cast("float32") for name, value in seen.items()})


def filled(table: ir.Table, feature: Document) -> Any:
    """Return a number feature as it is after filling and scaling."""
    value = finite(table[f"{FEATURE}{feature['name']}"])
    if feature["fill"] is not None:
        value = ibis.coalesce(value, feature["fill"])
    if _scaled(feature):
        value = (value - feature["offset"]) / feature["divisor"]
    # Not least() and greatest(): these take a missing value for the bound.
    return ibis.cases((value > 1.0, 1.0), (value < -1.0, -1.0), else_=value) if feature["clip"] else value


def _scaled(feature: Document) -> bool:
    return bool((feature["offset"], feature["divisor"]) != (0.0, 1.0))


def _columns(table: ir.Table, place: int, feature: Document) -> dict[str, Any]:
    name = feature["name"]
    if feature["type"] == "number":
        return {name: filled(table, feature)}
    value = table[f"{FEATURE}{name}"]
    if "levels" in feature:
        hot = {f"{name}={level}": (value == level).fill_null(False).cast("float64") for level in feature["levels"]}
        return hot | ({f"{name} missing": value.isnull().cast("float64")} if feature["missing_is_level"] else {})
    code = table[f"@code_{place}"] if feature["codes"] else ibis.null("float64")
    if feature["missing_code"] is not None:
        code = ibis.ifelse(value.isnull(), feature["missing_code"], code)
    return {name: code}


def _reduced(table: ir.Table, values: dict[str, Any], reduction: Document) -> tuple[ir.Table, dict[str, Any]]:
    """Add the components; what they are made of is columns of a query within, else each would write them out."""
    means = zip(reduction["columns"], reduction["means"], strict=True)
    table = table.mutate(**{f"{_CENTRED}{name}": values[name] - mean for name, mean in means})
    components = {}
    for place, weights in enumerate(reduction["weights"]):
        total = ibis.literal(0.0)
        for weight, name in zip(weights, reduction["columns"], strict=True):
            total = total + table[f"{_CENTRED}{name}"] * weight
        components[f"{reduction['prefix']}{place}"] = total
    table = table.mutate(**{f"{_COMPONENT}{name}": value for name, value in components.items()})
    others = {name: value for name, value in values.items() if name not in reduction["columns"]}
    return table, others | {name: table[f"{_COMPONENT}{name}"] for name in components}


def finite(value: Any) -> Any:
    """Return a number as missing where no float32 holds it."""
    # On every engine nan is larger than any number.
    return ibis.ifelse(value.abs() <= LARGEST, value, None)
