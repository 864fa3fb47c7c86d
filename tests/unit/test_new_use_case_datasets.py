"""Public data that the repository does not have, from a file to what trains: nothing but the command is run."""

import ast
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xgboost
from sklearn import datasets, metrics
from sklearn.cluster import KMeans

from config.use_case.train import KMeansTrain, XGBoostTrain
from local_cloud.sagemaker.images import mxnet_ndarray
from ops import held_out
from ops.new_use_case import Created
from pipelines_src.steps import archives
from pipelines_src.steps.scoring import Scorer
from tests.unit.new_use_case_kit import Repository


def breast_cancer() -> Any:
    frame = datasets.load_breast_cancer(as_frame=True).frame
    return frame.assign(diagnosis=frame.pop("target").map({0: "malignant", 1: "benign"}))


def wine() -> Any:
    return datasets.load_wine(as_frame=True).frame.rename(columns={"target": "cultivar"})


def iris() -> Any:
    loaded = datasets.load_iris(as_frame=True)
    return loaded.frame.assign(species=loaded.target_names[loaded.target]).drop(columns="target")


def diabetes() -> Any:
    return datasets.load_diabetes(as_frame=True, scaled=False).frame.rename(columns={"target": "progression"})


def exercise() -> Any:
    return datasets.load_linnerud(as_frame=True).frame.sample(120, replace=True, random_state=0, ignore_index=True)


CASES: dict[str, tuple[Callable[[], Any], str | None, str]] = {
    "breast_cancer": (breast_cancer, "diagnosis", "binary_classification"),
    "wine": (wine, "cultivar", "multiclass_classification"),
    "iris": (iris, "species", "multiclass_classification"),
    "diabetes": (diabetes, "progression", "regression"),
    "wine_groups": (lambda: wine().drop(columns="cultivar"), None, "clustering"),
    "iris_groups": (iris, None, "clustering"),
    "exercise_groups": (exercise, None, "clustering"),
}


def prepared(repository: Repository, created: Created, rows: int) -> Path:
    """Prepare and return the outputs: every row is in a split, and what trains is whole and not constant."""
    output = repository.run(created, "prepare")
    splits = json.loads((output / "report" / "preparation.json").read_text())["splits"]
    assert sum(split["used"] for split in splits.values()) == rows
    train = pd.read_csv(output / "train" / "train.csv", header=None)
    labels = created.use_case.data.label is not None
    assert train.shape == (splits["train"]["used"], (created.use_case.data.width or 0) + labels)
    assert np.isfinite(train.to_numpy()).all()
    assert (train.nunique() > 1).all(), "no column is constant"
    return output


# Those that are trained below are prepared there.
@pytest.mark.parametrize(
    "name, suffix", [("iris", "csv"), ("iris", "parquet"), ("wine_groups", "csv"), ("exercise_groups", "csv")]
)
def test_a_public_table_is_prepared_without_code(name: str, suffix: str, tmp_path: Path) -> None:
    load, label, problem = CASES[name]
    repository, path = Repository.at(tmp_path), tmp_path / f"{name}.{suffix}"
    frame = load()
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    created = repository.new(path, label, name)
    assert created.use_case.problem == problem
    prepared(repository, created, len(frame))


@pytest.mark.parametrize(
    "name, metric, least",
    [
        ("breast_cancer", "auc", 0.95),
        ("wine", "accuracy", 0.8),
        ("diabetes", "mae_skill", 0.1),
        ("iris_groups", "variance_explained", 0.5),
    ],
)
def test_a_public_table_trains_passes_its_gate_and_is_served(
    name: str, metric: str, least: float, tmp_path: Path
) -> None:
    load, label, problem = CASES[name]
    repository, frame = Repository.at(tmp_path), load()
    rows = len(frame)
    created = repository.new(frame, label, name)
    assert created.use_case.problem == problem
    made = prepared(repository, created, rows)
    inputs = tmp_path / "jobs" / name / "evaluate" / "processing" / "input"
    for part in ("test", "validation", "features", "report"):
        shutil.copytree(made / part, inputs / part)
    _train(created, made, inputs / "model")
    output = repository.run(created, "evaluate")
    evaluation = json.loads((output / "evaluation" / "evaluation.json").read_text())
    assert evaluation[metric]["value"] > least
    for condition in created.use_case.gate:
        figure, _, part = condition.metric.partition(".")
        assert condition.at_least is not None
        found = evaluation[figure][part] if part else evaluation[figure]
        assert found >= condition.at_least
    assert _figure_of_served(created, made, output, tmp_path / "package") == pytest.approx(
        evaluation[metric]["value"], abs=1e-6
    )


def _figure_of_served(created: Created, made: Path, evaluated: Path, folder: Path) -> float:
    """Ask the package about the test split's records and return the evaluation's figure, of the answers this time."""
    with tarfile.open(evaluated / "package" / "model.tar.gz") as archive:
        archives.extract(archive, folder)
    case = created.use_case
    rows = held_out.test_records(case, (made / "test" / "test.parquet").read_bytes())
    fields = [field.name for field in case.data.record]
    records = json.loads(rows[fields].to_json(orient="records", date_format="iso"))
    answered = Scorer.load(folder).respond(json.dumps({"instances": records}), "application/json", "application/json")
    assert isinstance(answered, tuple)
    answers = json.loads(answered[0])["predictions"]
    if case.data.label is None:
        matrix = pd.read_parquet(made / "test" / "test.parquet").filter(like="feature_").to_numpy("float64")
        whole = ((matrix - matrix.mean(axis=0)) ** 2).sum()
        return 1 - float(sum(answer["distance"] ** 2 for answer in answers)) / float(whole)
    happened = [held_out.happened(case, label) for label in rows[case.data.label]]
    if case.problem == "binary_classification":
        return float(metrics.roc_auc_score(happened, [answer["probability"] for answer in answers]))
    if case.problem == "multiclass_classification":
        return float(np.mean([answer["label"] == label for answer, label in zip(answers, happened, strict=True)]))
    error = metrics.mean_absolute_error(happened, [answer["value"] for answer in answers])
    learnt = pd.read_csv(made / "train" / "train.csv", header=None)[0].mean()
    return 1 - float(error) / float(metrics.mean_absolute_error(happened, [learnt] * len(rows)))


def _cluster(created: Created, made: Path, folder: Path) -> None:
    """Cluster as the built-in algorithm does; it leaves its centres."""
    rows = pd.read_csv(made / "train" / "train.csv", header=None).to_numpy()
    assert isinstance(created.use_case.train, KMeansTrain)
    centres = KMeans(created.use_case.train.k, n_init=1, random_state=0).fit(rows).cluster_centers_
    folder.mkdir(parents=True)
    (folder / "model_algo-1").write_bytes(mxnet_ndarray.dump([centres.astype("float32")]))
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "model_algo-1", "model_algo-1")


def _train(created: Created, made: Path, folder: Path) -> None:
    """Train as the built-in algorithm does, with the use case's own hyperparameters."""
    if not isinstance(created.use_case.train, XGBoostTrain):
        _cluster(created, made, folder)
        return
    parameters: dict[str, Any] = dict(created.use_case.train.hyperparameters)
    rounds, patience = parameters.pop("num_round"), parameters.pop("early_stopping_rounds")
    parameters["eval_metric"] = parameters["eval_metric"].split(",")
    classes = len(created.use_case.data.classes)
    parameters |= {"nthread": 1, **({"num_class": classes} if classes else {})}  # as the pipeline gives it
    rows = {
        split: pd.read_csv(made / split / f"{split}.csv", header=None).to_numpy() for split in ("train", "validation")
    }
    data = {split: xgboost.DMatrix(values[:, 1:], values[:, 0]) for split, values in rows.items()}
    watched = [(data["validation"], "validation")]
    stopping = xgboost.callback.EarlyStopping(rounds=patience, data_name="validation", save_best=True)
    model = xgboost.train(parameters, data["train"], rounds, evals=watched, callbacks=[stopping], verbose_eval=False)
    assert model.num_boosted_rounds() < rounds, "the validation split ended it"
    folder.mkdir(parents=True)
    model.save_model(folder / "model.ubj")
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        archive.add(folder / "model.ubj", "xgboost-model")


def test_a_new_use_case_is_a_module_that_python_reads(tmp_path: Path) -> None:
    created = Repository.at(tmp_path).new(iris(), "species", "iris")
    assert {path.name for path in created.folder.iterdir()} == {"__init__.py", "use_case.yaml", "notebook.ipynb", "raw"}
    assert ast.get_docstring(ast.parse((created.folder / "__init__.py").read_text()))
