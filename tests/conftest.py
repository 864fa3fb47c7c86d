"""What all tests share."""

import gc
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from config import Environment
from pipelines_src.definition.settings import PipelineSettings
from tests.assembly import stacks, write
from tests.once import alone

# The CDK's template linter costs seconds per synthesis; the whole application is linted in tests of its own.
# It must be known before the CDK starts its JavaScript.
os.environ.setdefault("CDK_VALIDATION", "false")

if not os.environ.get("CI"):  # where it is set Hypothesis loads a profile of its own
    # How long an example took says nothing on a machine that does other things as well.
    settings.register_profile("here", deadline=None)
    settings.load_profile("here")

ACCOUNT, REGION = "111122223333", "ap-northeast-1"
# Files that take long, while others take seconds: begun late, one of them would be all that still runs.
LONG = (
    "test_engines_agree.py", "test_experiment_flow.py", "test_sagemaker_sdk_platform.py", "test_demo.py",
    "test_release_slots.py", "test_use_case_notebooks.py", "test_use_case_training.py", "test_templates.py",
    "test_use_case_warm_start.py", "test_evaluation_jobs.py", "test_use_case_script.py",
)  # fmt: skip
Templates = dict[str, dict[str, Any]]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep the garbage collector away from what is imported: it stays, and looking at it is half of the work."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the long files, and spread the rest: folder by folder all processes would wait, then all compute."""
    files: dict[Path, dict[Path, None]] = {}
    for item in items:
        files.setdefault(item.path.parent, {})[item.path] = None
    places = {
        file: (LONG.index(file.name), 0.0) if file.name in LONG else (len(LONG), (place + 0.5) / len(folder))
        for folder in files.values()
        for place, file in enumerate(folder)
    }
    items.sort(key=lambda item: places[item.path])


@pytest.fixture
def pipeline_settings() -> PipelineSettings:
    """What a pipeline takes from an environment, as plain values."""
    account, region = "111122223333", "ap-northeast-1"
    return PipelineSettings(
        role_arn=f"arn:aws:iam::{account}:role/jobs",
        image_uri=f"354813040037.dkr.ecr.{region}.amazonaws.com/sagemaker-xgboost:3.2-0",
        code_uri="s3://assets/0123abcd.zip",
        code_file="0123abcd.zip",
        code_hash="0123abcd",
        wheels_uri="s3://assets/89efcdab",
        raw_uri="s3://raw/flight_delays/",
        processed_uri="s3://processed/flight_delays",
        models_uri="s3://models/flight_delays",
        data_key=f"arn:aws:kms:{region}:{account}:key/data",
        models_key=f"arn:aws:kms:{region}:{account}:key/models",
        subnets=("subnet-1", "subnet-2"),
        security_groups=("sg-1",),
        processing_instance="ml.m5.large",
        training_instance="ml.m5.xlarge",
        endpoint_instances=("ml.t2.large",),
        volume_gb=30,
        model_package_group="dev-flight-delays",
        tags=(("ml-loop:environment", "dev"),),
    )


@pytest.fixture(scope="session")
def synthesise(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Templates]:
    """Return a function from environments to the templates of their stacks, by the stack's name; nothing is checked."""
    import aws_cdk as cdk

    from app import SETTINGS
    from stacks.platform_stage import PlatformStage

    def run(*environments: Environment) -> Templates:
        outdir = tmp_path_factory.mktemp("cdk.out")
        app = cdk.App(analytics_reporting=False, context=SETTINGS, outdir=str(outdir))
        for environment in environments:
            PlatformStage(app, environment)
        app.synth()
        return stacks(outdir)

    return run


@pytest.fixture(scope="session")
def assembly_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `app.py` writes of all environments; not to be changed."""
    with alone(tmp_path_factory, "assembly") as made:
        if not made.exists():
            begun = made.with_suffix(".begun")
            write(begun)
            begun.rename(made)
    return made


@pytest.fixture(scope="session")
def templates(assembly_folder: Path) -> Templates:
    """The templates of all environments; not to be changed."""
    return stacks(assembly_folder)


@pytest.fixture(scope="session")
def plain() -> Callable[[Any], Any]:
    """Return a function that replaces CloudFormation's functions in a document by what they could give."""

    def resolve(value: Any) -> Any:
        if not isinstance(value, dict):
            return [resolve(item) for item in value] if isinstance(value, list) else value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref":
                return {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": REGION}.get(
                    argument, argument
                )
            if function == "Fn::Join":
                return argument[0].join(resolve(argument[1]))
            if function in ("Fn::GetAtt", "Fn::ImportValue"):
                return argument if isinstance(argument, str) else ".".join(argument)
        return {key: resolve(item) for key, item in value.items()}

    return resolve
