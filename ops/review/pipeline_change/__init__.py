"""What changes in the pipelines of models, and in what else runs their jobs."""

from collections.abc import Iterator

from ops.review.model import Compared, Found
from ops.review.pipeline_change import jobs, machines, pipelines
from ops.review.worlds import in_each_world

__all__ = ["look"]


def _look(compared: Compared) -> Iterator[Found]:
    for part in (pipelines, machines, jobs):
        yield from part.found(compared)


look = in_each_world(_look)
