"""Every problem from raw data to an evaluated package, its card, its gate, and a second model against the first."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, mean_absolute_error, roc_auc_score

from config import UseCase
from config.use_case.metrics import PRIMARY, gate_metrics
from ops.fit import Evaluation, Records
from ops.new_use_case.defaults import LEAST_GAIN
from ops.use_case_notebook import notebook
from pipelines_src.steps import archives
from release.smoke import no_prediction
from tests.unit.evaluation_kit import KINDS, Run, pumps, trained

PROBLEMS = list(KINDS)
WITHOUT_VALUE = {"clustering": {"adjusted_rand"}}  # there is no label to agree with


@pytest.fixture(scope="module", params=PROBLEMS)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = trained(tmp_path_factory.mktemp(request.param) / "first", request.param)
    done = run.evaluate()
    assert done.returncode == 0, done.stderr
    return run


def problem_of(run: Run) -> Any:
    return run.use_case["problem"]


def value(evaluation: dict[str, Any], path: str) -> Any:
    found: Any = evaluation
    for name in path.split("."):
        found = found[name]
    return found


def test_evaluation_has_every_figure_that_a_gate_may_ask_for(run: Run) -> None:
    evaluation = run.output("evaluation.json")
    empty = {path for path in gate_metrics(problem_of(run)) if value(evaluation, path) is None}
    assert empty == WITHOUT_VALUE.get(problem_of(run), set())


def test_the_model_is_good_and_passes_its_gate(run: Run) -> None:
    evaluation = run.output("evaluation.json")
    primary = evaluation[PRIMARY[problem_of(run)]]
    assert primary["lower"] <= primary["value"] <= primary["upper"]
    assert evaluation["gate"]["result"] == "passed"
    assert (evaluation["incumbent"], evaluation["champion"]) == ("baseline", "none")


def test_slices_are_judged_named_and_the_small_one_is_counted(run: Run) -> None:
    evaluation = run.output("evaluation.json")
    assert set(evaluation["slices"]["site"]) == {"north", "south"}
    assert set(evaluation["slices_not_judged"]["site"]) == {"east"}
    ranked = next(name for name in evaluation if name.startswith("worst_slice_"))
    figure = ranked.removeprefix("worst_slice_")
    assert evaluation[ranked] == min(one[figure] for one in evaluation["slices"]["site"].values())
    assert evaluation["slices"]["site"][evaluation["worst_slice"]["value"]][figure] == evaluation[ranked]


def test_the_registry_gets_statistics_of_model_quality(run: Run) -> None:
    section = {"clustering": "clustering_metrics", "regression": "regression_metrics"}
    quality = run.output("model_quality.json")
    statistics = quality[section.get(problem_of(run), f"{problem_of(run)}_metrics")]
    rows = run.output("evaluation.json")["rows"]
    assert quality["dataset"]["item_count"] == rows
    for name, one in statistics.items():
        if name == "confusion_matrix":
            assert sum(sum(cells.values()) for cells in one.values()) == rows
        elif "curve" not in name:
            assert isinstance(one["value"], float | int), name


def test_the_notebooks_cells_draw_what_preparation_and_evaluation_left(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib.pyplot as plt

    document = json.loads(notebook(UseCase.model_validate(run.use_case)))
    cells = ["".join(cell["source"]) for cell in document["cells"] if cell["cell_type"] == "code"]
    drawing = [cell for cell in cells if "axes" in cell or "figure, " in cell]
    names: dict[str, Any] = {
        "pd": pd,
        "plt": plt,
        "prepared": Records(run.folder("prepare", "output", "test").parent, ""),
        "evaluation": (evaluation := Evaluation(run.folder("evaluate", "output", "evaluation"))),
        "figures": evaluation.figures,
    }
    for cell in drawing:
        if "learning_curve" not in cell:
            exec(cell, names)  # noqa: S102 - the notebook's own cells
            assert plt.get_fignums(), cell
            plt.close("all")  # as Jupyter does after a cell


def test_the_card_is_whole_and_shows_what_it_says(run: Run) -> None:
    card = run.output("model_card.json")
    page = (run.folder("evaluate", "output", "evaluation") / "model_card.html").read_text()
    assert card["description"] in page
    assert all(text.split(",")[0][:40].replace("'", "&#39;") in page for text in card["limits"])
    assert page.count("<svg") >= 2
    assert set(card["data"]["splits"]) == {"train", "validation", "test", "serving"}


def test_the_package_answers_for_its_problem(run: Run, tmp_path: Path) -> None:
    # Sent through the package's own code, as the champion of the next run is.
    again = Run(run.root, run.use_case)
    evaluation = run.output("evaluation.json")
    done = again.evaluate(champion=run.package)
    try:
        assert done.returncode == 0, done.stderr
        second = again.output("evaluation.json")
    finally:
        (run.folder("evaluate", "input", "champion") / "model.tar.gz").unlink()
    assert second["incumbent"] == "champion"
    assert (second["champion"], second["rows_known_to_champion"]) == ("s3://c", 0)
    over = next(name for name in second if name.endswith("over_incumbent"))
    # A model is no better and no worse than itself, in every resample.
    assert [second[over][part] for part in ("value", "lower", "upper")] == pytest.approx([0, 0, 0], abs=1e-6)
    assert evaluation[PRIMARY[problem_of(run)]]["value"] == second[PRIMARY[problem_of(run)]]["value"]
    assert second["gate"]["result"] == "passed" if problem_of(run) == "clustering" else "failed"


# Asks a package as its endpoint would be asked.
ANSWER = """
import sys
sys.path.insert(0, sys.argv[1] + "/code")
import serve
body, kind = serve.transform_fn(serve.model_fn(sys.argv[1]), sys.stdin.read(), "application/json", "application/json")
print(body)
"""


def test_the_package_answers_its_sample_record_with_a_prediction(run: Run, tmp_path: Path) -> None:
    with tarfile.open(run.package) as archive:
        archives.extract(archive, tmp_path)
    with tarfile.open(run.package.with_name("sample.tar.gz")) as archive:
        sample = archive.extractfile("sample.json")
        assert sample
        record = sample.read()
    command = [sys.executable, "-I", "-c", ANSWER, str(tmp_path)]
    done = subprocess.run(command, input=record, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert no_prediction(done.stdout, "application/json") is None, done.stdout
    assert len(json.loads(done.stdout)["predictions"]) == 1


def test_figures_are_scikit_learns_on_the_same_rows(run: Run) -> None:
    evaluation = run.output("evaluation.json")
    rows = pd.read_csv(run.folder("evaluate", "output", "evaluation") / "predictions.csv")
    assert len(rows) == evaluation["rows"] < 1000
    if problem_of(run) == "binary_classification":
        assert evaluation["auc"]["value"] == pytest.approx(roc_auc_score(rows["label"], rows["model"]))
    elif problem_of(run) == "multiclass_classification":
        assert evaluation["accuracy"]["value"] == pytest.approx(accuracy_score(rows["label"], rows["model"]))
    elif problem_of(run) == "regression":
        assert evaluation["mae"]["value"] == pytest.approx(mean_absolute_error(rows["label"], rows["model"]))
    else:
        assert evaluation["clusters_used"] == rows["cluster"].nunique() == 4


def test_a_failed_gate_says_which_condition_by_how_much(tmp_path: Path) -> None:
    gate = [
        {"metric": "r2.value", "at_least": 0.1},
        {"metric": "mae.value", "at_most": 0.5},
        {"metric": "worst_slice_mae_skill", "at_least": 0.1},
    ]
    run = trained(tmp_path / "run", "regression", gate=gate, evaluate={"slice_min_rows": 5000})
    done = run.evaluate()
    assert done.returncode == 0, done.stderr
    found = run.output("evaluation.json")
    assert found["gate"]["result"] == "failed"
    assert [one["passed"] for one in found["gate"]["conditions"]] == [True, False, False]
    error = found["mae"]["value"]
    assert f"mae.value must be at most 0.5 and is {error:.4g}, {error - 0.5:.4g} too much" in found["gate"]["message"]
    assert "worst_slice_mae_skill must be at least 0.1 and has no value" in found["gate"]["message"]
    assert "r2" not in found["gate"]["message"]


def test_a_champion_with_other_fields_and_another_encoder_is_asked_about_the_same_records(tmp_path: Path) -> None:
    data = {
        "record": [{"name": "at", "type": "time"}, {"name": "age", "type": "number"}],
        "features": [{"name": "age", "type": "number"}],
    }
    first = trained(tmp_path / "first", "binary_classification", data=data, evaluate={"slices": []})
    assert first.evaluate().returncode == 0
    second = trained(tmp_path / "second", "binary_classification")
    done = second.evaluate(champion=first.package)
    assert done.returncode == 0, done.stderr
    # The same split of the same records: the champion's area here is what its own evaluation found.
    then, now = first.output("evaluation.json"), second.output("evaluation.json")
    assert now["rows"] == then["rows"]
    assert now["incumbent_auc"]["value"] == pytest.approx(then["auc"]["value"], abs=1e-6)
    assert now["auc_over_incumbent"]["lower"] > 0
    champion = pd.read_csv(second.folder("evaluate", "output", "evaluation") / "roc.csv")["forecast"]
    assert set(champion) == {"model", "baseline", "champion"}


def test_a_champion_that_cannot_score_the_records_stops_the_run_with_a_remedy(tmp_path: Path) -> None:
    data = {
        "record": [{"name": "at", "type": "time"}, {"name": "load", "type": "number", "required": True}],
        "features": [{"name": "load", "type": "number"}],
    }
    whole = pumps().assign(load=lambda table: table["load"].fillna(0.5))
    first = trained(tmp_path / "first", "regression", raw=whole, data=data, evaluate={"slices": []})
    assert first.evaluate().returncode == 0
    second = trained(tmp_path / "second", "regression")
    assert second.evaluate(champion=first.package).returncode == 1
    assert "load: is missing" in second.message("evaluate")
    assert "--no-champion" in second.message("evaluate")
    assert not (second.folder("evaluate", "output", "evaluation") / "evaluation.json").exists()


def test_a_champion_of_another_problem_is_refused(tmp_path: Path) -> None:
    first, second = trained(tmp_path / "a", "regression"), trained(tmp_path / "b", "binary_classification")
    assert first.evaluate().returncode == 0
    assert second.evaluate(champion=first.package).returncode == 1
    assert "the champion's answers have no 'probability'" in second.message("evaluate")


def test_declared_costs_give_a_threshold_that_the_package_decides_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    costs = {"costs": {"false_positive": 1, "false_negative": 9}}
    run = trained(tmp_path / "run", "binary_classification", evaluate=costs)
    assert run.evaluate().returncode == 0
    found = run.output("evaluation.json")
    assert found["threshold"]["of_calibrated_probabilities"] == pytest.approx(0.1)
    assert 0.01 < found["threshold"]["value"] < 0.4
    assert found["expected_cost_skill"]["lower"] > 0
    registered = run.output("model_quality.json")["binary_classification_metrics"]["confusion_matrix"]
    assert registered["1"] == {"0": found["threshold"]["false_negatives"], "1": found["threshold"]["true_positives"]}
    with tarfile.open(run.package) as archive:
        inside = json.load(archive.extractfile("decision.json") or io.BytesIO())
        archives.extract(archive, tmp_path / "package")
    assert inside == {"threshold": found["threshold"]["value"]}
    for name in [name for name in sys.modules if name.split(".")[0] == "pipelines_src"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(tmp_path / "package" / "code"))
    import serve  # type: ignore[import-not-found] # of the package

    model = serve.model_fn(str(tmp_path / "package"))
    records = [{"at": "2024-01-01T00:00:00", "load": load, "age": 10} for load in (0.01, 0.99)]
    body, _ = serve.transform_fn(model, json.dumps({"instances": records}), "application/json", "application/json")
    low, high = json.loads(body)["predictions"]
    assert (low["decision"], high["decision"]) == (False, True)
    body, _ = serve.transform_fn(model, json.dumps(records[1]), "application/json", "text/csv")
    assert body.endswith(",true\n")


def test_records_without_a_time_are_judged_row_by_row(tmp_path: Path) -> None:
    run = trained(tmp_path / "run", "regression", data={"time": None}, evaluate={"resample": "row"})
    done = run.evaluate()
    assert done.returncode == 0, done.stderr
    found = run.output("evaluation.json")
    assert (found["first"], found["last"]) == (None, None)
    assert any("bear no time" in text for text in run.output("model_card.json")["limits"])


def test_groups_pass_the_gate_of_a_draft_and_noise_does_not(tmp_path: Path) -> None:
    gate = [{"metric": "variance_explained_over_noise", "at_least": LEAST_GAIN}]
    for name, passes in (("noise", False), ("groups", True)):
        raw = pumps()  # load and age are uniform
        if passes:
            raw["load"] += 4.0 * (raw.index % 2)
            raw["age"] += 80.0 * (raw.index // 2 % 2)
        run = trained(tmp_path / name, "clustering", raw, gate=gate)
        done = run.evaluate()
        assert done.returncode == 0, done.stderr
        evaluation = run.output("evaluation.json")
        assert evaluation["gate"]["result"] == ("passed" if passes else "failed"), evaluation["gate"]
        gained = evaluation["variance_explained"]["value"] - evaluation["noise_variance_explained"]
        assert evaluation["variance_explained_over_noise"] == pytest.approx(gained)
