"""The use cases handwritten_digits and digit_clusters: images as features, in both ways of learning, without code."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xgboost
from PIL import Image

from config import load_use_case
from local_cloud.sagemaker.images import kmeans_fit, kmeans_hyperparameters
from pipelines_src.handwritten_digits import raw_data
from pipelines_src.job_code import assembled
from pipelines_src.steps.evaluation import noise
from tests.job_process import run_job


def prepared(name: str, folder: Path) -> Path:
    """Run the job prepare on the real images, as on AWS; return its outputs."""
    raw_data.write(folder / "processing" / "input" / "raw")
    with assembled(load_use_case(name)) as code:
        run_job(code, "prepare", name, folder).check_returncode()
    return folder / "processing" / "output"


def test_the_images_are_all_there_and_named(tmp_path: Path) -> None:
    [path] = raw_data.write(tmp_path)
    table = pd.read_parquet(path)
    assert table.shape == (1797, 66)
    assert table["image"].is_unique
    pixels = table.filter(regex="^pixel").to_numpy()
    assert (pixels.min(), pixels.max()) == (0, 16)
    assert set(table["digit"]) == set(range(10))
    written = path.stat().st_mtime_ns
    raw_data.write(tmp_path)
    assert path.stat().st_mtime_ns == written, "what is there stays"


def test_each_image_is_a_picture_that_people_can_read(tmp_path: Path) -> None:
    raw_data.write_objects(tmp_path)
    assert {path.stem for path in tmp_path.glob("*.png")} == {f"{place:04d}" for place in range(1797)}
    with Image.open(tmp_path / "0000.png") as picture:
        assert (picture.size, picture.mode, picture.getextrema()) == ((128, 128), "L", (16, 255))


def test_ten_classes_are_learnt_from_pixels(tmp_path: Path) -> None:
    use_case, output = load_use_case("handwritten_digits"), prepared("handwritten_digits", tmp_path)
    train = pd.read_csv(output / "train" / "train.csv", header=None).to_numpy()
    test = pd.read_parquet(output / "test" / "test.parquet")
    seen = test.filter(regex="^feature_").to_numpy()
    assert seen.shape == (len(test), 64)
    assert np.nanmax(np.abs(seen)) == 1.0, "scaled onto -1 to 1"
    parameters = dict(use_case.train.hyperparameters)
    rounds = int(parameters.pop("num_round"))
    classes = {"num_class": len(use_case.data.classes), "nthread": 1}
    model = xgboost.train(parameters | classes, xgboost.DMatrix(train[:, 1:], train[:, 0]), rounds)
    told = model.predict(xgboost.DMatrix(seen)).argmax(axis=1)
    least = {condition.metric: condition.at_least for condition in use_case.gate}["accuracy.value"]
    assert least is not None
    assert (told == test["label"]).mean() > least


def test_clusters_are_found_in_components_of_the_same_images(tmp_path: Path) -> None:
    output = prepared("digit_clusters", tmp_path)
    train = pd.read_csv(output / "train" / "train.csv", header=None)
    assert train.shape[1] == 16
    learnt = json.loads((output / "features" / "features.json").read_text())["reduction"]
    assert sum(learnt["explained"]) == pytest.approx(0.85, abs=0.02)
    table = pd.read_parquet(output / "test" / "test.parquet")
    assert not {"digit", "label"} & set(table.dropna(axis=1))
    test, k = table.filter(regex="^feature_").to_numpy(), load_use_case("digit_clusters").train.model_dump()["k"]
    parameters = kmeans_hyperparameters.parse({"k": str(k), "feature_dim": "16"})
    centres = kmeans_fit.train(train.to_numpy("float32"), parameters, "algo-1")
    squared = ((test[:, None] - centres) ** 2).sum(axis=2).min(axis=1)
    explained = 1 - squared.sum() / ((test - test.mean(axis=0)) ** 2).sum()
    of_noise = noise.explained(test, k, len(train), seed=0)
    assert of_noise is not None
    gate = {condition.metric: condition.at_least for condition in load_use_case("digit_clusters").gate}
    assert explained - of_noise > (gate["variance_explained_over_noise"] or 0) > 0


def test_the_jobs_code_holds_no_raw_files(tmp_path: Path) -> None:
    sources = tmp_path / "pipelines_src"
    for name in ("steps", "handwritten_digits/raw"):
        (sources / name).mkdir(parents=True)
    (sources / "steps" / "__main__.py").touch()
    (sources / "handwritten_digits" / "raw" / "images.parquet").touch()
    with assembled(load_use_case("handwritten_digits"), sources) as code:
        assert not [path for path in code.rglob("*") if "raw" in path.parts]
