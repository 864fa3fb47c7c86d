"""The built-in XGBoost algorithm: what image sagemaker-xgboost 3.x does in algorithm mode, on one instance.

Reads the container's files below /opt/ml (or SAGEMAKER_BASE_DIR), trains, logs each round in the image's format and
saves `xgboost-model`. A customer's mistake ends with exit code 1 and its text in /opt/ml/output/failure.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from local_cloud.sagemaker.images import xgboost_metrics
from local_cloud.sagemaker.images.channels import UserError
from local_cloud.sagemaker.images.xgboost_data import content_type, matrix
from local_cloud.sagemaker.images.xgboost_hyperparameters import HyperparameterError, parse

_LOG = logging.getLogger("sagemaker-xgboost")
_CHECKPOINT = "xgboost-checkpoint"


def main() -> None:
    """Train as the job's files say."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="[%(asctime)s:%(levelname)s] %(message)s")
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        parameters = parse(_read(base / "input/config/hyperparameters.json"))
        channels = _read(base / "input/config/inputdataconfig.json")
        _train(parameters, channels, base)
    except (UserError, HyperparameterError) as error:
        _fail(base, str(error))


def _train(parameters: dict[str, Any], channels: dict[str, dict[str, str]], base: Path) -> None:
    rounds, metrics, early_stopping = _training_options(parameters)
    if unknown := set(channels) - {"train", "validation", "code"}:
        raise UserError(f"Unknown channels: {', '.join(sorted(unknown))}; known are train, validation and code.")
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    needs_sklearn = bool(xgboost_metrics.ADDED_BY_IMAGE & set(metrics))
    library = _import_xgboost(needs_sklearn)
    weights = bool(parameters.pop("csv_weights", 0))
    names = [name for name in ("train", "validation") if name in channels]
    kind = content_type(channels["train"].get("ContentType"))
    data = {name: matrix(library, base / "input/data" / name, kind, weights) for name in names}
    _LOG.info("Train matrix has %d rows and %d columns", data["train"].num_row(), data["train"].num_col())
    if "validation" in data:
        _LOG.info("Validation matrix has %d rows", data["validation"].num_row())
    callbacks, start_from, done = _callbacks(library, base, metrics, early_stopping, "validation" in data)
    added = None
    if needs_sklearn:
        from local_cloud.sagemaker.images import xgboost_added_metrics

        added = xgboost_added_metrics.evaluation([name for name in metrics if name in xgboost_metrics.ADDED_BY_IMAGE])
    try:
        booster = library.train(
            parameters, data["train"], num_boost_round=rounds - done, evals=[(data[name], name) for name in names],
            custom_metric=added, callbacks=callbacks, xgb_model=start_from, verbose_eval=False,
        )  # fmt: skip
    except (library.core.XGBoostError, ValueError) as error:
        raise UserError(f"XGB train call failed with exception:\n{error}") from error
    # Beside, then renamed: a model file that exists is whole.
    model = base / "model/xgboost-model"
    booster.save_model(model.with_suffix(".ubj"))
    model.with_suffix(".ubj").rename(model)


def _training_options(parameters: dict[str, Any]) -> tuple[int, list[str], int | None]:
    rounds = parameters.pop("num_round")
    early_stopping = parameters.pop("early_stopping_rounds", None)
    parameters.pop("save_model_on_termination", None)
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
    return rounds, metrics, early_stopping


def _import_xgboost(with_sklearn: bool) -> Any:
    # Training needs no scikit-learn; leaving it out saves two of three seconds of start.
    if not with_sklearn:
        sys.modules["sklearn"] = None  # type: ignore[assignment]  # how Python marks a module as absent
    import xgboost

    return xgboost


def _callbacks(
    library: Any, base: Path, metrics: list[str], early_stopping: int | None, validated: bool
) -> tuple[list[Any], str | None, int]:
    callbacks: list[Any] = [library.callback.EvaluationMonitor()]
    start_from, done = None, 0
    checkpoints = _checkpoint_folder(base)
    if checkpoints:
        start_from, done = _last_checkpoint(checkpoints)
        callbacks.append(library.callback.TrainingCheckPoint(str(checkpoints), name=_CHECKPOINT, interval=1))
    if early_stopping and metrics and validated:
        callbacks.append(
            library.callback.EarlyStopping(
                rounds=early_stopping, data_name="validation", metric_name=metrics[-1], save_best=True,
                maximize=metrics[-1].partition("@")[0] in xgboost_metrics.MAXIMIZED,
            )
        )  # fmt: skip
    return callbacks, start_from, done


def _checkpoint_folder(base: Path) -> Path | None:
    file = base / "input/config/checkpointconfig.json"
    local = _read(file).get("LocalPath") if file.exists() else None
    if not local:
        return None
    folder = Path(local)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _last_checkpoint(folder: Path) -> tuple[str | None, int]:
    found = {int(path.stem.rpartition("_")[2]): path for path in folder.glob(f"{_CHECKPOINT}_*")}
    if not found:
        return None, 0
    last = max(found)
    _LOG.info("Resuming from %s", found[last].name)
    return str(found[last]), last + 1


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _fail(base: Path, message: str) -> NoReturn:
    (base / "output/failure").write_text(message, encoding="utf-8")
    print(f"ERROR {message}", file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
