"""What is made of a file: the problem, ids, the split, the notebook; and that it says so."""

from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml

from ops.new_use_case import measuring
from pipelines_src.steps.batch import reading
from pipelines_src.steps.use_case import Column
from tests.unit.new_use_case_kit import ROWS, Repository, csv, customers, raw, repeated, yaml_of


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository.at(tmp_path)


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
    words = [
        " Oslo ",
        "N.D.",
        "NA",
        "\tRome\u00a0",
        "n/a",
        "<NA>",
        "Null",
        "#N/A",
        "nan",
        "unknown",
        "none",
        "?",
        "Oslo",
        "",
    ]
    frame = customers(rows=ROWS).assign(
        city=repeated(words), visits=repeated(["1.5", " 2 ", "?", "none", "-", "NA", "7\u00a0", "-999.0"])
    )
    frame["joined"] = [[value, "missing", f" {value} "][place % 3] for place, value in enumerate(frame["joined"])]
    path = repository.write(csv(frame).replace("city", " city ", 1))
    created = repository.new(path, "churn", missing=("-999", "n.d."))
    made, marks = raw(created), created.use_case.data.missing
    assert set(made["city"].dropna()) == {"Oslo", "Rome", "unknown", "none", "?"}
    fields = [Column(field.name, field.type) for field in created.use_case.data.record]
    found = pd.DataFrame([row.content for row in reading.rows(path, path.name, fields, marks)])
    assert {"city", "visits", "joined"} <= {field.name for field in fields}
    for name in ("city", "visits"):
        assert found[name].astype(object).where(found[name].notna(), None).tolist() == (
            made[name].astype(object).where(made[name].notna(), None).tolist()
        )
    assert pd.to_datetime(found["joined"]).equals(made["joined"].astype("datetime64[ns]"))
