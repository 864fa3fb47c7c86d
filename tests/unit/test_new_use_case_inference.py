"""What is made of a file: types, the problem, features, what is left out, the split; and that it says so."""

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config import load_use_case
from ops.new_use_case import Created, leakage, measuring
from ops.new_use_case.target import Target
from pipelines_src.steps.batch import reading
from pipelines_src.steps.use_case import Column
from tests.unit.new_use_case_kit import Repository, csv, customers

ROWS = 300


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


def raw(created: Created) -> Any:
    return pq.read_table(created.folder / "raw" / "observations.parquet").to_pandas()


def yaml_of(created: Created) -> str:
    return (created.folder / "use_case.yaml").read_text()


def repeated(values: list[str]) -> list[str]:
    return [values[place % len(values)] for place in range(ROWS)]


# How a column is written -> its type, and its first values.
WRITTEN: dict[str, tuple[list[str], str, list[Any]]] = {
    "plain": (["1", "2.5", "-3e2"], "number", [1, 2.5, -300]),
    "missing by words": (["1.5", "NA", "?", "none", " 2 "], "number", [1.5, None, None, None, 2]),
    "comma groups": (["1,234.5", "7"], "number", [1234.5, 7]),
    "decimal comma": (["1.234,5", "0,25"], "number", [1234.5, 0.25]),
    "space groups": (["1 234,5", "12\u202f000"], "number", [1234.5, 12000]),
    "zeros in front": (["01234", "98765"], "text", ["01234", "98765"]),
    "long ids": (["12345678901234567", "12345678901234568"], "text", ["12345678901234567", "12345678901234568"]),
    "scale": (["0", "1", "2", "3+"], "text", ["0", "1", "2", "3+"]),
    "iso": (["2024-02-01", "2024-02-01T10:30:00.5", "2024/02/03"], "time",
            ["2024-02-01", "2024-02-01 10:30:00.5", "2024-02-03"]),
    "day first": (["13.01.2024", "2.3.24 14:05"], "time", ["2024-01-13", "2024-03-02 14:05"]),
    "month first": (["01/13/2024", "3/2/2024 2:05 PM"], "time", ["2024-01-13", "2024-03-02 14:05"]),
    "named months": (["5 Jan 2024", "Feb 6, 2024"], "time", ["2024-01-05", "2024-02-06"]),
    "zones": (["2024-01-01T10:00:00Z", "2024-01-01T10:00:00+02:00"], "time", ["2024-01-01 10:00", "2024-01-01 08:00"]),
    "words": (["red", "", "N/A", "blue"], "text", ["red", None, None, "blue"]),
}  # fmt: skip


@pytest.mark.parametrize("values, kind, expected", WRITTEN.values(), ids=WRITTEN)
def test_a_column_is_read_as_it_is_written(
    values: list[str], kind: str, expected: list[Any], repository: Repository
) -> None:
    created = repository.new(customers().assign(odd=repeated(values)), "churn")
    [role] = [role for role in created.plan.roles if role.column.name == "odd"]
    assert role.column.kind == kind
    found = raw(created)["odd"].head(len(expected)).tolist()
    if kind == "time":
        assert found == [pd.Timestamp(value) for value in expected]
    else:
        assert [None if pd.isna(value) else value for value in found] == expected


@pytest.mark.parametrize(
    "options, expected", [({}, "2024-04-03"), ({"dates": "month-first"}, "2024-03-04"), ({"dates": "day-first"}, None)]
)
def test_dates_that_can_be_read_both_ways_are_told(
    options: dict[str, Any], expected: str | None, repository: Repository
) -> None:
    created = repository.new(customers().assign(odd=repeated(["03/04/2024", "05/06/2024"])), "churn", **options)
    assert str(raw(created)["odd"][0].date()) == (expected or "2024-04-03")
    assert ("can be read both ways" in yaml_of(created)) == (not options)


def test_the_rest_of_the_file_decides_what_one_comma_means(repository: Repository) -> None:
    frame = customers().assign(odd=repeated(["1,234", "5,678"]))
    assert raw(repository.new(frame, "churn", name="commas"))["odd"][0] == 1234
    written = repository.write(frame.to_csv(index=False, sep=";"))
    assert raw(repository.new(written, "churn", name="semicolons"))["odd"][0] == 1.234


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_separators_and_encodings_are_found(separator: str, encoding: str, repository: Repository) -> None:
    frame = customers().replace({"city": {"Oslo": 'Malmö, "süd"; x|y\tz', "Rome": "Évora"}})
    path = repository.write(frame.to_csv(index=False, sep=separator), encoding=encoding)
    made = raw(repository.new(path, "churn"))
    assert made["city"].tolist() == frame["city"].str.strip().tolist()
    assert made["spend"].tolist() == frame["spend"].tolist()


def test_line_breaks_in_fields_empty_lines_and_other_line_ends(repository: Repository) -> None:
    frame = customers().assign(note=repeated(["two\nlines", "one"]))
    text = "\r\n\r\n" + csv(frame).replace("\n", "\r\n").replace("two\r\nlines", "two\nlines")
    made = raw(repository.new(repository.write(text), "churn"))
    assert made["note"].tolist() == frame["note"].tolist()
    assert made["row_number"].tolist() == list(range(1, ROWS + 1))


def test_names_are_mapped_and_the_mapping_is_told(repository: Repository) -> None:
    frame = customers().rename(columns={"spend": "Größe (€)", "visits": "2020", "city": "split", "joined": "Churn"})
    created = repository.new(frame, "churn")
    assert list(raw(created)) == ["row_number", "Grosse", "c2020", "split_2", "Churn", "churn_2"]
    assert created.use_case.data.label == "churn_2"
    for original in ("Größe (€)", "2020", "split", "churn"):
        assert f"in the file: '{original}'" in yaml_of(created)


def test_columns_without_a_name_or_with_the_same_are_kept_apart(repository: Repository) -> None:
    text = csv(customers()).replace("spend,visits,city", "city,,city", 1)
    assert list(raw(repository.new(repository.write(text), "churn")))[1:4] == ["city", "column2", "city_2"]


def outcome(kind: str, spend: pd.Series) -> Any:
    higher = spend > 50
    return {
        "words": np.where(higher, "ill", "well"),
        "numbers": np.where(higher, 2, 1),
        "rare": np.where(spend > 60, "b", "a"),
        "classes": np.where(higher, "b", np.where(spend > 40, "a", "c")),
        "grades": np.digitize(spend, [40, 60]) + 1,
        "amount": spend * 3 + np.arange(ROWS) % 7,
    }[kind]


@pytest.mark.parametrize(
    "kind, problem, positive, classes",
    [
        ("words", "binary_classification", "ill", ()),
        ("numbers", "binary_classification", 2, ()),
        ("rare", "binary_classification", "b", ()),
        ("classes", "multiclass_classification", 1, ("a", "b", "c")),
        ("grades", "multiclass_classification", 1, (1, 2, 3)),
        ("amount", "regression", 1, ()),
    ],
)
def test_the_label_says_what_the_problem_is(
    kind: str, problem: str, positive: Any, classes: tuple[Any, ...], repository: Repository
) -> None:
    frame = customers().drop(columns="churn")
    created = repository.new(frame.assign(y=outcome(kind, frame["spend"])).drop(columns="spend"), "y")
    data = created.use_case.data
    assert (created.use_case.problem, data.positive, data.classes) == (problem, positive, classes)


def test_what_is_asked_for_goes_before_what_is_inferred(repository: Repository) -> None:
    assert repository.new(customers(), "churn", positive="no").use_case.data.positive == "no"
    quantity = repository.new(customers().assign(y=outcome("grades", customers()["spend"])), "y", name="quantity",
                              problem="regression")  # fmt: skip
    assert quantity.use_case.problem == "regression"
    assert repository.new(customers(), name="five", clusters=5).use_case.train.model_dump()["k"] == 5


def test_clusters_that_are_there_are_counted(repository: Repository) -> None:
    drawn = np.random.default_rng(0)
    middles = np.array([[0, 0], [9, 0], [0, 9], [9, 9]])
    points = middles[drawn.integers(0, 4, ROWS)] + drawn.normal(0, 0.5, (ROWS, 2))
    created = repository.new(pd.DataFrame(points, columns=["x", "y"]))
    assert created.use_case.problem == "clustering"
    assert created.use_case.train.model_dump()["k"] == 4
    assert "silhouette" in yaml_of(created)


LEFT_OUT: dict[str, tuple[Any, str]] = {
    "customer_id": (list(range(7000, 7000 + ROWS)), "tells rows apart"),
    "code": ([f"x{n}" for n in range(ROWS)], "tells rows apart"),
    "device_id": ([n % 40 for n in range(ROWS)], "is called an id"),
    "constant": (7, "the same value in every row"),
    "empty": ("", "no value in any row"),
    "rarely": (["1", *[""] * 9] * 30, "is missing in 270 of 300 rows"),
    "comment": ([f"this is what customer {n} wrote to us" for n in range(ROWS)], "free text (8 words"),
    "street": ([f"street {n // 2}" for n in range(ROWS)], "has 150 values in 300 rows"),
    "mixed": ([*map(str, range(ROWS - 1)), "oops"], "299 of 300 values are numbers, but not 'oops' in row 300"),
    "copy": (np.where(customers()["churn"] == "yes", 1, 0), "predicts the label nearly alone (AUC 1.000"),
    "reason": (np.where(customers()["churn"] == "yes", "moved", ""), "one value only, or none"),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_does_not_help_is_left_out_and_can_be_taken_in(name: str, repository: Repository) -> None:
    values, reason = LEFT_OUT[name]
    created = repository.new(customers().assign(**{name: values}), "churn")
    assert name not in {feature.source or feature.name for feature in created.use_case.data.features}
    text = yaml_of(created)
    assert reason in " ".join(line.strip(" #") for line in text.splitlines())
    lines = [line.replace("# - {", "- {") if f"# - {{name: {name}" in line else line for line in text.splitlines()]
    (created.folder / "use_case.yaml").write_text("\n".join(lines))
    taken_in = load_use_case("case", repository.root).data
    assert name in {field.name for field in taken_in.record}
    if name != "empty":  # no feature can be made of it
        assert any((feature.source or feature.name) == name for feature in taken_in.features)


def test_a_column_that_repeats_is_suggested_for_a_split_by_group(repository: Repository) -> None:
    created = repository.new(customers().assign(patient_id=[n % 60 for n in range(ROWS)]), "churn")
    assert "# {by: group, column: patient_id}" in yaml_of(created)
    assert created.use_case.split.by == "random"


def test_a_shop_is_a_category_though_it_is_a_number(repository: Repository) -> None:
    created = repository.new(customers().assign(shop_id=[n % 5 for n in range(ROWS)]), "churn")
    assert {"name": "shop_id", "type": "category"} in [
        feature.model_dump(include={"name", "type"}) for feature in created.use_case.data.features
    ]


def test_the_rows_are_identified_by_a_column_of_theirs_or_by_their_number(repository: Repository) -> None:
    assert repository.new(customers(), "churn", name="without").use_case.data.id == "row_number"
    created = repository.new(customers().assign(customer_id=[f"c{n}" for n in range(ROWS)]), "churn", name="with_id")
    assert created.use_case.data.id == "customer_id"


def test_a_large_file_has_its_ids_told_exactly(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_EXACT_ROWS", 100)
    frame = customers(20_000).assign(order=range(20_000), spend=np.arange(20_000) % 19_990)
    created = repository.new(frame, "churn")
    assert created.use_case.data.id == "order"
    assert {role.column.name: role.column.different for role in created.plan.roles}["spend"] == 19_990


def test_rows_are_split_by_time_where_one_is_named(repository: Repository) -> None:
    created = repository.new(customers(), "churn", time="joined")
    split = created.use_case.split.model_dump()
    joined = raw(created)["joined"]
    shares = [(joined < split[bound]).mean() for bound in ("train_until", "validation_until", "test_until")]
    assert shares == pytest.approx([0.7, 0.85, 1], abs=0.03)
    assert created.use_case.evaluate.resample == "day"
    parts = {feature.part for feature in created.use_case.data.features if feature.source == "joined"}
    assert parts == {"weekday"}, "the year and month that are judged were never learnt"


@pytest.mark.parametrize(
    "values",
    [
        1_700_000_000 + np.arange(ROWS) * 3600,
        (1_700_000_000 + np.arange(ROWS) * 3600) * 1000,
        1900 + np.arange(ROWS) // 3,
    ],
    ids=["seconds", "milliseconds", "years"],
)
def test_numbers_that_count_times_are_times(values: Any, repository: Repository) -> None:
    created = repository.new(customers().assign(at=values), "churn", time="at")
    assert raw(created)["at"].dt.year.between(1900, 2100).all()
    assert "its numbers were read as" in yaml_of(created)


@pytest.mark.parametrize("noise, found", [(0.0, True), (0.8, False)])
@pytest.mark.parametrize("problem", ["binary", "classes", "quantity"])
def test_a_leak_is_found_by_held_out_rows(problem: str, noise: float, found: bool, repository: Repository) -> None:
    drawn = np.random.default_rng(1)
    truth = drawn.normal(size=ROWS)
    seen = np.exp(truth + noise * drawn.normal(size=ROWS))  # another scale
    label = {"binary": truth > 0, "classes": np.digitize(truth, [-0.5, 0.5]), "quantity": truth}[problem]
    frame = pd.DataFrame({"seen": seen, "other": drawn.normal(size=ROWS), "y": label})
    left_out = {role.column.name for role in repository.new(frame, "y").plan.left_out}
    assert left_out == ({"seen"} if found else set())


@pytest.mark.parametrize("problem", ["binary", "classes", "quantity"])
def test_a_copy_of_the_label_with_gaps_is_a_leak(problem: str, repository: Repository) -> None:
    drawn = np.random.default_rng(1)
    truth = drawn.normal(size=ROWS)
    label = {"binary": truth > 0, "classes": np.digitize(truth, [-0.5, 0.5]), "quantity": truth}[problem].astype(float)
    gaps = drawn.random((3, ROWS)) < 0.5
    noise = truth + 0.8 * drawn.normal(size=ROWS)
    frame = pd.DataFrame({"copy": label, "noisy": noise, "other": drawn.normal(size=ROWS)}).mask(gaps.T).assign(y=label)
    left_out = {role.column.name for role in repository.new(frame, "y").plan.left_out}
    assert left_out == {"copy"}


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_a_few_values_are_no_leak_by_chance(seed: int) -> None:
    drawn = np.random.default_rng(seed)
    outcome = np.r_[np.ones(4), np.zeros(41)][drawn.permutation(45)]
    values = pd.Series(np.r_[drawn.normal(size=45), np.full(400, np.nan)])
    target = Target("binary_classification", positive=1)
    outcomes = np.r_[outcome, drawn.integers(0, 2, 400)].astype("float64")
    assert leakage._best(values, outcomes, target) < leakage.SUSPICIOUS


def test_noise_in_many_levels_is_no_leak(repository: Repository) -> None:
    frame = customers().assign(street=[f"s{n % 60}" for n in range(ROWS)])
    created = repository.new(frame, "churn")
    assert "street" in {role.column.name for role in created.plan.used}
    assert leakage.LEAKS > leakage.SUSPICIOUS > 0.9


def test_types_of_parquet_are_kept_and_what_no_feature_is_made_of_is_told(repository: Repository) -> None:
    more: dict[str, Any] = {
        "flag": [n % 3 == 0 for n in range(ROWS)],
        "at": pd.date_range("2024-01-01", periods=ROWS, freq="h", tz="Asia/Tokyo"),
        "gap": [None if n % 5 else float(n % 50) for n in range(ROWS)],
        "nested": [[1, 2]] * ROWS,
    }
    frame = customers().assign(**more)
    path = repository.root / "data.parquet"
    frame.to_parquet(path)
    created = repository.new(path, "churn")
    made = raw(created)
    assert made["at"][9] == pd.Timestamp("2024-01-01")
    assert set(made["flag"]) == {"true", "false"}
    assert "nested" not in made
    assert "nested: is " in yaml_of(created)


def test_running_numbers_are_written_as_a_range(repository: Repository) -> None:
    drawn = np.random.default_rng(0)
    pixels = pd.DataFrame(drawn.integers(0, 16, (ROWS, 30)), columns=[f"pixel{n}" for n in range(30)])
    created = repository.new(pixels.assign(digit=drawn.integers(0, 3, ROWS)), "digit")
    content = yaml.safe_load(yaml_of(created))
    assert [feature["name"] for feature in content["data"]["features"]] == ["pixel[0-29]"]
    assert len(created.use_case.data.features) == 30


def test_the_notebook_is_one_as_the_format_asks(repository: Repository) -> None:
    created = repository.new(customers(), "churn")
    document = nbformat.read(created.folder / "notebook.ipynb", as_version=4)
    nbformat.validate(document)
    for cell in document.cells:
        if cell.cell_type == "code":
            compile(cell.source, "cell", "exec")


def test_the_same_file_gives_the_same_use_case(repository: Repository) -> None:
    made = [repository.new(customers(), "churn", name="case_a"), repository.new(customers(), "churn", name="case_b")]
    one, other = (yaml_of(created).replace("case_a", "X").replace("case_b", "X") for created in made)
    assert one == other


def test_batch_reads_a_csv_file_as_the_use_case_was_made_of_it(repository: Repository) -> None:
    words = [" Oslo ", "NA", "\tRome\u00a0", "n/a", "<NA>", "Null", "#N/A", "nan", "unknown", "none", "?", "Oslo", ""]
    frame = customers(rows=ROWS).assign(
        city=repeated(words), visits=repeated(["1.5", " 2 ", "?", "none", "-", "NA", "7\u00a0"])
    )
    frame["joined"] = [[value, "missing", f" {value} "][place % 3] for place, value in enumerate(frame["joined"])]
    path = repository.write(csv(frame).replace("city", " city ", 1))
    created = repository.new(path, "churn")
    made = raw(created)
    assert set(made["city"].dropna()) == {"Oslo", "Rome", "unknown", "none", "?"}
    fields = [Column(field.name, field.type) for field in created.use_case.data.record]
    found = pd.DataFrame([row.content for row in reading.rows(path, path.name, fields)])
    assert {"city", "visits", "joined"} <= {field.name for field in fields}
    for name in ("city", "visits"):
        assert found[name].astype(object).where(found[name].notna(), None).tolist() == (
            made[name].astype(object).where(made[name].notna(), None).tolist()
        )
    assert pd.to_datetime(found["joined"]).equals(made["joined"].astype("datetime64[ns]"))
