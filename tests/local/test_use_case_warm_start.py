"""Training that goes on from an earlier model: its trees, and the numbers that its features are."""

import json
from pathlib import Path
from typing import Any

import pytest

from config import UseCase
from pipelines_src.job_code import settings
from pipelines_src.steps import archives
from tests.local import use_case_kit as kit
from tests.local.test_use_case_script import model_of, sources
from tests.local.training_kit import booster_in
from tests.use_cases import SCRIPT

XGBOOST = {"hyperparameters": {"num_round": 6, "max_depth": 2, "seed": 1}, "warm_start": "champion"}


@pytest.fixture(scope="module")
def world(client: Any) -> kit.World:
    return kit.World.make(client, "use-case-warm-start")


def package(world: kit.World, case: UseCase, job: dict[str, Any], folder: Path) -> str:
    """Upload what evaluation would make of a trained model, as far as a warm start looks at it."""
    unpacked = world.unpack(job["ModelArtifacts"]["S3ModelArtifacts"], folder / "model")
    place = job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"].rpartition("/")[0]
    entries = {path.name: path.read_bytes() for path in unpacked.iterdir()}
    for name in ("features.json", "row_function.py"):
        entries[name] = world.get(f"{place}/features/{name}")
    entries["use_case.json"] = settings(case).encode()
    archives.write(folder / "model.tar.gz", entries)
    return world.put(f"{folder.name}/package/model.tar.gz", (folder / "model.tar.gz").read_bytes())


def features(world: kit.World, job: dict[str, Any]) -> dict[str, Any]:
    place = job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"].rpartition("/")[0]
    return dict(json.loads(world.get(f"{place}/features/features.json")))


def test_the_built_in_xgboost_adds_trees_to_those_of_the_earlier_model(world: kit.World, tmp_path: Path) -> None:
    case = kit.use_case(XGBOOST)
    document = kit.define(world, case, kit.sources(tmp_path), tmp_path)
    first = kit.run(world, "warm-xgboost", document)  # there is no champion yet
    assert first["HyperParameters"]["num_round"] == "6"
    earlier = booster_in(world.unpack(first["ModelArtifacts"]["S3ModelArtifacts"], tmp_path / "first"))
    uri = package(world, case, first, tmp_path)
    world.put_points(kit.points(80, seed=1))
    second = kit.run(world, "warm-xgboost", document, {"WarmStartModelUri": uri, "RawDataVersion": "2"})
    assert second["HyperParameters"]["num_round"] == "12"
    model = booster_in(world.unpack(second["ModelArtifacts"]["S3ModelArtifacts"], tmp_path / "second"))
    assert (earlier.num_boosted_rounds(), model.num_boosted_rounds()) == (6, 12)
    assert model[:6].get_dump() == earlier.get_dump()
    # The means that fill gaps are those that the earlier trees know, not those of the new rows.
    assert features(world, second) == features(world, first)


def test_a_script_finds_the_earlier_model_in_a_channel(world: kit.World, tmp_path: Path) -> None:
    case = kit.use_case({**SCRIPT, "warm_start": "champion"})
    document = kit.define(world, case, sources(tmp_path), tmp_path)
    first = kit.run(world, "warm-script", document)
    uri = package(world, case, first, tmp_path)
    model = model_of(world, kit.run(world, "warm-script", document, {"WarmStartModelUri": uri}), tmp_path / "second")
    assert model["earlier"]["colour"] == "blue"


def test_another_models_features_are_refused_with_a_remedy(world: kit.World, tmp_path: Path) -> None:
    case = kit.use_case(XGBOOST)
    document = kit.define(world, case, kit.sources(tmp_path), tmp_path)
    entries = {
        "xgboost-model": b"",
        "features.json": json.dumps({"version": 2, "features": [], "reduction": None}).encode(),
        "use_case.json": settings(
            kit.use_case(XGBOOST, features=[{"name": "x", "type": "number", "source": "x"}])
        ).encode(),
    }
    archives.write(tmp_path / "other.tar.gz", entries)
    uri = world.put(f"{tmp_path.name}/other/model.tar.gz", (tmp_path / "other.tar.gz").read_bytes())
    with pytest.raises(AssertionError, match=r"data\.features: the earlier model has .*warm_start: none"):
        kit.run(world, "warm-other", document, {"WarmStartModelUri": uri})
