"""The instances of a K-means job as one: each sees its own rows, all have the same centers."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Peers:
    """What the instances tell each other; every one of them has to ask the same at the same point.

    The first by name is the master, which chooses the first centers and reduces them in the end.
    """

    count: int = 1
    is_master: bool = True

    def total(self, numbers: Numbers) -> Numbers:
        """Return the sum of what all instances give."""
        return self._reduced(numbers, "SUM")

    def most(self, number: int) -> int:
        """Return the largest of what all instances give."""
        return int(self._reduced(np.array([number], float), "MAX")[0])

    def masters(self, numbers: Numbers) -> Numbers:
        """Return what the master gives; the others give an array of the same shape."""
        return self.total(numbers if self.is_master else np.zeros_like(numbers))

    def _reduced(self, numbers: Numbers, by: str) -> Numbers:
        if self.count == 1:
            return numbers
        from xgboost import collective  # the network among instances that local jobs have

        flat = collective.allreduce(np.ascontiguousarray(numbers, np.float64).ravel(), collective.Op[by])
        return np.asarray(flat, np.float64).reshape(numbers.shape)


@contextmanager
def meeting(hosts: Sequence[str], current: str) -> Iterator[Peers]:
    """Connect to the other instances as long as it lasts."""
    if len(hosts) == 1:
        yield Peers()
        return
    from local_cloud.sagemaker.images import xgboost_cluster

    with xgboost_cluster.meeting(hosts, current) as is_master:
        yield Peers(len(hosts), is_master)
