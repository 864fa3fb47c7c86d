"""Jobs that are killed while they write: what they leave is whole or not there, and run again they end as undisturbed.

What is left at each moment is looked at; each job dies in earnest at one of them, or at as many as
`ML_LOOP_KILLS=1000 pytest tests/unit/test_killed_jobs.py` says.
"""

import json
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
import yaml

from config import load_use_case
from local_cloud.sagemaker.images import xgboost_data
from local_cloud.sagemaker.images.channels import UserError
from pipelines_src.job_code import assembled
from pipelines_src.steps import archives
from tests.kills import Job, dies_and_rises, files, require_whole, watched
from tests.unit import outcomes_kit
from tests.unit.evaluation_kit import Run, settings, trained

Input = Path | Mapping[str, Any]  # a folder, or documents by their files' names


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = trained(
        tmp_path_factory.mktemp("killed") / "run", "binary_classification", evaluate={"bootstrap_samples": 100}
    )
    champion = made.folder("evaluate", "input", "champion")
    champion.mkdir()
    (champion / "0123abcd.zip").touch()
    return made


@pytest.fixture(scope="module")
def code(run: Run) -> Iterator[Path]:
    split = run.root / "pipelines_src/steps/batch/split.py"
    text = split.read_text()
    assert text.count("PART_BYTES = 64 * 2**20") == 1
    split.write_text(text.replace("PART_BYTES = 64 * 2**20", "PART_BYTES = 1000"))  # several parts of few records
    with assembled(load_use_case("pumps", run.root), run.root / "pipelines_src") as folder:
        yield folder


@pytest.fixture(scope="module")
def package(run: Run, code: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a champion's package."""
    folder = tmp_path_factory.mktemp("package")
    archives.write(
        folder / "model.tar.gz",
        {
            **files(run.folder("prepare", "output", "features")),
            "use_case.json": (code / "pipelines_src/pumps/use_case.json").read_bytes(),
            "xgboost-model": (run.folder("evaluate", "input", "model") / "xgboost-model").read_bytes(),
        },
    )
    return folder


def step(base: Path, name: str, code: Path, **inputs: Input) -> Job:
    """Return a step with inputs of its own; the others' are none of its business."""
    outputs = base / "processing" / "output"
    outputs.mkdir(parents=True)
    for place, content in inputs.items():
        folder = base / "processing" / "input" / place
        folder.parent.mkdir(exist_ok=True)
        if isinstance(content, Path):
            folder.symlink_to(content)
            continue
        folder.mkdir()
        for file, documents in content.items():
            lines = documents if isinstance(documents, list) else [documents]
            (folder / file).write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    return Job([str(code), name, "--use-case", "pumps"], {"ML_LOOP_BASE_DIR": str(base)}, outputs)


def test_the_preparation(run: Run, code: Path, tmp_path: Path) -> None:
    job = step(tmp_path, "prepare", code, raw=run.folder("prepare", "input", "raw"))
    dies_and_rises(job, ["train", "features", "baseline", "report"])


def test_the_evaluation(run: Run, code: Path, tmp_path: Path) -> None:
    inputs = {path.name: path for path in run.folder("evaluate", "input", "model").parent.iterdir()}
    dies_and_rises(step(tmp_path, "evaluate", code, **inputs), ["evaluation", "package"])


def test_a_warm_start(code: Path, package: Path, tmp_path: Path) -> None:
    dies_and_rises(step(tmp_path, "warm_start", code, model=package), ["warm_start", "checkpoints"])


def test_a_warm_start_of_a_script(run: Run, package: Path, tmp_path: Path) -> None:
    sources = tmp_path / "root/pipelines_src"
    sources.mkdir(parents=True)
    (sources / "steps").symlink_to(run.root / "pipelines_src/steps")
    (sources / "pumps").mkdir()
    script = settings("binary_classification", train={"algorithm": "script", "entry_point": "train.py"})
    (sources / "pumps/use_case.yaml").write_text(yaml.safe_dump(script))
    (sources / "pumps/train.py").touch()
    with assembled(load_use_case("pumps", tmp_path / "root"), sources) as code:
        dies_and_rises(step(tmp_path / "job", "warm_start", code, model=package), ["warm_start/model", "checkpoints"])


def test_a_batch(code: Path, package: Path, tmp_path: Path) -> None:
    names = ["a.jsonl", "day=1/b.jsonl", f"{'long' * 62}.json"[-249:]]
    asked = {"request.json": {"run": "r1", "files": [{"file": name} for name in names], "refused": []}}
    incoming = tmp_path / "incoming"
    for name in names:
        (incoming / name).parent.mkdir(parents=True, exist_ok=True)
        rows = [{"at": "2024-05-01T06:30:00", "load": 0.5, "age": number} for number in range(7)]
        (incoming / name).write_text("".join(f"{json.dumps(row)}\n" for row in [*rows, {"load": "much"}]))
    split = step(tmp_path / "split", "split_batch", code, request=asked, incoming=incoming, model=package)
    dies_and_rises(split, ["records", "unreadable", "split"])
    transformed = {}
    for part in sorted((split.outputs / "records").iterdir()):
        lines = [json.loads(line) for line in part.read_text().splitlines()]
        transformed[f"{part.name}.out"] = [{**line, "SageMakerOutput": {"probability": 0.5}} for line in lines]
    assert len(transformed) > 2
    # What comes back in another order is put together all the same.
    transformed["part-00000.jsonl.out"].append(transformed["part-00002.jsonl.out"].pop())
    done = {name: split.outputs / name for name in ("split", "unreadable")}
    collect = step(tmp_path / "collect", "collect_batch", code, request=asked, transformed=transformed, **done)
    dies_and_rises(collect, ["results", "errors", "report"])


def test_a_look_at_outcomes(code: Path, tmp_path: Path) -> None:
    asked = {"experiment": "e", "until": "2026-01-02T00:00:00Z", "metric": "log_loss", "assignment": "sticky"}
    strata = [{"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "share": 0.5}]
    captured, truths = outcomes_kit.drawn(30)
    exposed = [outcomes_kit.Exposed(one.id, f"a{at % 7}") for at, one in enumerate(captured)]
    outcomes_kit.write(tmp_path, captured, truths, random.Random(2), exposed)  # noqa: S311 - no secret
    request = {"request.json": asked | {"strata": strata, "variants": list(outcomes_kit.VARIANTS)}}
    names = {"captures": "captures", "ground_truth": "truth", "exposures": "exposures"}
    places = {name: tmp_path / folder for name, folder in names.items()}
    job = step(tmp_path / "job", "outcomes", code, request=request, **places)
    dies_and_rises(job, ["sums"])


def test_the_built_in_xgboost_trains_on_nothing_that_was_left_half_written(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("1,2\n0,3\n")
    assert xgboost_data.matrix(xgboost, tmp_path, "csv", weights=False).num_row() == 2
    (tmp_path / ".train-00001.csv.part").write_text("1,2\n0,")
    with pytest.raises(UserError, match="Hidden file found"):
        xgboost_data.matrix(xgboost, tmp_path, "csv", weights=False)


@pytest.mark.parametrize(
    ("algorithm", "hyperparameters"),
    [
        ("xgboost", {"num_round": "5", "objective": "binary:logistic"}),
        ("xgboost", {"num_round": "5", "objective": "binary:logistic", "save_model_on_termination": "true"}),
        ("kmeans", {"k": "3", "feature_dim": "4", "mini_batch_size": "100"}),
    ],
)
def test_a_built_in_training(algorithm: str, hyperparameters: dict[str, str], tmp_path: Path) -> None:
    """It has a container of its own each time, so there is nothing to run again in."""
    config, train, model = tmp_path / "input/config", tmp_path / "input/data/train", tmp_path / "model"
    for path in (config, train, model):
        path.mkdir(parents=True)
    rows = np.random.default_rng(0).normal(size=(300, 4)).round(4)
    rows[:, 0] = rows[:, 0] > 0
    np.savetxt(train / "train.csv", rows, delimiter=",", fmt="%g")
    kind = "text/csv;label_size=0" if algorithm == "kmeans" else "text/csv"
    documents = {
        "hyperparameters": hyperparameters,
        "inputdataconfig": {"train": {"ContentType": kind, "S3DistributionType": "FullyReplicated"}},
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
    }
    for name, document in documents.items():
        (config / f"{name}.json").write_text(json.dumps(document))
    words = ["-m", f"local_cloud.sagemaker.images.{algorithm}_train"]
    moments, opened, whole = watched(Job(words, {"SAGEMAKER_BASE_DIR": str(tmp_path)}, model))
    assert len(whole) == 1
    if "save_model_on_termination" not in hyperparameters:
        require_whole(moments + opened, whole)
        assert len(moments) > 1
        return
    kept = [xgboost.Booster(model_file=bytearray(left["xgboost-model"])) for left in moments if "xgboost-model" in left]
    assert {model.num_boosted_rounds() for model in kept} == {1, 2, 3, 4, 5}
