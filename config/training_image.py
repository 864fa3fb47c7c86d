"""The image that trains a use case's model."""

from pathlib import Path
from typing import NamedTuple

from config import images
from config.environment import Environment
from config.errors import ConfigError
from config.loading import ROOT, place
from config.use_case import UseCase
from config.use_case.train import ImageTrain, KMeansTrain


class TrainingImage(NamedTuple):
    """An image and the registry that it comes from."""

    uri: str
    account: str
    region: str
    repository: str


def require_images(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if the environment's region lacks an image that jobs of the use case run in."""
    needed = {
        "xgboost": True,
        "kmeans": isinstance(use_case.train, KMeansTrain),
        "spark": use_case.prepare.engine == "spark",
        "model-monitor": use_case.monitor is not None and use_case.monitor.backend == "model_monitor",
    }
    for name in (name for name, wanted in needed.items() if wanted):
        if text := images.lacking(name, environment.region):
            raise ConfigError(f"{place('environments', environment.name, ('region',), root)}: {text}.")
    training_image(use_case, environment.region, root)
    if use_case.prepare.image is not None:
        _own(use_case, "prepare", use_case.prepare.image, environment.region, root)


def training_image(use_case: UseCase, region: str, root: Path = ROOT) -> TrainingImage:
    """Return the image that trains in a region.

    Raises:
        ConfigError: no account of SageMaker's image is known there, or a use case's own image lies elsewhere: SageMaker
            pulls from the registry of its own region only.
    """
    train = use_case.train
    if not isinstance(train, ImageTrain):
        name = "kmeans" if isinstance(train, KMeansTrain) else "xgboost"
        repository = images.images()[name].repository
        return TrainingImage(images.image(name, region), images.account(name, region), region, repository)
    return _own(use_case, "train", train.image, region, root)


def _own(use_case: UseCase, section: str, image: str, region: str, root: Path) -> TrainingImage:
    registry, _, path = image.partition("/")
    account, _, _, found, *_ = registry.split(".")
    if found != region:
        where = place("pipelines_src", use_case.name, (section, "image"), root)
        raise ConfigError(
            f"{where}: found a registry in {found!r}; allowed is "
            f"{region!r}, the environment's region. Replicate the repository there, and name that image."
        )
    repository = path.partition("@")[0].partition(":")[0]
    return TrainingImage(image, account, region, repository)
