"""The image that trains a use case's model."""

from typing import NamedTuple

from config import images
from config.errors import ConfigError
from config.loading import place
from config.use_case import UseCase
from config.use_case.train import ImageTrain, KMeansTrain


class TrainingImage(NamedTuple):
    """An image and the registry that it comes from."""

    uri: str
    account: str
    region: str
    repository: str


def training_image(use_case: UseCase, region: str) -> TrainingImage:
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
    registry, _, path = train.image.partition("/")
    account, _, _, found, *_ = registry.split(".")
    if found != region:
        raise ConfigError(
            f"{place('pipelines_src', use_case.name, ('train', 'image'))}: found a registry in {found!r}; allowed is "
            f"{region!r}, the environment's region. Replicate the repository there, and name that image."
        )
    repository = path.partition("@")[0].partition(":")[0]
    return TrainingImage(train.image, account, region, repository)
