"""Evaluate: the trained model on the test split, against baseline and champion; its card; and the package to deploy."""

import os
from dataclasses import asdict

import pandas as pd

from . import archives, features_file, files, models, package
from .evaluation import card, gate, inputs, model_quality, overlap, sample, threshold, trained
from .evaluation.binary import Binary
from .evaluation.bootstrap import Resampling
from .evaluation.clustering import Clustering
from .evaluation.importance import importance
from .evaluation.judged import Document, Judge, Judged
from .evaluation.multiclass import Multiclass
from .evaluation.regression import Regression
from .evaluation.slices import slices
from .evaluation.threshold import Costs
from .folders import Folders
from .models import Model
from .outcomes.numbers import EVEN
from .scoring import DECISION_FILE
from .use_case import UseCase, settings

OUTPUTS = ("evaluation", "package")
PREDICTIONS = 1000  # rows of predictions.csv
CHAMPION_VARIABLE = "ML_LOOP_CHAMPION"  # where the input `champion` comes from, for people


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the inputs model, test, validation, features, report and champion; write evaluation and package."""
    learnt = features_file.read(folders.input("features"))
    names = features_file.model_columns(learnt)
    content = models.read_archive(folders.input("model") / "model.tar.gz", use_case)
    model = models.load(content, len(names), use_case)
    judged = inputs.judged(use_case, names, model, folders)
    decides = _threshold(use_case, model, folders)
    report = files.read_json(folders.input("report") / overlap.REPORT)
    judge = _judge(use_case, judged, decides, report)
    important = importance(model, judged)
    evaluation = _evaluation(use_case, report, judged, judge, important)
    found = {"tuning": trained.tuning(use_case, os.environ), "model": trained.rounds(model)}
    described = card.document(use_case, learnt, report, evaluation, found)
    files.write_json(folders.output("evaluation") / "model_quality.json", _quality(use_case, judge, judged.time))
    _write(use_case, folders, evaluation, described, {**judge.tables(), "importance.csv": important}, judge)
    if use_case.evaluate["costs"] is not None:
        content[DECISION_FILE] = files.json_text({"threshold": decides}).encode()
    content[overlap.REPORT] = files.json_text(report).encode()
    folder = folders.output("package")
    archives.write(folder / sample.ARCHIVE, {sample.FILE: sample.record(use_case, folders)})
    package.write(folder / "model.tar.gz", content, folders.input("features"), settings(use_case.name))


def _threshold(use_case: UseCase, model: Model, folders: Folders) -> float:
    """Return the probability of least cost on the validation split; of no meaning but for an event."""
    costs = Costs.of(use_case.evaluate["costs"])
    if use_case.problem != "binary_classification":
        return costs.theory
    label, matrix = inputs.validation(folders)
    return threshold.least_cost(label, models.predict(model, matrix), costs)


def _judge(use_case: UseCase, judged: Judged, decides: float, report: Document) -> Judge:
    if use_case.problem == "binary_classification":
        declared = use_case.evaluate["costs"]
        # Without costs the package has no threshold, and answers no decision.
        return Binary(judged, decides, Costs.of(declared), decides if declared is not None else EVEN)
    if use_case.problem == "multiclass_classification":
        return Multiclass(judged, use_case.data["classes"])
    if use_case.problem == "regression":
        return Regression(judged)
    trained = report["splits"]["train"]["used"]
    return Clustering(judged, use_case.evaluate["seed"], trained=trained, clusters=use_case.train.get("k"))


def _evaluation(use_case: UseCase, report: Document, judged: Judged, judge: Judge, important: pd.DataFrame) -> Document:
    how = use_case.evaluate
    intervals = Resampling.of(how, judged.time).intervals(judge.figures, judge.chances())
    evaluation: Document = {
        "use_case": use_case.name,
        "problem": use_case.problem,
        "rows": len(judged.label),
        "first": None if judged.time.isna().all() else str(judged.time.min()),
        "last": None if judged.time.isna().all() else str(judged.time.max()),
        **{name: asdict(interval) for name, interval in intervals.items()},
        **judge.single(),
        "incumbent": "baseline" if judged.champion is None else "champion",
        "champion": "none" if judged.champion is None else os.environ.get(CHAMPION_VARIABLE, "unknown"),
        "rows_known_to_champion": None
        if judged.champion is None
        else overlap.seen(judged.champion_report, report, judged.time, stratified=use_case.stratified),
        "resample": how["resample"],
        "bootstrap_samples": how["bootstrap_samples"],
        "feature_importance": dict(zip(important["feature"], important.iloc[:, -1], strict=True)),
        **slices(judged.slices, judge, how["slice_min_rows"]),
    }
    return evaluation | {"gate": gate.judge(use_case.gate, evaluation)}


def _quality(use_case: UseCase, judge: Judge, time: pd.Series) -> Document:
    """Return what the monitor compares later figures with; by how much they vary between periods, if that is asked."""
    if use_case.evaluate["resample"] == "row":
        return judge.quality()
    return model_quality.varied(judge.quality(), Resampling.of(use_case.evaluate, time), judge.watched)


def _write(
    use_case: UseCase,
    folders: Folders,
    evaluation: Document,
    described: Document,
    tables: dict[str, pd.DataFrame],
    judge: Judge,
) -> None:
    folder = folders.output("evaluation")
    for name, table in tables.items():
        files.write_csv(folder / name, table)
    shown = judge.predictions()
    shown = shown.sample(min(PREDICTIONS, len(shown)), random_state=use_case.evaluate["seed"]).sort_index()
    files.write_csv(folder / "predictions.csv", shown)
    files.write_json(folder / "model_card.json", described)
    files.write_text(folder / "model_card.html", card.page(described, tables, shown))
    for name, value in evaluation.items():  # what a person finds in the job's log
        if isinstance(value, dict) and "confidence" in value:
            print(f"{name}: {value}", flush=True)
    print(f"gate {evaluation['gate']['result']}: {evaluation['gate']['message']}", flush=True)
    files.write_json(folder / "evaluation.json", evaluation)  # last: where it is, the rest is
