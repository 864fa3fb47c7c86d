"""The training of the built-in XGBoost on one host, alone or together with those it is connected to."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.images import xgboost_checkpoints, xgboost_metrics
from local_cloud.sagemaker.images.channels import UserError

_LOG = logging.getLogger("sagemaker-xgboost")


@dataclass(frozen=True)
class Options:
    """What the hyperparameters say to the program and not to the library."""

    rounds: int
    metrics: list[str]
    early_stopping: int | None
    save_when_stopped: bool
    weights: bool


def take_options(parameters: dict[str, Any]) -> Options:
    """Take out of the hyperparameters what is not the library's, and put the metrics in its terms."""
    metrics = list(parameters.pop("eval_metric", []))
    # A tuning job names its objective as "validation:auc"; it comes last, as early stopping looks at the last one.
    objective = parameters.pop("_tuning_objective_metric", "").partition(":")[2]
    if objective:
        metrics = [name for name in metrics if name != objective] + [objective]
    own = [name for name in metrics if name not in xgboost_metrics.ADDED_BY_IMAGE]
    if own:
        parameters["eval_metric"] = own
    elif metrics:
        parameters["disable_default_eval_metric"] = 1
    return Options(
        rounds=parameters.pop("num_round"), metrics=metrics,
        early_stopping=parameters.pop("early_stopping_rounds", None),
        save_when_stopped=parameters.pop("save_model_on_termination", "false") == "true",
        weights=bool(parameters.pop("csv_weights", 0)),
    )  # fmt: skip


def train(
    library: Any, parameters: dict[str, Any], options: Options, data: dict[str, Any], base: Path, is_master: bool
) -> None:
    """Train, and save the model if this host is the master; `data` has train, and validation where there is one.

    Raises:
        UserError: XGBoost refuses the data or a hyperparameter.
    """
    _LOG.info("Train matrix has %d rows and %d columns", data["train"].num_row(), data["train"].num_col())
    if "validation" in data:
        _LOG.info("Validation matrix has %d rows", data["validation"].num_row())
    model = base / "model/xgboost-model"
    checkpoints = _checkpoint_folder(base)
    start_from, done = xgboost_checkpoints.begin(checkpoints)
    callbacks = [library.callback.EvaluationMonitor()]
    if checkpoints and is_master:
        callbacks.append(xgboost_checkpoints.writer(library, checkpoints, done))
    if options.save_when_stopped and is_master:
        callbacks.append(xgboost_checkpoints.keeper(library, model))
        xgboost_checkpoints.end_well_when_stopped(model)
    if options.early_stopping and options.metrics and "validation" in data:
        callbacks.append(_early_stopping(library, options, is_master))
    try:
        booster = library.train(
            parameters, data["train"], num_boost_round=options.rounds - done,
            evals=[(rows, name) for name, rows in data.items()], custom_metric=_added_metrics(options.metrics),
            callbacks=callbacks, xgb_model=start_from, verbose_eval=False,
        )  # fmt: skip
    except (library.core.XGBoostError, ValueError) as error:
        raise UserError(f"XGB train call failed with exception:\n{error}") from error
    if is_master:
        xgboost_checkpoints.save(booster, model)


def _early_stopping(library: Any, options: Options, is_master: bool) -> Any:
    return library.callback.EarlyStopping(
        rounds=options.early_stopping, data_name="validation", metric_name=options.metrics[-1], save_best=is_master,
        maximize=options.metrics[-1].partition("@")[0] in xgboost_metrics.MAXIMIZED,
    )  # fmt: skip


def _added_metrics(metrics: list[str]) -> Any:
    names = [name for name in metrics if name in xgboost_metrics.ADDED_BY_IMAGE]
    if not names:
        return None
    from local_cloud.sagemaker.images import xgboost_added_metrics

    return xgboost_added_metrics.evaluation(names)


def _checkpoint_folder(base: Path) -> Path | None:
    file = base / "input/config/checkpointconfig.json"
    local = json.loads(file.read_text(encoding="utf-8")).get("LocalPath") if file.exists() else None
    if not local:
        return None
    return Path(local)
