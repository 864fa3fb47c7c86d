"""Files as they come: what spreadsheets, databases and hand-written exports make of a sound table."""

import datetime
import decimal
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ops.new_use_case import Created, DataError, summary
from tests.unit.new_use_case_kit import ROWS, Repository, csv, customers, raw, repeated

GOOD = csv(customers())
START = datetime.datetime(2024, 1, 1)


def czech() -> str:
    return csv(customers().assign(city=repeated(["Žďár", "Plzeň", "Ústí"])))


def lines(change: Callable[[str], str], text: str = GOOD) -> str:
    names, *rows = text.splitlines()
    return "\n".join([names, *map(change, rows)]) + "\n"


def texts(*found: str) -> str:
    """The table with these texts in the middle, and a long line of nothing around them."""
    middle = [*[""] * 30, *found, *[""] * (ROWS - 30 - len(found))]
    return csv(customers().assign(city=middle))


# What is odd -> the file, options, and what is said of it.
READ: dict[str, tuple[str | bytes, dict[str, Any], str]] = {
    "an encoding that had to be guessed": (czech().encode("cp1250"), {}, "if they look wrong, name its --encoding"),
    "an encoding that is named": (czech().encode("cp1250"), {"encoding": "cp1250"}, ""),
    "a mark and semicolons": (b"\xef\xbb\xbf" + GOOD.replace(",", ";").encode(), {}, ""),
    "a line that names the separator": ("sep=;\n" + GOOD.replace(",", ";"), {}, ""),
    "apostrophes that look like quotes": (texts("'s-Hertogenbosch", "", "", "Hans'"), {}, ""),
    "line breaks in a name": (GOOD.replace("spend", '"spend\nper visit"', 1), {}, ""),
    "quotes in a name": (GOOD.replace("spend,visits", '"sp""end",it\'s', 1), {}, ""),
    "words of SQL as names": (GOOD.replace("spend,visits,city,joined", "select,from,order,group", 1), {}, ""),
    "names in emoji and dots": (GOOD.replace("spend,visits,city", "💰.per.year,😀,a.b.c", 1), {}, ""),
    "names that are long and alike": (GOOD.replace("spend,visits", f"{'x' * 200},{'x' * 199}y", 1), {}, ""),
    "names that differ in capitals": (GOOD.replace("spend,visits,city", "a,a,A", 1), {}, ""),
    "a separator at each line's end": (lines(lambda row: f"{row},", GOOD.replace("churn\n", "churn,\n", 1)), {},
                                       "left out (column 6, without a name): has no value in any row"),
    "line ends of old": (GOOD.replace("\n", "\r"), {}, ""),
    "blanks after separators": (GOOD.replace(",", ", "), {}, ""),
}  # fmt: skip
REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "comments above": ("# made by x\n" + GOOD, {}, "line 1 is '# made by x'.*without titles and comments above"),
    "ragged rows": (GOOD + "1,2\n1,2,Oslo,2022-01-01,yes,x\n", {}, "line 302: too few .*line 303: too many fields"),
    "one column": ("spend\n1\n2\n", {"label": None}, "line 1 is 'spend', which is one column"),
    "one row": ("a,churn\n1,yes\n", {}, "Found 1 row with a value in churn; allowed are at least 50"),
    "nothing but missing values": (lines(lambda row: f"NA,,null,n/a,{row.rpartition(',')[2]}"), {},
                                   "No column is left to learn from .*spend: has no value in any row"),
}  # fmt: skip
# A column of Parquet -> its values, and what becomes of them: a kind, or why it is left out.
COLUMNS: dict[str, tuple[pa.Array, str]] = {
    "decimals": (pa.array([decimal.Decimal(n) / 100 for n in range(ROWS)], pa.decimal128(38, 10)), "number"),
    "times in a zone": (pa.array([START + datetime.timedelta(hours=n) for n in range(ROWS)],
                                 pa.timestamp("ns", "Europe/Berlin")), "time"),
    "dates": (pa.array([datetime.date(2024, 1, 1 + n % 28) for n in range(ROWS)]), "time"),
    "truths and gaps": (pa.array(repeated([True, False, None])), "text"),
    "a dictionary": (pa.array(repeated(["u", "v", None])).dictionary_encode(), "text"),
    "nothing": (pa.nulls(ROWS), "has no value in any row"),
    "bytes": (pa.array(repeated([b"x", b"y"])), "is BLOB, which no feature is made of"),
    "times of day": (pa.array([datetime.time(n % 24) for n in range(ROWS)]), "is TIME, which no feature is made of"),
    "mappings": (pa.array([[("k", 1)]] * ROWS, pa.map_(pa.string(), pa.int64())), "is MAP(VARCHAR, BIGINT)"),
    "long ids": (pa.array([2**60 + n for n in range(ROWS)]), "tells rows apart"),
    "the longest ids": (pa.array([2**64 - 1 - n for n in range(ROWS)], pa.uint64()), "tells rows apart"),
}  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


def said(created: Created) -> str:
    return "\n".join(summary.lines(created.plan))


@pytest.mark.parametrize("content, options, told", READ.values(), ids=READ)
def test_an_odd_file_is_read_whole(
    content: str | bytes, options: dict[str, Any], told: str, repository: Repository
) -> None:
    created = repository.new(repository.write(content), "churn", **options)
    values = raw(created).drop(columns="row_number").dropna(axis="columns", how="all")
    assert values.iloc[:, [0, 1, 4]].to_numpy().tolist() == customers().iloc[:, [0, 1, 4]].to_numpy().tolist()
    assert told in said(created)
    assert ("Žďár" in set(values.iloc[:, 2])) == (options == {"encoding": "cp1250"})


@pytest.mark.parametrize("content, options, told", REFUSED.values(), ids=REFUSED)
def test_what_is_no_table_is_refused(content: str, options: dict[str, Any], told: str, repository: Repository) -> None:
    with pytest.raises(DataError, match=f"(?s){told}"):
        repository.new(repository.write(content), **{"label": "churn", **options})


@pytest.mark.parametrize("values, becomes", COLUMNS.values(), ids=COLUMNS)
def test_a_type_of_parquet_is_read_or_told(values: pa.Array, becomes: str, repository: Repository) -> None:
    path = repository.root / "data.parquet"
    pq.write_table(pa.Table.from_pandas(customers()).append_column("odd", values), path)
    created = repository.new(path, "churn")
    if becomes in ("number", "text", "time"):
        assert next(role.column.kind for role in created.plan.used if role.column.name == "odd") == becomes
    else:
        assert re.search(rf"left out odd: .*{re.escape(becomes)}", said(created))
    if becomes == "tells rows apart":
        assert created.use_case.data.id == "odd"
        assert raw(created)["odd"].tolist() == [str(one) for one in values.to_pylist()]


@pytest.mark.parametrize("unit", [10**6, 10**9])
@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_times_are_counted_in_the_smallest_units(unit: int, suffix: str, repository: Repository) -> None:
    frame = customers().assign(at=[(1_700_000_000 + 3600 * n) * unit for n in range(ROWS)])
    path = repository.root / f"data.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    assert raw(repository.new(path, "churn", time="at"))["at"][24] == pd.Timestamp("2023-11-15 22:13:20")


def test_sums_of_money_are_no_ids(repository: Repository) -> None:
    created = repository.new(customers().assign(price=[f"$1,{n:03d}.50" for n in range(ROWS)]), "churn")
    assert created.use_case.data.id == "row_number"
    assert "left out price: its values are numbers with a unit, such as '$1,000.50' in row 1" in said(created)


def test_a_quantity_with_an_odd_value_is_no_id(repository: Repository) -> None:
    created = repository.new(customers().assign(size=[*(f"{n}.5" for n in range(ROWS - 1)), "oops"]), "churn")
    assert created.use_case.data.id == "row_number"
