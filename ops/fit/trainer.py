"""A training job's request as the SageMaker SDK's own object."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import boto3

from ops.errors import OperationError

if TYPE_CHECKING:
    from sagemaker.train import ModelTrainer

_SDK = 3
# The defaults that a person's own file has for the SDK would change what is trained.
_SETTINGS = {"SchemaVersion": "1.0", "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}}}


@contextmanager
def surroundings(region: str) -> Iterator[None]:
    """Let the SDK work in a region, and without IAM.

    Its client of CloudWatch Logs takes the region from AWS_DEFAULT_REGION alone. Its check of the role asks IAM, which
    a private network does not reach and a notebook may not ask; SageMaker checks the role anyway.
    """
    wanted = {"AWS_DEFAULT_REGION": region, "SAGEMAKER_VALIDATE_ROLE": "false"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


class _Lines(logging.Formatter):
    """Only what the job wrote: the SDK puts the stream's name above each line."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        return text.partition(":\n")[2] or text.replace("[bold]", "")


@contextmanager
def shown() -> Iterator[None]:
    """Print what the SDK reports while it waits, the job's log above all; by itself it leaves that to the program."""
    reports, handler = logging.getLogger("sagemaker.core.resources"), logging.StreamHandler(sys.stdout)
    handler.setFormatter(_Lines())
    before = reports.level
    reports.setLevel(logging.INFO)
    reports.addHandler(handler)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", 'install "ipywidgets"')  # for a spinner
            yield
    finally:
        reports.removeHandler(handler)
        reports.setLevel(before)


def trainer(request: Mapping[str, Any], base_job_name: str, region: str) -> "ModelTrainer":
    """Return the SDK's ModelTrainer for a CreateTrainingJob request.

    Args:
        request: without a name; the job's is made of `base_job_name` and the time.
        base_job_name: at most 60 characters, so that the SDK cuts the name nowhere else than in the time.
        region: where it trains.

    Raises:
        OperationError: the SageMaker SDK is missing, or is an older one.
    """
    _require_sdk()
    # Takes three seconds, which no other command should.
    from sagemaker.core.helper.session_helper import Session
    from sagemaker.core.training import configs
    from sagemaker.core.utils.code_injection.codec import pascal_to_snake
    from sagemaker.train import ModelTrainer

    def snake(value: Any) -> Any:
        if isinstance(value, list):
            return [snake(item) for item in value]
        return {pascal_to_snake(k): snake(v) for k, v in value.items()} if isinstance(value, dict) else value

    algorithm = request["AlgorithmSpecification"]
    made = ModelTrainer(
        sagemaker_session=Session(boto3.Session(region_name=region), sagemaker_config=_SETTINGS),
        role=request["RoleArn"],
        base_job_name=base_job_name,
        training_image=algorithm["TrainingImage"],
        training_input_mode=algorithm["TrainingInputMode"],
        hyperparameters=dict(request["HyperParameters"]),
        environment=dict(request.get("Environment", {})),
        input_data_config=[configs.Channel(**snake(channel)) for channel in request["InputDataConfig"]],
        output_data_config=configs.OutputDataConfig(**snake(request["OutputDataConfig"])),
        compute=configs.Compute(
            **snake(request["ResourceConfig"]), enable_managed_spot_training=request.get("EnableManagedSpotTraining")
        ),
        networking=configs.Networking(
            **snake(request["VpcConfig"]),
            enable_network_isolation=request["EnableNetworkIsolation"],
            enable_inter_container_traffic_encryption=request["EnableInterContainerTrafficEncryption"],
        ),
        stopping_condition=configs.StoppingCondition(**snake(request["StoppingCondition"])),
        checkpoint_config=configs.CheckpointConfig(**snake(request["CheckpointConfig"]))
        if "CheckpointConfig" in request
        else None,
        tags=[configs.Tag(**snake(tag)) for tag in request.get("Tags", [])],
    )
    if metrics := algorithm.get("MetricDefinitions"):
        made.with_metric_definitions([configs.MetricDefinition(**snake(metric)) for metric in metrics])
    return made


def _require_sdk() -> None:
    try:
        found = version("sagemaker")
    except PackageNotFoundError:
        found = "none"
    if found.partition(".")[0] != str(_SDK):
        raise OperationError(
            f"fit needs version {_SDK} of the SageMaker SDK; found {found}. On a laptop run `make setup` and use the "
            "Python in .venv; for a notebook instance see docs/workbench.md."
        )
