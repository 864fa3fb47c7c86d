"""The built-in K-means algorithm: what SageMaker's image kmeans:1 does, on one instance.

Reads the container's files below /opt/ml (or SAGEMAKER_BASE_DIR), trains, logs in the image's format and saves the
centers as `model_<host>`, a list of one MXNet array. The same input gives the same centers. A customer's mistake ends
with exit code 2 and its text in /opt/ml/output/failure.
"""

import json
import logging
import os
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from local_cloud.sagemaker.images import kmeans_data, mxnet_ndarray
from local_cloud.sagemaker.images.channels import UserError
from local_cloud.sagemaker.images.kmeans_centers import Lloyd, MiniBatchCenters, choose, nearest
from local_cloud.sagemaker.images.kmeans_hyperparameters import Hyperparameters, parse
from local_cloud.sagemaker.images.rows import Matrix

_LOG = logging.getLogger("kmeans")
_LINE = "[%(asctime)s %(levelname)s %(thread)d] %(message)s"
_SEED = 0
_CUSTOMER_ERROR = 2


def main() -> None:
    """Train as the job's files say."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format=_LINE, datefmt="%m/%d/%Y %H:%M:%S")
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        host = _host(_read(base / "input/config/resourceconfig.json"))
        given = _read(base / "input/config/hyperparameters.json")
        _LOG.info("Merging with provided configuration from input/config/hyperparameters.json: %s", given)
        parameters = parse(given)
        data = _channels(_read(base / "input/config/inputdataconfig.json"), base, parameters)
        centers = train(data["train"], parameters, host)
        if "test" in data:
            _score(data["test"], centers, parameters, host)
    except UserError as error:
        _fail(base, str(error))
    # Beside, then renamed: a model file that exists is whole.
    model = base / "model" / f"model_{host}"
    model.with_suffix(".partial").write_bytes(mxnet_ndarray.dump([centers.astype(np.float32)]))
    model.with_suffix(".partial").rename(model)


def train(rows: Matrix, parameters: Hyperparameters, host: str) -> Matrix:
    """Return the k centers of the rows.

    Raises:
        UserError: the first mini-batch has fewer rows than there are centers.
    """
    random = np.random.RandomState(_SEED)
    count = parameters.k * parameters.extra_center_factor
    first = rows[random.permutation(len(rows))[: parameters.mini_batch_size]]
    if len(first) < count:
        raise UserError(
            f"The first mini-batch has {len(first)} rows, fewer than the {count} initial centers (k * "
            f"extra_center_factor, {parameters.k} * {parameters.extra_center_factor}). Lower extra_center_factor or k, "
            "raise mini_batch_size, or train with more rows"
        )
    state = MiniBatchCenters(choose(first, count, parameters.init_method, random, None), parameters.half_life_time_size)
    for epoch in range(parameters.epochs):
        started = time.monotonic()
        order = random.permutation(len(rows))
        for start in range(0, len(rows), parameters.mini_batch_size):
            state.update(rows[order[start : start + parameters.mini_batch_size]])
        done = 100 * (epoch + 1) / parameters.epochs
        _LOG.info("processed a total of %d examples", len(rows))
        _LOG.info("#progress_metric: host=%s, completed %s %% of epochs", host, done)
        rate = len(rows) / max(time.monotonic() - started, 1e-9)
        _LOG.info("#throughput_metric: host=%s, train throughput=%s records/second", host, rate)
    return _reduced(state, parameters, random, host)


def _reduced(state: MiniBatchCenters, parameters: Hyperparameters, random: np.random.RandomState, host: str) -> Matrix:
    if parameters.extra_center_factor == 1:
        _LOG.info("No shrinking is required as extra_center_factor is 1.")
        return state.centers
    _LOG.info("shrinking %d centers into %d", len(state.centers), parameters.k)
    lloyd = Lloyd(parameters.local_lloyd_init_method, parameters.local_lloyd_max_iter, parameters.local_lloyd_tol)
    best, least = state.centers, np.inf
    for attempt in range(parameters.local_lloyd_num_trials):
        centers, loss = lloyd.run(state.centers, state.counts, parameters.k, random)
        _LOG.info("local kmeans attempt #%d. Current mean square distance %f", attempt, loss)
        if loss < least:
            best, least = centers, loss
    _LOG.info("finished shrinking process. Mean Square Distance = %f", least)
    _LOG.info("#quality_metric: host=%s, train msd <loss>=%s", host, least)
    return best


def _score(rows: Matrix, centers: Matrix, parameters: Hyperparameters, host: str) -> None:
    # What is served are the centers of the file, which has float32.
    _, squared = nearest(rows, centers.astype(np.float32))
    values = {"msd": float(squared.mean()), "ssd": float(squared.sum())}
    for name in parameters.eval_metrics:
        _LOG.info("#quality_metric: host=%s, test %s <loss>=%s", host, name, values[name])


def _channels(config: dict[str, dict[str, str]], base: Path, parameters: Hyperparameters) -> dict[str, Matrix]:
    if unknown := sorted(set(config) - {"train", "test"}):
        raise UserError(f"Unknown channels: {', '.join(unknown)}; allowed are train and test")
    if "train" not in config:
        raise UserError("Missing required channel: train")
    return {
        name: kmeans_data.read(base / "input/data" / name, described.get("ContentType"), parameters.feature_dim)
        for name, described in config.items()
    }


def _host(resources: dict[str, Any]) -> str:
    if len(resources["hosts"]) > 1:
        raise UserError("The local cloud trains K-means on one instance; set ResourceConfig.InstanceCount to 1")
    return str(resources["current_host"])


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _fail(base: Path, message: str) -> NoReturn:
    (base / "output/failure").write_text(message, encoding="utf-8")
    _LOG.error("Customer Error: %s", message)
    sys.exit(_CUSTOMER_ERROR)


if __name__ == "__main__":
    main()
