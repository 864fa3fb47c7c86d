"""The template of a use case with a training script: an archive that the image opens, read by its role alone."""

import json
from pathlib import Path
from typing import Any, cast

import aws_cdk as cdk
import pytest
from aws_cdk.assertions import Template

from config import load_environment
from pipelines_src.job_code import Sources
from stacks.training_stack import TrainingStack
from tests.unit.test_script_code import sources
from tests.unit.test_training_stack import Platform, body, statements
from tests.use_cases import NAME, way

__all__ = ["sources"]


@pytest.fixture
def out(sources: Path, tmp_path: Path) -> tuple[dict[str, Any], Path]:
    app = cdk.App(analytics_reporting=False, outdir=str(tmp_path / "out"))
    platform = cast(Any, Platform(app))
    stack = TrainingStack(
        app,
        "training",
        environment=load_environment("dev"),
        use_case=way("script"),
        network=platform,
        security=platform,
        data=platform,
        sources=Sources(sources),
    )
    return dict(Template.from_stack(stack).to_json()), tmp_path / "out"


def test_the_script_is_an_asset_that_the_image_opens_and_the_role_reads(out: tuple[dict[str, Any], Path]) -> None:
    template, folder = out
    assets = json.loads((folder / "training.assets.json").read_text())["files"].values()
    [archive] = [asset for asset in assets if asset["source"].get("path", "").endswith(".tar.gz")]
    assert archive["source"]["packaging"] == "file"
    [place] = archive["destinations"].values()
    [train] = [step for step in body(template)["Steps"] if step["Name"] == "Train"]
    channels = {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"] for one in train["Arguments"]["InputDataConfig"]
    }
    key = place["objectKey"]
    assert channels["code"].rstrip(">").endswith(f"/{key}")
    submitted = train["Arguments"]["HyperParameters"]["sagemaker_submit_directory"]
    assert json.loads(submitted) == f"/opt/ml/input/data/code/{key}"
    readable = [
        resource for actions, found, _ in statements(template) if "s3:GetObject" in actions for resource in found
    ]
    assert [resource for resource in readable if resource.rstrip(">").endswith(f"/{key}")]
    assert f"/{NAME}/" in json.dumps(readable)
