"""Which training jobs of a tuning job are ended early, on jobs that are only their curves."""

from itertools import count

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.sagemaker.jobs import pruning

MOST = 27


def curve(quality: float) -> list[float]:
    """An objective that grows towards its quality; curves of different quality do not cross."""
    return [quality * (1 - 0.5**epoch) for epoch in range(1, MOST + 1)]


def run(pruner: pruning.Pruner, qualities: list[float], parallel: int) -> dict[str, int]:
    """Play a tuning job and return after how many epochs each job ended."""
    waiting = [(f"job-{number}", curve(quality)) for number, quality in enumerate(qualities)]
    running: dict[str, list[float]] = {}
    ended: dict[str, list[float]] = {}
    curves = dict(waiting)
    for _ in count():
        while waiting and len(running) < parallel:
            running[waiting.pop(0)[0]] = []
        if not running:
            return {name: len(history) for name, history in ended.items()}
        for name, history in running.items():
            history.append(curves[name][len(history)])
        over = set(pruner.hopeless(running, ended))
        over |= {name for name, history in running.items() if len(history) == MOST}
        ended.update({name: running.pop(name) for name in over})
    raise AssertionError


@pytest.mark.parametrize("parallel", [1, 4, 40])
def test_hyperband_spends_little_and_keeps_the_best(parallel: int) -> None:
    qualities = [float(value) for value in np.random.default_rng(2).permutation(40)]
    epochs = run(pruning.Hyperband(1, MOST), qualities, parallel)
    assert sum(epochs.values()) < 0.6 * MOST * len(qualities)
    assert epochs[f"job-{qualities.index(max(qualities))}"] == MOST


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.integers(1, 5), st.integers(1, 9))
def test_hyperband_never_ends_a_job_before_the_least_epochs(qualities: list[float], parallel: int, least: int) -> None:
    epochs = run(pruning.Hyperband(least, MOST), qualities, parallel)
    assert min(epochs.values()) >= least
    assert max(epochs.values()) <= MOST


def test_the_median_rule_ends_what_is_worse_than_most_were() -> None:
    epochs = run(pruning.MedianRule(), [3.0, 2.0, 4.0, 0.1, 5.0], parallel=1)
    assert epochs["job-3"] < MOST
    assert {epochs[f"job-{number}"] for number in (0, 1, 2, 4)} == {MOST}
