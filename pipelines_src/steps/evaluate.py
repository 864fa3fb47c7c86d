"""Evaluate: the trained model on the test split, against the baseline forecast; and the package to deploy."""

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import xgboost
from numpy.typing import NDArray

from . import auc, booster, features_file, files, metrics, model_quality, package
from .folders import Folders
from .use_case import UseCase, settings

PREDICTIONS = 1000  # rows of predictions.csv


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs `model`, `test` and `features`; write the outputs `evaluation` and `package`."""
    names = features_file.model_columns(features_file.read(folders.input("features")))
    test = _read_test(use_case, names, folders)
    content = booster.read_archive(folders.input("model") / "model.tar.gz")
    model = booster.load(content, len(names))
    matrix = test[[f"feature_{name}" for name in names]].to_numpy("float32")
    table = pd.DataFrame(
        {
            "time": test["time"],
            "label": test["label"],
            "model": booster.predict(model, matrix),
            "baseline": test["baseline_forecast"],
        }
    )
    _write_evaluation(use_case, folders, table, test.filter(regex="^slice_"), _importance(model, names))
    package.write(
        folders.output("package") / "model.tar.gz", content, folders.input("features"), settings(use_case.name)
    )


def _read_test(use_case: UseCase, names: list[str], folders: Folders) -> pd.DataFrame:
    columns = ["label", "time", "baseline_forecast", *(f"slice_{name}" for name in use_case.evaluate["slices"])]
    columns += [f"feature_{name}" for name in names]
    return files.read_parquet(folders.input("test") / "test.parquet", columns)


def _write_evaluation(
    use_case: UseCase, folders: Folders, table: pd.DataFrame, slices: pd.DataFrame, importance: pd.DataFrame
) -> None:
    folder = folders.output("evaluation")
    label, model, baseline = (table[name].to_numpy("float64") for name in ("label", "model", "baseline"))
    both = (("model", model), ("baseline", baseline))
    files.write_csv(folder / "roc.csv", pd.concat([metrics.roc(name, label, score) for name, score in both]))
    files.write_csv(
        folder / "calibration.csv", pd.concat([metrics.calibration(name, label, score) for name, score in both])
    )
    files.write_csv(folder / "importance.csv", importance)
    sample = table.sample(min(PREDICTIONS, len(table)), random_state=use_case.evaluate["seed"]).sort_index()
    files.write_csv(folder / "predictions.csv", sample)
    files.write_json(folder / "model_quality.json", model_quality.document(label, model))
    evaluation = {
        "use_case": use_case.name,
        **_figures(use_case, label, model, baseline, _clusters(table["time"], use_case.evaluate["resample"])),
        "resample": use_case.evaluate["resample"],
        "bootstrap_samples": use_case.evaluate["bootstrap_samples"],
        "first": str(table["time"].min()),
        "last": str(table["time"].max()),
        "feature_importance": dict(zip(importance["feature"], importance["share_of_gain"], strict=True)),
        "slices": metrics.slices(slices.rename(columns=lambda name: name.removeprefix("slice_")), label, model),
    }
    for metric in ("rows", "auc", "baseline_auc", "auc_over_baseline", "log_loss", "brier"):
        print(f"{metric}: {evaluation[metric]}", flush=True)  # what a person finds in the job's log
    files.write_json(folder / "evaluation.json", evaluation)  # last: where it is, the rest is


def _figures(
    use_case: UseCase, label: auc.Floats, model: auc.Floats, baseline: auc.Floats, cluster: NDArray[np.int64]
) -> dict[str, Any]:
    how = use_case.evaluate
    areas = auc.compare(label, (model, baseline), cluster, how["bootstrap_samples"], how["confidence"], how["seed"])
    brier, baseline_brier = metrics.brier(label, model), metrics.brier(label, baseline)
    loss, baseline_loss = metrics.log_loss(label, model), metrics.log_loss(label, baseline)
    return {
        "rows": len(label),
        "positive_rate": label.mean(),
        **dict(zip(("auc", "baseline_auc", "auc_over_baseline"), map(asdict, areas), strict=True)),
        "log_loss": loss,
        "baseline_log_loss": baseline_loss,
        "log_loss_skill": 1 - loss / baseline_loss,
        "brier": brier,
        "baseline_brier": baseline_brier,
        "brier_skill": 1 - brier / baseline_brier,
    }


def _clusters(time: pd.Series, resample: str) -> NDArray[np.int64]:
    if resample == "row":
        return np.arange(len(time))
    period = time.dt.to_period({"hour": "h", "day": "D", "week": "W"}[resample])
    return np.asarray(pd.factorize(period)[0], dtype=np.int64)


def _importance(model: xgboost.Booster, names: list[str]) -> pd.DataFrame:
    """Return each feature's share of the gain of all splits, largest first; a feature never used has 0."""
    gains: dict[str, Any] = model.get_score(importance_type="total_gain")
    table = pd.DataFrame({"feature": names, "total_gain": [float(gains.get(f"f{i}", 0)) for i in range(len(names))]})
    table["share_of_gain"] = table["total_gain"] / max(table["total_gain"].sum(), 1e-300)
    return table.sort_values(["total_gain", "feature"], ascending=[False, True], ignore_index=True)
