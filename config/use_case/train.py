"""How a use case is trained: with a built-in algorithm, a script or an image of your own."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from config import xgboost_hyperparameters
from config.instance_types import TrainingInstanceType
from config.use_case.section import Section
from config.use_case.tuning import Tuning

Hyperparameters = dict[str, str | int | float]


class Spot(Section):
    """Managed spot training, with checkpoints, so that an interruption costs minutes and not the whole run."""

    max_wait_seconds: int = Field(
        ge=60, le=432000, description="How long training and waiting for machines may take together."
    )


class _Train(Section):
    instance: TrainingInstanceType | None = Field(
        default=None, description="Instance type; left out: the environment's training_instance"
    )
    instances: int = Field(default=1, ge=1, le=20, description="Machines that train together")
    max_runtime_seconds: int = Field(default=3600, ge=60, le=432000)
    spot: Spot | None = Field(default=None, description="Train on spare capacity; left out: on demand")
    tuning: Tuning | None = Field(default=None, description="Search for hyperparameters; left out: as they are")

    @model_validator(mode="after")
    def _waits_long_enough(self) -> Self:
        if self.spot is not None and self.spot.max_wait_seconds < self.max_runtime_seconds:
            raise ValueError(
                f"spot.max_wait_seconds: found {self.spot.max_wait_seconds}; allowed is at least max_runtime_seconds, "
                f"{self.max_runtime_seconds}; raise it"
            )
        return self


def _known_xgboost(value: Hyperparameters) -> Hyperparameters:
    if problem := xgboost_hyperparameters.problem(set(value)):
        raise ValueError(problem)
    return value


class XGBoostTrain(_Train):
    """The built-in XGBoost."""

    algorithm: Literal["xgboost"] = "xgboost"
    hyperparameters: Annotated[Hyperparameters, AfterValidator(_known_xgboost)] = Field(default={"num_round": 100})
    warm_start: Literal["none", "champion"] | Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sagemaker:\S+$")] = Field(
        default="none",
        description="champion: go on from the model that serves; or from the model package of this ARN",
    )


class KMeansTrain(_Train):
    """The built-in K-means."""

    algorithm: Literal["kmeans"]
    k: int = Field(ge=2, le=10000, description="Clusters.")
    hyperparameters: Hyperparameters = Field(default={})


class ScriptTrain(_Train):
    """A script of your own in an image of SageMaker's."""

    algorithm: Literal["script"]
    entry_point: str = Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*\.py$", description="A file of the use case's folder, such as train.py"
    )
    framework: Literal["xgboost", "sklearn"] = Field(default="xgboost", description="The image that runs it")
    hyperparameters: Hyperparameters = Field(default={}, description="Its command line: --name value")


class ImageTrain(_Train):
    """An image of your own, with SageMaker's contract of training containers."""

    algorithm: Literal["image"]
    image: str = Field(pattern=r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/\S+$", description="In ECR")
    hyperparameters: Hyperparameters = Field(default={})


def algorithm(value: Any) -> str:
    """Return which kind of section is meant; its name is the key that errors speak of."""
    return str(value.get("algorithm", "xgboost") if isinstance(value, dict) else value.algorithm)


Train = Annotated[
    Annotated[XGBoostTrain, Tag("xgboost")]
    | Annotated[KMeansTrain, Tag("kmeans")]
    | Annotated[ScriptTrain, Tag("script")]
    | Annotated[ImageTrain, Tag("image")],
    Discriminator(algorithm),
]
