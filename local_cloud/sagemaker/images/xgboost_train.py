"""The built-in XGBoost algorithm: what image sagemaker-xgboost 3.x does in algorithm mode, on one or more instances.

Reads the container's files below /opt/ml (or SAGEMAKER_BASE_DIR), trains, logs each round in the image's format and
saves `xgboost-model`, on the master where there are several. A customer's mistake ends with exit code 1 and its text in
/opt/ml/output/failure.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from local_cloud.sagemaker.images import xgboost_cluster, xgboost_fit, xgboost_metrics
from local_cloud.sagemaker.images.channels import UserError, has_data
from local_cloud.sagemaker.images.xgboost_data import content_type, matrix
from local_cloud.sagemaker.images.xgboost_hyperparameters import HyperparameterError, parse

_LOG = logging.getLogger("sagemaker-xgboost")


def main() -> None:
    """Train as the job's files say."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="[%(asctime)s:%(levelname)s] %(message)s")
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        parameters = parse(_read(base / "input/config/hyperparameters.json"))
        channels = _read(base / "input/config/inputdataconfig.json")
        _check_channels(channels)
        options = xgboost_fit.take_options(parameters)
        library = _import_xgboost(bool(xgboost_metrics.ADDED_BY_IMAGE & set(options.metrics)))
        data = _load(library, channels, options.weights, base)
        _train_with_others(library, parameters, options, data, channels, base)
    except (UserError, HyperparameterError) as error:
        _fail(base, str(error))


def _check_channels(channels: dict[str, Any]) -> None:
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    if unknown := sorted(set(channels) - {"train", "validation", "code"}):
        raise UserError(f"Extraneous channel found: {unknown[0]}; known are train, validation and code.")


def _load(library: Any, channels: dict[str, Any], weights: bool, base: Path) -> dict[str, Any]:
    # Before the hosts meet: once they have, XGBoost would read only a part of each file.
    kind = content_type(channels["train"].get("ContentType"))
    folders = {name: base / "input/data" / name for name in ("train", "validation") if name in channels}
    return {name: matrix(library, folder, kind, weights) for name, folder in folders.items() if has_data(folder)}


def _train_with_others(
    library: Any,
    parameters: dict[str, Any],
    options: xgboost_fit.Options,
    data: dict[str, Any],
    channels: dict[str, Any],
    base: Path,
) -> None:
    resources = _read(base / "input/config/resourceconfig.json")
    hosts, current = resources["hosts"], resources["current_host"]
    missing = [name for name in ("train", "validation") if name in channels and name not in data]
    if len(hosts) == 1:
        if missing:
            raise UserError(f"No data in {missing[0]} channel path {base / 'input/data' / missing[0]}")
        xgboost_fit.train(library, parameters, options, data, base, is_master=True)
        return
    _LOG.info("Distributed node training with %d hosts: %s", len(hosts), hosts)
    taking_part = xgboost_cluster.with_data(library, hosts, current, not missing)
    if not taking_part:
        raise UserError("No hosts received training data.")
    if missing:
        _LOG.warning("Host %s has no %s data and does not take part in the training.", current, missing[0])
        return
    with xgboost_cluster.meeting(taking_part, current) as is_master:
        xgboost_fit.train(library, parameters, options, data, base, is_master)


def _import_xgboost(with_sklearn: bool) -> Any:
    # Training needs no scikit-learn; leaving it out saves two of three seconds of start.
    if not with_sklearn:
        sys.modules["sklearn"] = None  # type: ignore[assignment]  # how Python marks a module as absent
    import xgboost

    return xgboost


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _fail(base: Path, message: str) -> NoReturn:
    (base / "output/failure").write_text(message, encoding="utf-8")
    print(f"ERROR {message}", file=sys.stderr, flush=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
