"""The built-in K-means on rows, with its log: first centers, passes over the rows, reduction from K to k, scores."""

import logging
import time
from collections.abc import Sequence

import numpy as np

from local_cloud.sagemaker.images.channels import UserError
from local_cloud.sagemaker.images.kmeans_centers import Lloyd, MiniBatchCenters, choose, nearest
from local_cloud.sagemaker.images.kmeans_hyperparameters import Hyperparameters
from local_cloud.sagemaker.images.kmeans_peers import Peers
from local_cloud.sagemaker.images.rows import Matrix

_LOG = logging.getLogger("kmeans")
_SEED = 0
_ALONE = Peers()


def train(rows: Matrix, parameters: Hyperparameters, host: str, peers: Peers = _ALONE) -> Matrix:
    """Return the k centers of the rows of all instances, on each of them the same.

    Raises:
        UserError: the master's first mini-batch has fewer rows than there are centers.
    """
    random = np.random.RandomState(_SEED)
    state = MiniBatchCenters(_first_centers(rows, parameters, random, peers), parameters.half_life_time_size)
    batches = peers.most(-(-len(rows) // parameters.mini_batch_size))
    for epoch in range(parameters.epochs):
        started = time.monotonic()
        order = random.permutation(len(rows))
        for number in range(batches):  # an instance with fewer rows than another ends with empty ones
            start = number * parameters.mini_batch_size
            state.update(rows[order[start : start + parameters.mini_batch_size]], peers.total)
        done = 100 * (epoch + 1) / parameters.epochs
        _LOG.info("processed a total of %d examples", len(rows))
        _LOG.info("#progress_metric: host=%s, completed %s %% of epochs", host, done)
        rate = len(rows) / max(time.monotonic() - started, 1e-9)
        _LOG.info("#throughput_metric: host=%s, train throughput=%s records/second", host, rate)
    if not peers.is_master:
        return peers.masters(np.zeros((parameters.k, parameters.feature_dim)))
    return peers.masters(_reduced(state, parameters, random, host))


def _first_centers(rows: Matrix, parameters: Hyperparameters, random: np.random.RandomState, peers: Peers) -> Matrix:
    count = parameters.k * parameters.extra_center_factor
    if not peers.is_master:
        return peers.masters(np.zeros((count, parameters.feature_dim)))
    first = rows[random.permutation(len(rows))[: parameters.mini_batch_size]]
    if len(first) < count:
        raise UserError(
            f"The first mini-batch has {len(first)} rows, fewer than the {count} initial centers (k * "
            f"extra_center_factor, {parameters.k} * {parameters.extra_center_factor}). Lower extra_center_factor or k, "
            "raise mini_batch_size, or train with more rows"
        )
    return peers.masters(choose(first, count, parameters.init_method, random, None))


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


def score(rows: Matrix, centers: Matrix, metrics: Sequence[str], host: str, peers: Peers = _ALONE) -> None:
    """Log the metrics of test rows; with `peers` of the rows of all instances."""
    # What is served are the centers of the file, which has float32.
    _, squared = nearest(rows, centers.astype(np.float32))
    count, total = peers.total(np.array([len(rows), squared.sum()]))
    values = {"msd": float(total / count), "ssd": float(total)}
    if peers.is_master:
        for name in metrics:
            _LOG.info("#quality_metric: host=%s, test %s <loss>=%s", host, name, values[name])
