"""The notebooks of use cases, run as they are: a cell that fails fails the test.

That of a use case which `use-case new` just made, and of the repository's those beside the flights', which
tests/contract/test_sagemaker_sdk_platform.py runs. What they draw of each problem: tests/unit/test_evaluation_jobs.py.
"""

import json
import shutil
from collections.abc import Callable
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import nbformat
import pytest
import yaml
from sklearn import datasets

from config import load_use_case
from config.loading import ROOT
from local_cloud import clients
from ops.data import raw_files
from ops.new_use_case import Request, create
from tests import notebook_kit
from tests.local.conftest import RunningCloud
from tests.local.endpoints_kit import until
from tests.local.use_case_kit import World, define, start, steps

pytestmark = pytest.mark.flow

NEW = "progression"
DEPLOYED, NOT_YET = ("digit_clusters", NEW), "handwritten_digits"
SEEN = """{
    "name": evaluation.figures["use_case"],
    "origin": prepared.origin,
    "artifact": job.model_artifacts.s3_model_artifacts,
    "gate": figures["gate"]["result"],
    "isolated": [job.enable_network_isolation, job.enable_inter_container_traffic_encryption],
    "hyperparameters": job.hyper_parameters,
}"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose environment `local` has two use cases, one of them made of a file."""
    root = tmp_path_factory.mktemp("repository")
    for name in ("config", "ops", "pipelines_src", "environments", "workforces"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "raw"))
    table = root / "diabetes.csv"
    datasets.load_diabetes(as_frame=True, scaled=False).frame.rename(columns={"target": "progression"}).to_csv(table)
    create(Request(NEW, table, "progression"), root)
    path = root / "environments" / "local.yaml"
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), "use_cases": list(DEPLOYED)}))
    return root


@pytest.fixture(scope="module")
def ran(
    local_cloud: RunningCloud, client: Callable[[str], Any], repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """What the notebooks came to, in an environment whose pipelines have prepared their data."""
    executions = [_prepare(client, name, repository, tmp_path_factory.mktemp(name)) for name in DEPLOYED]
    for world, arn in executions:
        until(partial(_prepared, world, arn), 120, f"the preparation of {arn}")
    notebooks = {repository / "pipelines_src" / name / "notebook.ipynb": SEEN for name in DEPLOYED}
    notebooks[_look(repository / "pipelines_src" / NOT_YET)] = '{"origin": prepared.origin}'
    environment = {**clients.environment(local_cloud.port), "ML_LOOP_ENVIRONMENT": "local"}
    found = notebook_kit.run(notebooks, environment, tmp_path_factory.mktemp("home"))
    return dict(zip((*DEPLOYED, NOT_YET), found, strict=True))


def _look(folder: Path) -> Path:
    """Write a use case's notebook as far as it looks at the data, and return its path."""
    document = nbformat.read(folder / "notebook.ipynb", as_version=4)
    document.cells = list(takewhile(lambda cell: not cell.source.startswith("## Train"), document.cells))
    nbformat.write(document, folder / "look.ipynb")
    return folder / "look.ipynb"


def _prepared(world: World, arn: str) -> bool:
    return bool(steps(world, arn).get("Prepare", {}).get("StepStatus") == "Succeeded")


def _prepare(client: Callable[[str], Any], name: str, repository: Path, folder: Path) -> tuple[World, str]:
    world, case = World.make(client, f"notebook-{name.replace('_', '-')}"), load_use_case(name, repository)
    with raw_files(name, repository) as raw:
        for path in raw.glob("*.parquet"):
            world.put(f"raw/{path.name}", path.read_bytes())
    document = define(world, case, repository / "pipelines_src", folder)
    # Only its first step is run, and so is its definition; then it is the whole one that is deployed.
    arn = start(world, f"local-{case.slug}", {**document, "Steps": document["Steps"][:1]})
    world.sagemaker.update_pipeline(PipelineName=f"local-{case.slug}", PipelineDefinition=json.dumps(document))
    return world, arn


@pytest.mark.parametrize(("name", "pictures"), [("digit_clusters", 3), (NEW, 5)])
def test_a_notebook_looks_trains_and_evaluates(ran: dict[str, dict[str, Any]], name: str, pictures: int) -> None:
    found = ran[name]
    assert found["name"] == name
    assert "prepared by the execution" in found["origin"]
    assert "/training/local-" in found["artifact"]
    assert (found["gate"], found["isolated"], found["pictures"]) == ("passed", [True, True], pictures)


def test_before_a_use_case_is_deployed_its_notebook_shows_its_data(ran: dict[str, dict[str, Any]]) -> None:
    found = ran[NOT_YET]
    assert found["origin"].startswith("prepared on this machine, since: local does not deploy handwritten_digits")
    assert found["pictures"] == 2
