"""How a use case is trained: with a built-in algorithm, a script or an image of your own.

Whatever trains, SageMaker's XGBoost image judges and serves (docs/decisions/own-training.md).
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StrictFloat, StrictInt, StrictStr, Tag, model_validator

from config import kmeans_hyperparameters, xgboost_hyperparameters
from config.errors import RuleError, under
from config.instance_types import TrainingInstanceType
from config.use_case.section import Section, kind_of
from config.use_case.tuning import Tuning

Hyperparameters = dict[str, StrictStr | StrictInt | StrictFloat]
WarmStart = Literal["none", "champion"] | Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sagemaker:\S+$")]
_WARM_START = Field(
    default="none", description="champion: go on from the model that serves; or from the model package of this ARN"
)
_METRICS: Any = Field(
    default={},
    max_length=40,
    description="Metrics by name, each with a regular expression whose first group is the value in a line of the log",
)
_SCRIPT = r"^[A-Za-z_][A-Za-z0-9_]*\.py$"
_LONGEST_WAIT_WITHOUT_CHECKPOINTS = 3600


class Spot(Section):
    """Managed spot training, with checkpoints, so that an interruption costs minutes and not the whole run."""

    max_wait_seconds: StrictInt = Field(
        ge=60, le=432000, description="How long training and waiting for machines may take together."
    )


class _Train(Section):
    instance: TrainingInstanceType | None = Field(
        default=None, description="Instance type; left out: the environment's training_instance"
    )
    instances: StrictInt = Field(default=1, ge=1, le=20, description="Machines that train together")
    max_runtime_seconds: StrictInt = Field(default=3600, ge=60, le=432000)
    spot: Spot | None = Field(default=None, description="Train on spare capacity; left out: on demand")
    tuning: Tuning | None = Field(default=None, description="Search for hyperparameters; left out: as they are")

    def texts(self, hyperparameters: Mapping[str, Any]) -> dict[str, str]:
        """Return hyperparameters as the job gets them."""
        return {name: str(value) for name, value in hyperparameters.items()}

    @model_validator(mode="after")
    def _waits_long_enough(self) -> Self:
        if self.spot is not None and self.spot.max_wait_seconds < self.max_runtime_seconds:
            raise RuleError(
                ("spot", "max_wait_seconds"),
                f"found {self.spot.max_wait_seconds}; allowed is at least max_runtime_seconds, "
                f"{self.max_runtime_seconds}; raise it",
            )
        return self


def _known_xgboost(value: Hyperparameters) -> Hyperparameters:
    # Which objectives are allowed is the problem's to say.
    xgboost_hyperparameters.TABLE.check({name: one for name, one in value.items() if name != "objective"})
    return value


class XGBoostTrain(_Train):
    """The built-in XGBoost."""

    algorithm: Literal["xgboost"] = "xgboost"
    hyperparameters: Annotated[Hyperparameters, AfterValidator(_known_xgboost)] = Field(default={"num_round": 100})
    warm_start: WarmStart = _WARM_START


class KMeansTrain(_Train):
    """The built-in K-means."""

    algorithm: Literal["kmeans"]
    k: StrictInt = Field(ge=2, le=10000, description="Clusters.")
    hyperparameters: Hyperparameters = Field(default={})

    @model_validator(mode="after")
    def _hyperparameters_are_known(self) -> Self:
        for name in sorted({"k", "feature_dim"} & set(self.hyperparameters)):
            source = "train.k" if name == "k" else "data.features"
            raise RuleError(("hyperparameters", name), f"comes from {source}; remove it")
        with under("hyperparameters"):
            kmeans_hyperparameters.TABLE.check({**self.hyperparameters, "k": self.k, "feature_dim": 1})
        return self

    @model_validator(mode="after")
    def _waits_an_hour_at_most(self) -> Self:
        # "Managed spot training ... built-in algorithms that do not use checkpoints": 60 minutes.
        if self.spot is not None and self.spot.max_wait_seconds > _LONGEST_WAIT_WITHOUT_CHECKPOINTS:
            raise RuleError(
                ("spot", "max_wait_seconds"),
                f"found {self.spot.max_wait_seconds}; allowed is at most {_LONGEST_WAIT_WITHOUT_CHECKPOINTS} for "
                "kmeans, which keeps no checkpoints; lower it",
            )
        return self


class ScriptTrain(_Train):
    """A script of your own in SageMaker's XGBoost image, which has scikit-learn as well."""

    algorithm: Literal["script"]
    entry_point: str = Field(pattern=_SCRIPT, description="A file of the use case's folder, such as train.py")
    hyperparameters: Hyperparameters = Field(default={}, description="Its command line: --name value")
    metrics: dict[str, str] = _METRICS
    warm_start: WarmStart = _WARM_START

    def texts(self, hyperparameters: Mapping[str, Any]) -> dict[str, str]:
        """Return hyperparameters as the job gets them: each as JSON, which SageMaker's toolkit of scripts reads."""
        return {name: json.dumps(value) for name, value in hyperparameters.items()}


class ImageTrain(_Train):
    """An image of your own, with SageMaker's contract of training containers."""

    algorithm: Literal["image"]
    image: str = Field(pattern=r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/\S+$", description="In ECR")
    entry_point: str | None = Field(
        default=None,
        pattern=_SCRIPT,
        description="A file of the use case's folder with model_fn and predict_fn, which read and ask the model; left "
        "out: the image leaves an XGBoost model, xgboost-model",
    )
    hyperparameters: Hyperparameters = Field(default={})
    metrics: dict[str, str] = _METRICS


def algorithm(value: Any) -> str:
    """Return which kind of section is meant; its name is the key that errors speak of."""
    return kind_of(value, "algorithm", "xgboost")


Train = Annotated[
    Annotated[XGBoostTrain, Tag("xgboost")]
    | Annotated[KMeansTrain, Tag("kmeans")]
    | Annotated[ScriptTrain, Tag("script")]
    | Annotated[ImageTrain, Tag("image")],
    Discriminator(algorithm),
]
