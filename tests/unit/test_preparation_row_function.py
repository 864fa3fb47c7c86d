"""One record at the endpoint gets exactly what an engine computes of many: every operation, on odd values too."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pytest

from pipelines_src.steps import row_runtime
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.preparation import encoding, row_function
from pipelines_src.steps.preparation.records import FEATURE
from pipelines_src.steps.use_case import Column, Document
from tests.unit.engine_kit import Bench

FIELDS = (Column("a", "number"), Column("b", "number"), Column("text", "text"), Column("at", "time"))
RECORD = ibis.table({"a": "float64", "b": "float64", "text": "string", "at": "timestamp(6)"}, name="record")

Feature = Callable[[ir.Table], Any]
NUMBERS: dict[str, Feature] = {
    "add": lambda r: r.a + r.b,
    "subtract": lambda r: r.a - r.b * 2,
    "quotient": lambda r: r.a / r.b,
    "whole quotient": lambda r: r.a // r.b,
    "remainder": lambda r: r.a % r.b,
    "remainder of a constant": lambda r: (r.a % 1440 + 1440) % 1440,
    "negative": lambda r: -r.a,
    "size": lambda r: r.a.abs(),
    "square root": lambda r: r.a.sqrt(),
    "rounded": lambda r: r.a.round(2),
    "rounded to whole": lambda r: r.a.round(),
    "floor": lambda r: r.a.floor(),
    "floor of a floor": lambda r: (r.a.floor() / 4).floor(),
    "ceil": lambda r: r.a.ceil(),
    "angles": lambda r: (r.a * math.pi / 180).cos().round(6) + (r.b * math.pi / 180).sin().round(6),
    "case": lambda r: ibis.cases((r.a > 3, 1), (r.b < 0, 2), else_=3),
    "case without else": lambda r: ibis.cases((r.a > r.b, r.a)),
    "if and": lambda r: ibis.ifelse((r.a > 0) & (r.b > 0), 1, 0),
    "if or": lambda r: ibis.ifelse((r.a > 0) | (r.b > 0), 1, 0),
    "if not": lambda r: ibis.ifelse(~(r.a > 0), 1, 0),
    "coalesce": lambda r: ibis.coalesce(r.a, r.b, 7.0),
    "nullif": lambda r: r.a.nullif(1.0),
    "null": lambda r: r.a.isnull().cast("int8") + r.b.notnull().cast("int8"),
    "between": lambda r: r.a.between(-2, 2).cast("int8"),
    "one of": lambda r: r.text.isin(["x", "é"]).cast("int8"),
    "least": lambda r: ibis.least(r.a, r.b),
    "greatest": lambda r: ibis.greatest(r.a, 0.0),
    "hour": lambda r: r.at.hour() * 60 + r.at.minute(),
    "date": lambda r: r.at.year() * 10000 + r.at.month() * 100 + r.at.day(),
    "weekday": lambda r: r.at.day_of_week.index(),
    "day of year": lambda r: r.at.day_of_year(),
    "second": lambda r: r.at.second(),
    "length": lambda r: r.text.length(),
    "starts": lambda r: r.text.startswith("x").cast("int8"),
    "contains": lambda r: r.text.contains(" ").cast("int8"),
}
TEXTS: dict[str, Feature] = {
    "as it is": lambda r: r.text,
    "first word": lambda r: r.text.split(" ")[0],
    "first letters of the first word": lambda r: r.text.split(" ")[0].split("x")[0],
    "second word": lambda r: r.text.split(" ")[1],
    "lower": lambda r: r.text.lower(),
    "stripped": lambda r: r.text.strip(),
    "stripped at one side": lambda r: r.text.lstrip() + "|" + r.text.rstrip(),
    "part": lambda r: r.text.substr(1, 2),
    "joined": lambda r: r.text + "-" + r.text,
    "replaced": lambda r: r.text.replace(" ", "_"),
    "case": lambda r: ibis.cases((r.a > 0, "up"), else_="down"),
}
ROWS = 4000
ODD_NUMBERS = [None, 0.0, -0.0, 1.0, 0.5, 2.5, -2.5, 0.005, 1440.0, 1e-9, 1e9, -1e-300]
ODD_TEXTS = [
    None,
    "",
    "x",
    "é",
    "x y",
    " y ",
    "X Y Z",
    "Straße",
    "  ",
    "a b c",
    "İZMİR",
    "ΟΔΟΣ Σ",
    "\r",
    "\t x\x0b\n",
    "\xa0x\u2003",
]


def rows() -> list[tuple[Any, ...]]:
    """Odd values, and random ones, each in all places."""
    random = np.random.default_rng(0)

    def number() -> float | None:
        odd, kind = ODD_NUMBERS[random.integers(len(ODD_NUMBERS))], random.integers(4)
        return [odd, odd, float(random.integers(-9, 9)), float(random.normal() * 10.0 ** random.integers(-3, 6))][kind]

    def text() -> str | None:
        letters = "".join(random.choice(list("xyzé AB"), random.integers(1, 7)))
        return [ODD_TEXTS[random.integers(len(ODD_TEXTS))], letters][random.integers(2)]

    def time() -> datetime | None:
        seconds = int(random.integers(-(2**31), 2**32))
        return None if random.integers(8) == 0 else datetime(1970, 1, 1) + timedelta(seconds=seconds)

    return [(number(), number(), text(), time()) for _ in range(ROWS)]


GIVEN = rows()


def plain(names: list[str]) -> Document:
    number = {"type": "number", "fill": None, "offset": 0.0, "divisor": 1.0, "clip": False}
    return {"features": [{"name": name, **number} for name in names]}


def loaded(folder: Path, features: dict[str, Any], fitted: Document) -> row_runtime.RowFunction:
    path = folder / row_runtime.FILE
    path.write_text(row_function.source(FIELDS, features, fitted))
    return row_runtime.load(path)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(tmp_path_factory.mktemp("rows"))


@pytest.fixture(scope="module")
def table(bench: Bench) -> ir.Table:
    kinds = {"a": "float64", "b": "float64", "text": "object", "at": "datetime64[us]"}
    columns = zip(kinds.items(), zip(*GIVEN, strict=True), strict=True)
    frame = pd.DataFrame({name: pd.Series(values, dtype=kind) for (name, kind), values in columns})
    given = bench.table(frame.assign(row=range(ROWS)))
    return given.mutate(at=given["at"].cast("timestamp(6)"))


def test_every_operation_on_numbers_is_the_same(table: ir.Table, bench: Bench) -> None:
    fitted = plain(list(NUMBERS))
    encode = loaded(bench.folder, {name: make(RECORD).cast("float64") for name, make in NUMBERS.items()}, fitted)
    made = table.mutate(**{f"{FEATURE}{name}": make(table).cast("float64") for name, make in NUMBERS.items()})
    encoded = encoding.encoded(bench.engine, made, fitted).order_by("row")
    expected = bench.frame(encoded.select(*(f"model:{name}" for name in NUMBERS))).to_numpy("float32", na_value=np.nan)
    found = np.array([encode(row) for row in GIVEN], "float32")
    different = (found != expected) & ~(np.isnan(found) & np.isnan(expected))
    first = {
        name: (GIVEN[place], found[place, column], expected[place, column])
        for column, name in enumerate(NUMBERS)
        for place in np.flatnonzero(different[:, column])[:1]
    }
    assert first == {}
    assert np.isnan(expected).any(axis=0).sum() > len(NUMBERS) / 2


def test_every_operation_on_texts_is_the_same(table: ir.Table, bench: Bench) -> None:
    made = bench.frame(table.order_by("row").select(**{name: make(table) for name, make in TEXTS.items()}))
    for name, make in TEXTS.items():
        levels = sorted({value for value in made[name] if value is not None})
        places = {level: float(place) for place, level in enumerate(levels)}
        learnt = {"type": "category", "missing_is_level": True, "missing_code": -1.0, "codes": dict(places)}
        fitted: Document = {"features": [{"name": name, **learnt}]}
        encode = loaded(bench.folder, {name: make(RECORD)}, fitted)
        wanted = [-1.0 if value is None else places[value] for value in made[name]]
        found = [encode(row)[0] for row in GIVEN]
        assert [(row, one) for row, one, other in zip(GIVEN, found, wanted, strict=True) if one != other][:1] == [], (
            name
        )


def test_what_has_no_meaning_for_one_record_is_refused_by_name() -> None:
    features = {
        "mean": RECORD.a - RECORD.a.mean(),
        "pattern": RECORD.text.re_replace("a", "b").length().cast("float64"),
    }
    with pytest.raises(StepError, match="mean uses Mean; pattern uses RegexReplace") as caught:
        row_function.source(FIELDS, features, plain(list(features)))
    assert "one record at a time" in str(caught.value)


def test_a_row_function_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StepError, match=r"row_function\.py: there is no such file"):
        row_runtime.load(tmp_path / row_runtime.FILE)
