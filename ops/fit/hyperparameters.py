"""Hyperparameters of one training: the deployed ones, and those that somebody gives instead."""

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import ValidationError

from config import UseCase, messages
from config.use_case.train import KMeansTrain
from ops.errors import OperationError

Given = Mapping[str, str | int | float]
# They say what the job trains, not how.
_FIXED = {"sagemaker_program", "sagemaker_submit_directory", "feature_dim"}


def texts(use_case: UseCase, deployed: Mapping[str, str], measured: Collection[str], given: Given) -> dict[str, str]:
    """Return the job's hyperparameters: the deployed, the file's where a search has ranges, and the given.

    Args:
        use_case: its file says what is allowed, and the values that a search has ranges for.
        deployed: those of the deployed training step.
        measured: names of those that only a running pipeline knows; the file's values are taken.
        given: by name; K-means' `k` among them.

    Raises:
        OperationError: a given one breaks a rule of use_case.yaml.
    """
    given = {name: _plain(value) for name, value in given.items()}
    checked = with_hyperparameters(use_case, given)
    missing = {*measured, *(use_case.train.tuning.ranges if use_case.train.tuning else ())}
    filled = {name: value for name, value in use_case.train.hyperparameters.items() if name in missing}
    return {**checked.train.texts(filled), **deployed, **checked.train.texts(given)}


def with_hyperparameters(use_case: UseCase, given: Given) -> UseCase:
    """Return the use case with other hyperparameters; OperationError if it would not be one that can be deployed."""
    if fixed := sorted(_FIXED & set(given)):
        raise OperationError(
            f"hyperparameters.{fixed[0]}: comes with the use case and cannot be given. Leave it out, or change the use "
            "case and deploy."
        )
    document = use_case.model_dump(exclude_unset=True)
    train: dict[str, Any] = document.setdefault("train", {})
    own = {name: _plain(value) for name, value in given.items()}
    if isinstance(use_case.train, KMeansTrain) and "k" in own:
        train["k"] = own.pop("k")
    train["hyperparameters"] = {**use_case.train.hyperparameters, **own}
    try:
        return UseCase.model_validate(document)
    except ValidationError as error:
        found = messages.sentences(UseCase, document, error)
        told = " ".join(f"{'.'.join(map(str, key))}: {text}" for key, text in found)
        raise OperationError(f"{use_case.name}: {told} What is allowed is what use_case.yaml allows.") from error


def _plain(value: Any) -> Any:
    # Of numpy's numbers, as a notebook computes them, Python's own.
    return value.item() if hasattr(value, "item") else value
