"""The job scripts on a use case they have never seen: a folder beside `steps` is all it takes."""

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

USE_CASE = """
name: pump_failures
description: Will a pump fail within a day?
problem: binary_classification
data:
  raw: {pumps: [id, at, load, site, failed]}
  record:
    - {name: at, type: time, required: true}
    - {name: load, type: number}
    - {name: site, type: text}
  label: failed
  time: at
  features: [{name: load, type: number}, {name: site, type: category}]
split: {train_until: 2024-02-01, validation_until: 2024-02-15, test_until: 2024-03-01}
train: {hyperparameters: {objective: "binary:logistic", num_round: 20, max_depth: 3}}
evaluate: {baseline: {group_by: [site]}, slices: [site], bootstrap_samples: 100}
gate: [{metric: auc.value, at_least: 0.6}]
"""
TRANSFORMATIONS = """
def records(tables):
    return tables["pumps"].rename(record_id="id")

def features(record):
    return {name: record[name] for name in ["load", "site"]}
"""


def pumps(rows: int = 2000) -> pd.DataFrame:
    random = np.random.default_rng(0)
    load, site = random.random(rows), random.choice(["north", "south", "east"], rows)
    failed = (random.random(rows) < 0.8 * load**2 + 0.1 * (site == "north")).astype("float64")
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.random(rows) * 70, unit="D").round("s")
    table = pd.DataFrame({"id": range(rows), "at": at, "load": load, "site": site, "failed": failed})
    table.loc[::50, "load"] = None
    table.loc[7::50, "failed"] = None
    return table


@pytest.fixture
def use_case(tmp_path: Path) -> Path:
    folder = tmp_path / "pump_failures"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "use_case.yaml").write_text(USE_CASE)
    (folder / "transformations.py").write_text(TRANSFORMATIONS)
    return folder


def start(make_jobs: Any, use_case: Path, table: pd.DataFrame) -> Any:
    raw = use_case.parent / "raw"
    raw.mkdir()
    table.to_parquet(raw / "pumps.parquet", index=False)
    jobs = make_jobs(use_case)
    jobs.give("prepare", "raw", raw)
    return jobs


def test_a_use_case_nobody_has_seen_goes_from_raw_data_to_a_package(make_jobs: Any, use_case: Path) -> None:
    table = pumps()
    jobs = start(make_jobs, use_case, table)
    done = jobs.run("prepare")
    assert done.returncode == 0, done.stderr
    report = json.loads((jobs.output("prepare", "report") / "preparation.json").read_text())
    assert sum(split["records"] for split in report["splits"].values()) == len(table)
    assert sum(split["left_out"].get("no failed", 0) for split in report["splits"].values()) == 40
    serving = pd.read_parquet(jobs.output("prepare", "serving"))
    assert list(serving.columns) == ["at", "load", "site", "record_id", "failed"]
    jobs.train({"objective": "binary:logistic", "num_round": 5, "max_depth": 3})
    done = jobs.run("evaluate")
    assert done.returncode == 0, done.stderr
    evaluation = json.loads((jobs.output("evaluate", "evaluation") / "evaluation.json").read_text())
    assert evaluation["auc_over_baseline"]["lower"] > 0
    assert set(evaluation["slices"]["site"]) == {"north", "south", "east"}
    package = jobs.output("evaluate", "package")
    assert sorted(path.name for path in package.iterdir()) == ["model.tar.gz", "sample.tar.gz"]
    with tarfile.open(package / "sample.tar.gz") as archive:
        (member,) = archive.getmembers()
        file = archive.extractfile(member)
        assert file
        sample = json.load(file)
    test = pd.read_parquet(jobs.output("prepare", "test") / "test.parquet").iloc[0]
    assert (member.name, list(sample)) == ("sample.json", ["at", "load", "site"])
    assert pd.Timestamp(sample["at"]) == test["field_at"]
    assert (sample["load"], sample["site"]) == (test["field_load"], test["field_site"])


WRONG = {
    "no file": (lambda raw: (raw / "pumps.parquet").unlink(), ["raw/pumps.parquet", "no such file", "holds nothing"]),
    "not parquet": (
        lambda raw: (raw / "pumps.parquet").write_text("id,at\n"),
        ["pumps.parquet", "is not a Parquet file"],
    ),
    "no column": (
        lambda raw: pumps().drop(columns="load").to_parquet(raw / "pumps.parquet"),
        ["pumps.parquet", "'load' is missing", "id, at, site, failed"],
    ),
    "no rows": (
        lambda raw: pumps().head(0).to_parquet(raw / "pumps.parquet"),
        ["the train split has no records"],
    ),
    "too late": (
        lambda raw: (
            pumps().assign(at=lambda table: table["at"] + pd.Timedelta(days=365)).to_parquet(raw / "pumps.parquet")
        ),
        ["the train split has no records", "run from 2024-12-31", "Correct split in use_case.yaml"],
    ),
    "one outcome": (
        lambda raw: pumps().assign(failed=0.0).to_parquet(raw / "pumps.parquet"),
        ["the train split has records of one outcome only"],
    ),
    "odd label": (
        lambda raw: pumps().assign(failed=2.0).to_parquet(raw / "pumps.parquet"),
        ["the label 'failed' must be 1, 0 or missing; found 2.0"],
    ),
    "odd type": (
        lambda raw: pumps().assign(load="much").to_parquet(raw / "pumps.parquet"),
        ["the field load is string", "data.record says number", "Cast it in records()"],
    ),
    "twice": (
        lambda raw: pumps().assign(id=1).to_parquet(raw / "pumps.parquet"),
        ["record_id '1' is not unique"],
    ),
}


@pytest.mark.parametrize("change, expected", WRONG.values(), ids=WRONG)
def test_odd_raw_data_fails_with_a_reason_and_no_output(
    change: Any, expected: list[str], make_jobs: Any, use_case: Path
) -> None:
    jobs = start(make_jobs, use_case, pumps())
    change(use_case.parent / "raw")
    done = jobs.run("prepare")
    assert done.returncode == 1
    for text in expected:
        assert text in jobs.message("prepare")
    assert "Traceback" not in done.stderr
    assert not [path for path in jobs.root.rglob("output/*/*") if path.is_file()]


def test_a_defect_of_the_use_case_is_named_and_its_traceback_is_in_the_log(make_jobs: Any, use_case: Path) -> None:
    (use_case / "transformations.py").write_text(TRANSFORMATIONS.replace('tables["pumps"]', 'tables["pump"]'))
    jobs = start(make_jobs, use_case, pumps())
    done = jobs.run("prepare")
    assert done.returncode == 1
    assert jobs.message("prepare") == "prepare: KeyError: 'pump'"
    assert "transformations.py" in done.stderr


def test_features_that_the_module_does_not_give_are_named(make_jobs: Any, use_case: Path) -> None:
    (use_case / "transformations.py").write_text(TRANSFORMATIONS.replace('["load", "site"]', '["load"]'))
    jobs = start(make_jobs, use_case, pumps())
    jobs.run("prepare")
    assert "features() of the use case does not give site" in jobs.message("prepare")


def test_a_model_from_another_run_is_refused(make_jobs: Any, use_case: Path) -> None:
    jobs = start(make_jobs, use_case, pumps())
    jobs.run("prepare")
    train = jobs.output("prepare", "train") / "train.csv"
    train.write_text("".join(f"{line},1\n" for line in train.read_text().splitlines()))
    validation = jobs.output("prepare", "validation") / "validation.csv"
    validation.write_text("".join(f"{line},1\n" for line in validation.read_text().splitlines()))
    jobs.train({"objective": "binary:logistic", "num_round": 2})
    assert jobs.run("evaluate").returncode == 1
    assert "has 3 features, features.json has 2" in jobs.message("evaluate")
    assert not (jobs.output("evaluate", "evaluation") / "evaluation.json").exists()


@pytest.mark.parametrize("content", [b"", b"not an archive"])
def test_a_broken_model_archive_is_named(content: bytes, make_jobs: Any, use_case: Path) -> None:
    jobs = start(make_jobs, use_case, pumps())
    jobs.run("prepare")
    jobs.train({"objective": "binary:logistic", "num_round": 2})
    (jobs.input("evaluate", "model") / "model.tar.gz").write_bytes(content)
    assert jobs.run("evaluate").returncode == 1
    assert "model.tar.gz: is no archive of a model" in jobs.message("evaluate")


def test_the_exit_message_fits_what_aws_shows(make_jobs: Any, use_case: Path) -> None:
    (use_case / "transformations.py").write_text("def records(tables):\n    raise ValueError('ü' * 5000)\n")
    jobs = start(make_jobs, use_case, pumps())
    jobs.run("prepare")
    message = (jobs.root / "prepare" / "output" / "message").read_bytes()
    assert 1000 < len(message) <= 1024
    assert message.decode().startswith("prepare: ValueError: ü")


def test_a_run_that_succeeds_takes_away_what_a_failed_one_said(make_jobs: Any, use_case: Path) -> None:
    jobs = start(make_jobs, use_case, pumps().head(0))
    assert jobs.run("prepare").returncode == 1
    pumps().to_parquet(use_case.parent / "raw" / "pumps.parquet")
    done = jobs.run("prepare")
    assert done.returncode == 0, done.stderr
    assert not (jobs.root / "prepare" / "output" / "message").exists()
    assert "'label_mean': 0." in done.stdout


def test_an_unknown_use_case_is_named(make_jobs: Any, use_case: Path) -> None:
    jobs = make_jobs(use_case)
    (jobs.root / "prepare").mkdir()
    other = type(jobs)(jobs.root, jobs.asset, "pump_failure")
    assert other.run("prepare").returncode == 1
    assert "There is no use case 'pump_failure'" in jobs.message("prepare")
