"""The whole use case on all real flights: prepare, train, evaluate and serve, run from the zipped asset as on AWS."""

import csv
import hashlib
import importlib
import importlib.util
import json
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from numpy.typing import NDArray

from config import load_use_case
from config.use_case.metrics import gate_metrics
from local_cloud.archives import unpack
from pipelines_src.flight_delays import raw_data
from tests.unit.engine_kit import Bench

USE_CASE = load_use_case("flight_delays")
RAW = {table: list(columns) for table, columns in USE_CASE.data.raw.items()}
LABEL = USE_CASE.data.label


@pytest.fixture(scope="module")
def jobs(make_jobs: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All jobs, run once on the 336,776 flights."""
    raw = tmp_path_factory.mktemp("raw")
    raw_data.write(raw)
    jobs = make_jobs(Path(raw_data.__file__).parent)
    jobs.give("prepare", "raw", raw)
    prepared = jobs.run("prepare")
    assert prepared.returncode == 0, prepared.stderr
    jobs.train(dict(USE_CASE.train.hyperparameters))
    evaluated = jobs.run("evaluate")
    assert evaluated.returncode == 0, evaluated.stderr
    return jobs


@pytest.fixture(scope="module")
def evaluation(jobs: Any) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((jobs.output("evaluate", "evaluation") / "evaluation.json").read_text())
    return content


def table(jobs: Any, split: str) -> pd.DataFrame:
    names = [LABEL, *(feature.name for feature in USE_CASE.data.features)]
    return pd.read_csv(jobs.output("prepare", split) / f"{split}.csv", names=names)


def metric(evaluation: dict[str, Any], path: str) -> float:
    found: Any = evaluation
    for part in path.split("."):
        found = found[part]
    return float(found)


def test_every_flight_is_in_one_split_or_counted(jobs: Any) -> None:
    report = json.loads((jobs.output("prepare", "report") / "preparation.json").read_text())
    splits = report["splits"]
    assert report["rows_read"]["flights"] == sum(split["records"] for split in splits.values()) == 336_776
    for split in splits.values():
        assert split["used"] + sum(split["left_out"].values()) == split["records"]
    assert sum(split["left_out"]["cancelled"] for split in splits.values()) == 8255
    months = {name: (split["first"][:7], split["last"][:7]) for name, split in splits.items()}
    assert months == {
        "train": ("2013-01", "2013-03"),
        "validation": ("2013-04", "2013-04"),
        "test": ("2013-05", "2013-05"),
        "serving": ("2013-06", "2013-12"),
    }


def test_the_training_files_are_what_the_built_in_algorithm_reads(jobs: Any) -> None:
    for split in ("train", "validation"):
        path = jobs.output("prepare", split) / f"{split}.csv"
        with path.open() as lines:
            first = lines.readline()
        assert csv.Sniffer().sniff(first).delimiter == ","  # how the image finds the delimiter
        assert len(first.split(",")) == 1 + len(USE_CASE.data.features)
        assert "nan" not in path.read_text()
        assert set(table(jobs, split)[LABEL]) == {0, 1}


def test_the_model_beats_the_forecast_by_carrier_and_hour(evaluation: dict[str, Any]) -> None:
    assert evaluation["auc_over_baseline"]["lower"] > 0
    assert evaluation["auc"]["value"] > 0.69
    assert evaluation["baseline_auc"]["value"] > 0.65
    assert evaluation["brier_skill"]["value"] > 0
    assert evaluation["log_loss_skill"]["value"] > 0
    assert evaluation["rows"] > 28_000


def test_every_metric_that_a_gate_may_name_is_in_the_evaluation(evaluation: dict[str, Any]) -> None:
    for path in gate_metrics("binary_classification"):
        assert np.isfinite(metric(evaluation, path))
    for condition in USE_CASE.gate:
        assert metric(evaluation, condition.metric) >= (condition.at_least or 0.0)


def test_the_curves_agree_with_the_figures(jobs: Any, evaluation: dict[str, Any]) -> None:
    folder = jobs.output("evaluate", "evaluation")
    curves = pd.read_csv(folder / "roc.csv").groupby("forecast")
    for forecast, name in (("model", "auc"), ("baseline", "baseline_auc")):
        curve = curves.get_group(forecast)
        area = np.trapezoid(curve["true_positive_rate"], curve["false_positive_rate"])
        assert area == pytest.approx(evaluation[name]["value"], abs=0.002)
    calibration = pd.read_csv(folder / "calibration.csv").groupby("forecast").get_group("model")
    assert calibration["rows"].sum() == evaluation["rows"]
    assert np.average(calibration["observed_rate"], weights=calibration["rows"]) == pytest.approx(
        evaluation["positive_rate"]
    )
    importance = pd.read_csv(folder / "importance.csv")
    assert set(importance["feature"]) == {feature.name for feature in USE_CASE.data.features}
    assert importance["share_of_gain"].sum() == pytest.approx(1)
    quality = json.loads((folder / "model_quality.json").read_text())["binary_classification_metrics"]
    assert quality["auc"]["value"] == pytest.approx(evaluation["auc"]["value"])
    assert sum(sum(row.values()) for row in quality["confusion_matrix"].values()) == evaluation["rows"]


def test_the_monitoring_baseline_describes_what_clients_send(jobs: Any) -> None:
    folder = jobs.output("prepare", "baseline")
    for name in ("statistics", "constraints"):
        document = json.loads((folder / f"{name}.json").read_text())
        assert [feature["name"] for feature in document["features"]] == [field.name for field in USE_CASE.data.record]
    carriers = document["features"][1]["string_constraints"]["domains"]
    assert {"AA", "UA", "B6"} <= set(carriers)


@pytest.fixture(scope="module")
def unpacked(jobs: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("opt-ml-model")
    with tarfile.open(jobs.output("evaluate", "package") / "model.tar.gz") as archive:
        unpack(archive, folder)
    return folder


def image_imports(unpacked: Path) -> ModuleType:
    """Import the entry point as the image does: by itself, by the name of its file."""
    spec = importlib.util.spec_from_file_location("serve", unpacked / "code" / "serve.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def serving(unpacked: Path) -> Any:
    module = image_imports(unpacked)
    model = module.model_fn(str(unpacked))
    return lambda content, kind="application/json", accept="application/json": module.transform_fn(
        model, content, kind, accept
    ), model


def clients_records(jobs: Any, rows: int) -> list[dict[str, Any]]:
    frame = pd.read_parquet(jobs.output("prepare", "serving")).sample(rows, random_state=1)
    fields = frame.drop(columns=[LABEL, "record_id"])
    times = fields["scheduled_departure"].dt.strftime("%Y-%m-%dT%H:%M:%S")
    records: list[dict[str, Any]] = json.loads(
        fields.assign(scheduled_departure=times).to_json(orient="records", double_precision=15)
    )
    return records


def from_the_test_file(jobs: Any) -> NDArray[np.float32]:
    return pd.read_parquet(jobs.output("prepare", "test")).filter(regex="^feature_").to_numpy()


def from_the_validation_file(jobs: Any) -> NDArray[np.float32]:
    """What the built-in algorithm itself reads from the CSV file; what it does not store is missing."""
    read = xgboost.DMatrix(f"{jobs.output('prepare', 'validation')}?format=csv&label_column=0&delimiter=,").get_data()
    values = np.full(read.shape, np.nan, dtype="float32")
    values[np.repeat(np.arange(read.shape[0]), np.diff(read.indptr)), read.indices] = read.data
    return values


@pytest.mark.parametrize("month, given", [(4, from_the_validation_file), (5, from_the_test_file)])
def test_training_and_serving_make_the_same_features_bit_for_bit(
    month: int, given: Any, jobs: Any, serving: Any, tmp_path: Path
) -> None:
    """A month of flights, sent as a client would, gives exactly the numbers that training and evaluation read."""
    _, model = serving
    expected = given(jobs)
    module = importlib.import_module("pipelines_src.flight_delays.transformations")
    bench = Bench(tmp_path)
    raw = jobs.input("prepare", "raw")
    tables = {name: bench.engine.read(name, raw / f"{name}.parquet", columns) for name, columns in RAW.items()}
    everything = module.records(tables)
    chosen = everything.filter(
        (everything.scheduled_departure.month() == month) & everything[LABEL].notnull() & everything.excluded.isnull()
    )
    fields = [field.name for field in USE_CASE.data.record]
    reader = importlib.import_module("pipelines_src.steps.records").Reader(model.use_case.record)
    found = []
    for row in bench.engine.fetch(chosen.order_by("record_id").select(fields)):
        row["scheduled_departure"] = row["scheduled_departure"].isoformat()
        found.append(model.encode(reader.read(json.loads(json.dumps(row)))))
    array = np.array(found, "float32")
    assert np.isnan(array).any()
    assert array.tobytes() == expected.tobytes()


def test_the_package_serves_what_was_evaluated(jobs: Any, serving: Any) -> None:
    respond, _ = serving
    records = clients_records(jobs, 5)
    body, kind = respond(json.dumps({"instances": records}))
    assert kind == "application/json"
    together = [item["probability"] for item in json.loads(body)["predictions"]]
    alone = [json.loads(respond(json.dumps(record))[0])["predictions"][0]["probability"] for record in records]
    lines, kind = respond("\n".join(map(json.dumps, records)).encode(), "application/jsonlines", "text/csv")
    assert kind == "text/csv"
    assert together == [float(line) for line in lines.split()] == pytest.approx(alone, abs=2.0**-24)
    assert all(0 < value < 1 for value in together)
    body, kind = respond(json.dumps(records[0]), "application/json; charset=utf-8", "application/jsonlines")
    assert (json.loads(body)["probability"], kind) == (alone[0], "application/jsonlines")


def test_a_single_row_is_predicted_from_a_table_of_the_model(jobs: Any, serving: Any) -> None:
    _, model = serving
    table = importlib.import_module("pipelines_src.steps.tree_table").TreeTable.of(model.model)
    rows = from_the_test_file(jobs)[::20]
    expected = importlib.import_module("pipelines_src.steps.booster").predict(model.model, rows)
    found = np.array([table.predict(row) for row in rows.tolist()])
    assert np.abs(found - expected).max() <= 1e-6


def test_serving_ranks_flights_of_later_months(jobs: Any, serving: Any) -> None:
    respond, _ = serving
    frame = pd.read_parquet(jobs.output("prepare", "serving")).sample(2000, random_state=1)
    body, _ = respond(json.dumps({"instances": clients_records(jobs, 2000)}))
    forecast = np.array([item["probability"] for item in json.loads(body)["predictions"]])
    late = frame[LABEL].to_numpy() > 0
    assert forecast[late].mean() > forecast[~late].mean() + 0.05


@pytest.mark.parametrize(
    "content, kind, accept, status, expected",
    [
        ("{", "application/json", "", 400, "the request is not application/json"),
        (b"\xff", "application/json", "", 400, "the request is not application/json"),
        ('{"instances": []}', "application/json", "", 400, "holds no record"),
        ('{"instances": 3}', "application/json", "", 400, "holds no record"),
        ("", "application/jsonlines", "", 400, "holds no record"),
        ("{}", "application/json", "", 400, "record 0: scheduled_departure: is missing"),
        ('{"tail": 1}', "application/json", "", 400, "record 0: 'tail' is not a field of a record"),
        ("1,2", "text/csv", "", 415, "content type 'text/csv' is not understood"),
        ("{}", "application/json", "image/png", 406, "the answer cannot be 'image/png'"),
        ("[" * 100_000, "application/json", "", 400, "the request is not application/json"),
    ],
)
def test_a_bad_request_gets_a_4xx_with_a_reason(
    content: Any, kind: str, accept: str, status: int, expected: str, serving: Any
) -> None:
    refusal = serving[0](content, kind, accept)
    assert (refusal.status_code, refusal.mimetype) == (status, "application/json")
    assert expected in json.loads(refusal.data)["error"]
    started: list[Any] = []
    body = b"".join(refusal({}, lambda *arguments: started.append(arguments)))
    assert body == refusal.data
    assert started[0][0].startswith(f"{status} ")


def test_flask_serves_a_refusal_as_it_is(serving: Any) -> None:
    """The image's server is a Flask application that returns what transform_fn returned."""
    import flask

    app = flask.Flask("image")
    app.add_url_rule("/invocations", view_func=lambda: serving[0]("{"), methods=["POST"])
    answer = app.test_client().post("/invocations")
    assert (answer.status_code, answer.mimetype) == (400, "application/json")
    assert "the request is not" in answer.get_json()["error"]


def test_the_package_is_the_same_bytes_for_the_same_inputs(jobs: Any) -> None:
    package = jobs.output("evaluate", "package") / "model.tar.gz"
    before = hashlib.sha256(package.read_bytes()).hexdigest()
    assert jobs.run("evaluate").returncode == 0
    assert hashlib.sha256(package.read_bytes()).hexdigest() == before
    with tarfile.open(package) as archive:
        inside = [Path(name).parts for name in archive.getnames()]
    assert {parts[0] for parts in inside} == {
        "xgboost-model", "features.json", "row_function.py", "use_case.json", "preparation.json", "code",
    }  # fmt: skip
    code = {parts[1] for parts in inside if parts[0] == "code" and len(parts) > 1}
    assert code == {"pyproject.toml", "serve.py", "pipelines_src"}
