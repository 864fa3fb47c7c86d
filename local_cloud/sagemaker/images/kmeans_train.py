"""The built-in K-means algorithm: what SageMaker's image kmeans:1 does, on one instance or several.

Reads the container's files below /opt/ml (or SAGEMAKER_BASE_DIR), trains, logs in the image's format and saves the
centers as `model_<host>` of the first host, a list of one MXNet array. The same input gives the same centers. A
customer's mistake ends with exit code 2 and its text in /opt/ml/output/failure.
"""

import json
import logging
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from local_cloud.sagemaker.images import kmeans_data, kmeans_fit, mxnet_ndarray
from local_cloud.sagemaker.images.channels import UserError
from local_cloud.sagemaker.images.kmeans_hyperparameters import Hyperparameters, parse
from local_cloud.sagemaker.images.kmeans_peers import Peers, meeting
from local_cloud.sagemaker.images.rows import Matrix

_LOG = logging.getLogger("kmeans")
_LINE = "[%(asctime)s %(levelname)s %(thread)d] %(message)s"
_CUSTOMER_ERROR = 2


def main() -> None:
    """Train as the job's files say."""
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format=_LINE, datefmt="%m/%d/%Y %H:%M:%S")
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    try:
        given = _read(base / "input/config/hyperparameters.json")
        _LOG.info("Merging with provided configuration from input/config/hyperparameters.json: %s", given)
        parameters = parse(given)
        config = _read(base / "input/config/inputdataconfig.json")
        data = _channels(config, base, parameters.feature_dim)
        _train(data, _sharded(config.get("test", {})), parameters, base)
    except UserError as error:
        _fail(base, str(error))


def _train(data: dict[str, Matrix], sharded: bool, parameters: Hyperparameters, base: Path) -> None:
    resources = _read(base / "input/config/resourceconfig.json")
    host = str(resources["current_host"])
    with meeting(resources["hosts"], host) as peers:
        centers = kmeans_fit.train(data["train"], parameters, host, peers)
        if "test" in data:
            # Of a test channel that every instance has whole, the master's is enough.
            metrics = parameters.eval_metrics
            kmeans_fit.score(
                data["test"], centers, metrics, host, peers if sharded else Peers(is_master=peers.is_master)
            )
    if not peers.is_master:
        return
    # Beside, then renamed: a model file that exists is whole.
    model = base / "model" / f"model_{host}"
    model.with_suffix(".partial").write_bytes(mxnet_ndarray.dump([centers.astype(np.float32)]))
    model.with_suffix(".partial").rename(model)


def _channels(config: dict[str, dict[str, str]], base: Path, width: int) -> dict[str, Matrix]:
    if unknown := sorted(set(config) - {"train", "test"}):
        raise UserError(f"Unknown channels: {', '.join(unknown)}; allowed are train and test")
    if "train" not in config:
        raise UserError("Missing required channel: train")
    return {
        name: kmeans_data.read(base / "input/data" / name, described.get("ContentType"), width, _sharded(described))
        for name, described in config.items()
    }


def _sharded(channel: dict[str, str]) -> bool:
    return channel.get("S3DistributionType") == "ShardedByS3Key"


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _fail(base: Path, message: str) -> NoReturn:
    (base / "output/failure").write_text(message, encoding="utf-8")
    _LOG.error("Customer Error: %s", message)
    sys.exit(_CUSTOMER_ERROR)


if __name__ == "__main__":
    main()
