"""The step that trains a use case's model: a training job, or a search for hyperparameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from config.use_case import UseCase
from config.use_case.agreement import OBJECTIVES
from config.use_case.train import ImageTrain, KMeansTrain, ScriptTrain, XGBoostTrain
from config.use_case.tuning import Tuning
from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.job_arguments import Text
from pipelines_src.definition.policies import CachePolicy, RetryPolicy
from pipelines_src.definition.references import Join, Reference
from pipelines_src.definition.request_steps import TrainingStep, TuningStep
from pipelines_src.definition.settings import PipelineSettings, Script
from pipelines_src.definition.training_arguments import MODELS_FOLDER, Channel, TrainingJob

CODE = "/opt/ml/input/data/code"  # where an isolated job finds its script: it cannot fetch it from S3 itself
CSV, PARQUET = "text/csv", "application/x-parquet"


class Prepared(Protocol):
    """The step that prepares the data, or data that was prepared before."""

    def output(self, name: str) -> Reference:
        """Return the reference to the S3 URI of an output."""


@dataclass(frozen=True)
class Beginning:
    """What training goes on from.

    Attributes:
        checkpoints: S3 URI of the folder that a built-in XGBoost begins with.
        rounds: how many rounds its model shall have then, those of the earlier model among them.
        folder: S3 URI of the folder with the earlier model, for scripts.
    """

    checkpoints: Text
    rounds: Text
    folder: Text


@dataclass(frozen=True)
class Trained:
    """The step, the S3 URI of the model that came of it, and environment variables that tell what a search found."""

    step: TrainingStep | TuningStep
    model: Reference
    found: Mapping[str, Text] = field(default_factory=dict)


def training(
    use_case: UseCase,
    settings: PipelineSettings,
    *,
    instance: Text,
    prepared: Prepared,
    checkpoints: Text,
    beginning: Beginning | None,
    retries: tuple[RetryPolicy, ...],
    cache: CachePolicy,
) -> Trained:
    """Return the step that trains as `train` of the use case says.

    Args:
        use_case: what is trained.
        settings: of the environment.
        instance: instance type.
        prepared: gives the splits.
        checkpoints: S3 URI of a folder of this execution's own.
        beginning: an earlier model, for a warm start.
        retries: of the step.
        cache: how long the result of the same training is good. A job with checkpoints has a place of its own for them,
            so none is the same.
    """
    job = _job(use_case, settings, instance, prepared, checkpoints, beginning)
    if use_case.train.tuning is not None:
        search = TuningStep(
            name="Train",
            description=f"Search the best hyperparameters of {_what(use_case)}.",
            arguments=job.search_request(settings, use_case.train.tuning),
            retries=retries,
            cache=cache,
        )
        # Properties of a search do not have the model's place; it follows from the name, as SageMaker documents it.
        best = search.property("TrainingJobSummaries[0].TrainingJobName")
        place = Join("/", (settings.models_uri, MODELS_FOLDER, best, "output/model.tar.gz"))
        return Trained(search, place, _found(search, use_case.train.tuning))
    step = TrainingStep(
        name="Train",
        description=f"Train {_what(use_case)}.",
        arguments=job.request(settings),
        retries=retries,
        cache=cache if job.checkpoints is None else None,
    )
    return Trained(step, step.property("ModelArtifacts.S3ModelArtifacts"))


def _found(search: TuningStep, tuning: Tuning) -> dict[str, Text]:
    best = "TrainingJobSummaries[0]"
    # Variables are texts, and the value of the objective is a number.
    value = search.property(f"{best}.FinalHyperParameterTuningJobObjectiveMetric.Value")
    return {
        "ML_LOOP_TRAINING_JOB": search.property(f"{best}.TrainingJobName"),
        "ML_LOOP_OBJECTIVE": Join("", (value,)),
        **{
            f"ML_LOOP_TUNED_{name}": search.property(f"{best}.TunedHyperParameters['{name}']") for name in tuning.ranges
        },
    }


def _what(use_case: UseCase) -> str:
    names = {"xgboost": "the built-in XGBoost", "kmeans": "the built-in K-means", "image": "your own image"}
    train = use_case.train
    return f"your own {train.entry_point}" if isinstance(train, ScriptTrain) else names[train.algorithm]


def _job(
    use_case: UseCase,
    settings: PipelineSettings,
    instance: Text,
    prepared: Prepared,
    checkpoints: Text,
    beginning: Beginning | None,
) -> TrainingJob:
    train = use_case.train
    keeps_checkpoints = train.spot is not None and not isinstance(train, KMeansTrain)
    if isinstance(train, XGBoostTrain) and beginning is not None:
        keeps_checkpoints, checkpoints = True, beginning.checkpoints
    return TrainingJob(
        image=settings.training_image_uri or settings.image_uri,
        hyperparameters=_hyperparameters(use_case, settings, beginning),
        channels=_channels(use_case, settings, prepared, beginning),
        metrics=train.metrics if isinstance(train, ScriptTrain | ImageTrain) else {},
        instance=instance,
        instances=train.instances,
        max_runtime=train.max_runtime_seconds,
        spot=train.spot,
        checkpoints=checkpoints if keeps_checkpoints else None,
    )


def _hyperparameters(use_case: UseCase, settings: PipelineSettings, beginning: Beginning | None) -> dict[str, Text]:
    train = use_case.train
    given: dict[str, Any] = dict(train.hyperparameters)
    if isinstance(train, ScriptTrain):
        given |= {
            "sagemaker_program": train.entry_point,
            "sagemaker_submit_directory": f"{CODE}/{_script(use_case, settings).file}",
        }
    if isinstance(train, KMeansTrain):
        given |= {"k": train.k, "feature_dim": use_case.data.width}
    texts: dict[str, Text] = {**train.texts(given)}
    if isinstance(train, XGBoostTrain):
        texts.setdefault("objective", OBJECTIVES[use_case.problem][0])
        if use_case.problem == "multiclass_classification":
            texts["num_class"] = str(len(use_case.data.classes))
        if beginning is not None:
            texts["num_round"] = beginning.rounds
        if train.tuning is not None:
            # The best may be a job that early stopping or a limit of time ended: it leaves the model of its last round.
            texts.setdefault("save_model_on_termination", "true")
    return texts


def _channels(
    use_case: UseCase, settings: PipelineSettings, prepared: Prepared, beginning: Beginning | None
) -> list[Channel]:
    train = use_case.train
    kind = {"xgboost": CSV, "kmeans": f"{CSV};label_size=0"}.get(train.algorithm, PARQUET)
    # K-means knows no validation: it measures its centers on a channel named test.
    validation = "test" if isinstance(train, KMeansTrain) else "validation"
    channels = [
        Channel(name="train", uri=prepared.output("train"), content_type=kind, sharded=train.instances > 1),
        # Whole on each instance: metrics are those of all rows, and XGBoost leaves out an instance that has none.
        Channel(name=validation, uri=prepared.output("validation"), content_type=kind),
    ]
    if isinstance(train, ScriptTrain):
        channels.append(Channel(name="code", uri=_script(use_case, settings).uri))
        if beginning is not None:
            channels.append(Channel(name="warm_start", uri=beginning.folder))
    return channels


def _script(use_case: UseCase, settings: PipelineSettings) -> Script:
    if settings.script is None:
        raise DefinitionError(
            f"use case {use_case.name!r}: found no archive of its training script in the settings; allowed is one, as "
            "pipelines_src.script_code makes it. Give settings.script."
        )
    return settings.script
