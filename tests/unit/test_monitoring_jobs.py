"""The steps of the monitor as jobs: captures of a real model, on one machine and on several, with all four monitors."""

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipelines_src.steps import archives
from pipelines_src.steps.folders import Folders
from pipelines_src.steps.monitoring import explained
from pipelines_src.steps.monitoring.request import Request
from pipelines_src.steps.scoring import Scorer
from tests.unit import monitoring_kit as kit
from tests.unit.evaluation_kit import Run, trained

ROWS = 1200
REQUEST = {
    "endpoint": "dev-pumps",
    "facets": [{"name": "site", "values": ["south"]}, {"name": "age", "at_least": 10}],
}


@pytest.fixture(scope="module", params=["binary_classification", "multiclass_classification", "regression"])
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Run:
    run = trained(tmp_path_factory.mktemp(request.param) / "first", request.param)
    done = run.evaluate()
    assert done.returncode == 0, done.stderr
    capture(run)
    return run


def capture(run: Run) -> None:
    """Have the model asked: the champion about pumps as they were, the challenger about heavily loaded ones."""
    package = run.root / "unpacked"
    archives.unpack(run.package, package)
    scorer, table = Scorer.load(package), run.raw.iloc[:ROWS]
    label = run.use_case["data"]["label"]
    for variant in ("champion", "challenger"):
        lines = []
        for number, row in enumerate(table.to_dict("records")):
            record = {name: row[name] for name in ("load", "age", "site")} | {"at": row["at"].isoformat()}
            record = {name: None if pd.isna(value) else value for name, value in record.items()}
            if variant == "challenger" and record["load"] is not None:
                record["load"] = 0.7 + 0.3 * record["load"]
            answer = scorer.respond(json.dumps(record), "application/json", "application/json")
            assert isinstance(answer, tuple)
            name = f"{variant}-{number}"
            lines.append(kit.line(json.dumps(record), event=f"e-{name}", answer=answer[0], inference=name))
        for part in range(4):
            kit.write(run.root / "captures", lines[part::4], variant, f"{part}.jsonl")
    truth = run.root / "truth" / kit.HOUR / "t.jsonl"
    truth.parent.mkdir(parents=True)
    with truth.open("w") as file:
        for variant in ("champion", "challenger"):
            for number, row in enumerate(table.to_dict("records")):
                about = {"eventId": f"{variant}-{number}"}
                value = row[label] if run.use_case["problem"] != "binary_classification" else int(row[label])
                data = {"data": str(value), "encoding": "CSV"}
                file.write(json.dumps({"groundTruthData": data, "eventMetadata": about, "eventVersion": "0"}) + "\n")


def connect(run: Run, job: str, **given: Path) -> None:
    """Give a job its inputs."""
    folder = run.root / job / "processing" / "input"
    shutil.rmtree(run.root / job, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in given.items():
        (folder / name).symlink_to(path)
    (folder / "request").mkdir()
    (folder / "request" / "request.json").write_text(json.dumps(REQUEST))


def inputs(run: Run) -> dict[str, Path]:
    return {
        "baseline": run.folder("prepare", "output", "baseline"),
        "reference": run.folder("prepare", "output", "test"),
        "quality": run.folder("evaluate", "output", "evaluation"),
        "model": run.folder("evaluate", "output", "package"),
        "ground_truth": run.root / "truth",
    }


@pytest.fixture(scope="module")
def alone(run: Run) -> Path:
    """What one machine leaves."""
    connect(run, "monitor", captures=run.root / "captures", **inputs(run))
    done = run.job("monitor")
    assert done.returncode == 0, done.stderr
    return run.folder("monitor", "output", "monitoring")


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def test_one_machine_says_what_has_changed_and_what_has_not(alone: Path) -> None:
    found = alone
    report = read(found / "report.json")
    assert {name: one["records"] for name, one in report["variants"].items()} == {"challenger": ROWS, "champion": ROWS}
    assert report["variants"]["champion"]["violations"] == 0
    [drift] = read(found / "challenger" / "data_quality" / "constraint_violations.json")["violations"]
    assert (drift["feature_name"], drift["constraint_check_type"]) == ("load", "baseline_drift_check")
    for variant in ("champion", "challenger"):
        statistics = read(found / variant / "model_quality" / "statistics.json")
        assert statistics["dataset"]["item_count"] == ROWS
        metrics = read(found / variant / "metrics.json")
        assert all(set(one) <= {"name", "value", "unit", "feature"} for one in metrics)
        named = {one["name"]: one["value"] for one in metrics if "feature" not in one}
        assert named["captured_records"] == named["labelled_predictions"] == ROWS
        assert 0 < named["explanation_ndcg"] <= 1
    lost = read(found / "challenger" / "model_quality" / "constraint_violations.json")["violations"]
    assert lost, "the labels are those of lighter loads"


def test_bias_is_measured_where_an_event_is_predicted(run: Run, alone: Path) -> None:
    found = alone / "champion" / "bias"
    if run.use_case["problem"] != "binary_classification":
        assert not found.exists()
        return
    analysis = read(found / "analysis.json")
    facets = analysis["post_training_bias_metrics"]["facets"]
    [south] = facets["site"]
    measures = {one["name"]: one["value"] for one in south["metrics"]}
    table = run.raw.iloc[:ROWS]
    sites, failed = table["site"], table["failed"]
    pre = {one["name"]: one["value"] for one in analysis["pre_training_bias_metrics"]["facets"]["site"][0]["metrics"]}
    assert pre["DPL"] == pytest.approx(failed[sites != "south"].mean() - failed[sites == "south"].mean())
    south, others = decisions(run.root / "captures" / "champion")
    assert measures["DPPL"] == pytest.approx(np.mean(others) - np.mean(south))
    assert facets["age"][0]["value_or_threshold"] == "10"


def test_bias_is_judged_by_the_days_of_the_test_data(run: Run, alone: Path) -> None:
    if run.use_case["problem"] != "binary_classification":
        return
    reference = explained.reference("champion", Folders(run.root / "monitor"), Request.of(REQUEST).facets)
    assert reference is not None
    assert reference.period is not None
    test = pd.read_parquet(run.folder("prepare", "output", "test") / "test.parquet")
    assert reference.period.tolist() == pd.factorize(test["time"].dt.date)[0].tolist()
    found = read(alone / "report.json")["variants"]["champion"]["monitors"]["bias"]["site=south"]["DPPL"]
    by_records = [np.std(some) / math.sqrt(len(some)) for some in decisions(run.root / "captures" / "champion")]
    assert (found["upper"] - found["lower"]) / 2 / 1.96 > 1.2 * math.hypot(*by_records)


def decisions(captures: Path) -> tuple[list[bool], list[bool]]:
    """What captures say of the event, of records of the south and of all others whose site is known."""
    found: dict[bool, list[bool]] = {True: [], False: []}
    for path in captures.rglob("*.jsonl"):
        for line in path.read_text().splitlines():
            data = json.loads(line)["captureData"]
            site = json.loads(data["endpointInput"]["data"])["site"]
            [answer] = json.loads(data["endpointOutput"]["data"])["predictions"]
            if site is not None:
                found[site == "south"].append(answer.get("decision", answer["probability"] >= 0.5))
    return found[True], found[False]


def test_several_machines_say_what_one_says(run: Run, alone: Path) -> None:
    sketches = run.root / "sketches"
    shutil.rmtree(sketches, ignore_errors=True)
    sketches.mkdir()
    for part in range(4):
        share = run.root / f"share{part}"
        shutil.rmtree(share, ignore_errors=True)
        for variant in ("champion", "challenger"):
            folder = share / variant / kit.HOUR
            folder.mkdir(parents=True)
            shutil.copy(run.root / "captures" / variant / kit.HOUR / f"{part}.jsonl", folder)
        connect(run, "monitor_sketch", captures=share, baseline=inputs(run)["baseline"])
        config = run.root / "monitor_sketch" / "config"
        config.mkdir()
        hosts = [f"algo-{number + 1}" for number in range(4)]
        (config / "resourceconfig.json").write_text(json.dumps({"current_host": hosts[part], "hosts": hosts}))
        done = run.job("monitor_sketch")
        assert done.returncode == 0, done.stderr
        for path in run.folder("monitor_sketch", "output", "sketches").iterdir():
            shutil.copy(path, sketches)
    connect(run, "monitor_merge", sketches=sketches, **inputs(run))
    done = run.job("monitor_merge")
    assert done.returncode == 0, done.stderr
    together = run.folder("monitor_merge", "output", "monitoring")
    for variant in ("champion", "challenger"):
        one, several = (pd.DataFrame(read(place / variant / "metrics.json")) for place in (alone, together))
        assert one[["name", "feature"]].equals(several[["name", "feature"]])
        # So few numbers fit into the sketches, so nothing is rounded but sums.
        assert np.allclose(one["value"], several["value"], rtol=1e-9)
    assert read(alone / "report.json")["variants"].keys() == read(together / "report.json")["variants"].keys()
