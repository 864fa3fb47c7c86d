"""What the container images of SageMaker do, on the laptop's own Python: how each trains, processes and serves.

An image is known by its repository's name; its tag and registry only have to be well-formed.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.images.kmeans_metrics import METRIC_DEFINITIONS as _KMEANS_METRICS
from local_cloud.sagemaker.images.xgboost_metrics import METRIC_DEFINITIONS as _XGBOOST_METRICS

PROJECT = Path(__file__).resolve().parents[3]
_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/"
    r"(?P<repository>[a-z0-9._/-]+)(:(?P<tag>[\w.-]+)|@sha256:[0-9a-f]{64})?"
)
_PYTHON = re.compile(r"(/.*/)?python(3(\.\d+)?)?")


@dataclass(frozen=True)
class Image:
    """What a repository's images can do.

    `algorithm` is the module that trains with a built-in algorithm, None if there is none; `serving` is the model
    server's name of what serves without a script; `scripts` says whether the image runs scripts of the customer's;
    `customer_error` is the exit code by which its training says that the customer made a mistake; `processing` is the
    module that processes where no entrypoint is named, None if there is none.
    """

    repository: str
    algorithm: str | None
    metric_definitions: tuple[tuple[str, str], ...] = ()
    serving: str = "xgboost"
    scripts: bool = True
    customer_error: int | None = None
    processing: str | None = None


@dataclass(frozen=True)
class Command:
    """Words of a command, and the variables it needs besides the job's."""

    argv: list[str]
    environment: dict[str, str]


_IMAGES = {
    image.repository: image
    for image in (
        Image("sagemaker-xgboost", "local_cloud.sagemaker.images.xgboost_train", _XGBOOST_METRICS),
        Image("sagemaker-scikit-learn", None),
        Image(
            "kmeans",
            "local_cloud.sagemaker.images.kmeans_train",
            _KMEANS_METRICS,
            "kmeans",
            scripts=False,
            customer_error=2,
        ),
        *(
            Image(repository, None, scripts=False, processing=f"local_cloud.sagemaker.images.{module}")
            for repository, module in (
                ("sagemaker-model-monitor-analyzer", "model_monitor"),
                ("sagemaker-model-monitor-groundtruth-merger", "groundtruth_merge"),
            )
        ),
        Image("sagemaker-clarify-processing", None, scripts=False),  # it has definitions, and no jobs
    )
}


def find(image_uri: str, region: str | None = None) -> Image:
    """Return the image of a URI.

    Raises:
        SageMakerError: ValidationException if it is no ECR URI, lies in another region than `region`, or is unknown.
    """
    match = _URI.fullmatch(image_uri)
    if match is None:
        raise validation_error(
            f"The image {image_uri!r} is not an ECR image; allowed is "
            "<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>."
        )
    if region is not None and match["region"] != region:
        raise validation_error(
            f"The image {image_uri!r} lies in {match['region']}, the job runs in {region}; SageMaker pulls images of "
            "its own region only. Use the registry of this region."
        )
    image = _IMAGES.get(match["repository"])
    if image is None:
        raise validation_error(
            f"The local cloud does not know what the image {match['repository']!r} does; known are "
            f"{', '.join(sorted(_IMAGES))}."
        )
    return image


def processing_command(image_uri: str, entrypoint: list[str], arguments: list[str]) -> Command:
    """Return the command of a processing container: its entrypoint, where python3 is this interpreter, or its own."""
    image = find(image_uri)
    if not entrypoint and image.processing:
        return _module(image.processing)
    if not entrypoint:
        raise validation_error(
            f"The image {image_uri!r} has no program of its own for processing. "
            "Set AppSpecification.ContainerEntrypoint."
        )
    first = sys.executable if _PYTHON.fullmatch(entrypoint[0]) else entrypoint[0]
    return Command([first, *entrypoint[1:], *arguments], {})


def training_command(image_uri: str, hyperparameters: Mapping[str, str]) -> Command:
    """Return the command that trains: the script named by `sagemaker_program`, else the built-in algorithm."""
    image = find(image_uri)
    if image.scripts and runs_a_script(hyperparameters):
        return _module("local_cloud.sagemaker.images.script_mode")
    if image.algorithm is None:
        raise validation_error(
            f"The image {image.repository!r} has no built-in algorithm. Name your script in the hyperparameters "
            "sagemaker_program and sagemaker_submit_directory."
        )
    return _module(image.algorithm)


def runs_a_script(hyperparameters: Mapping[str, str]) -> bool:
    """Whether training runs a person's script, and not the image's built-in algorithm."""
    return "sagemaker_program" in hyperparameters


def serving_command(image_uri: str, model_dir: Path, environment: dict[str, str], port: int) -> list[str]:
    """Return the command of a model server on a loopback port; it has to be run in the project's folder.

    `environment` is the model's own; whoever starts the command sets it.
    """
    del environment  # every image known so far is served by the same program, which reads it itself
    image = find(image_uri)
    words = [
        sys.executable, "-m", "local_cloud.sagemaker.endpoints.model_server",
        "--model-dir", str(model_dir), "--port", str(port), "--algorithm", image.serving,
    ]  # fmt: skip
    return words if image.scripts else [*words, "--no-scripts"]


def metric_definitions(image_uri: str, hyperparameters: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the metrics that a built-in algorithm reports without being asked; none for a script."""
    image = find(image_uri)
    if image.scripts and runs_a_script(hyperparameters):
        return []
    return [{"Name": name, "Regex": regex} for name, regex in image.metric_definitions]


def failure_kind(image_uri: str, exit_code: int) -> str:
    """Return whose mistake an exit code of training is, the first word of the FailureReason."""
    return "ClientError" if exit_code == find(image_uri).customer_error else "AlgorithmError"


def _module(name: str) -> Command:
    return Command([sys.executable, "-m", name], {"PYTHONPATH": str(PROJECT)})
