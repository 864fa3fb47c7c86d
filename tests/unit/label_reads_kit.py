"""The label function's own look, at the cloud in memory: something else happens between two of its reads."""

from typing import TYPE_CHECKING, Any

from label.aws import AwsWorld
from label.state import Choice, Execution, Job, Known, Object, Observation, Run
from label.terms import Terms

if TYPE_CHECKING:
    from tests.unit.label_cloud_kit import Cloud

READS = 8  # of a look, the most


class Reads:
    """What a look reads of storage, jobs and records. Before one of its reads, by number, the cloud is interrupted."""

    def __init__(self, cloud: "Cloud", interrupted: int) -> None:
        self._cloud, self._left = cloud, interrupted

    def runs(self, _: str) -> tuple[Run, ...]:
        return tuple(reversed(self._now().runs[-10:]))

    def terms(self, _: str) -> Terms | None:
        return self._now().terms

    def execution(self, run: Run, _: str) -> Execution | None:
        return self._now().executions.get(run.name)

    def job(self, run: Run) -> Job | None:
        return self._now().jobs.get(self.name(run))

    def read(self, run: Run, name: str) -> str | None:
        return self._now().bucket.read(run, name)

    def choices(self, _: str) -> tuple[Choice, ...]:
        cloud = self._now()
        return tuple(one for one in cloud.choices if one.name not in cloud.answered)

    def objects(self, _: str, __: str) -> tuple[Object, ...]:
        return tuple(self._now().objects.values())

    def known(self, _: str) -> dict[str, Known]:
        return dict(self._now().known)

    def imported(self, _: str) -> frozenset[str]:
        return frozenset(self._now().imported)

    def spent(self, _: str, __: str) -> float:
        return sum(run.usd for run in self._now().runs)

    @staticmethod
    def name(run: Run) -> str:
        return f"dev-toys-{run.job_suffix}"

    def _now(self) -> "Cloud":
        self._left -= 1
        if self._left == -1:
            self._cloud.interrupted()
        return self._cloud


def look(cloud: "Cloud", interrupted: int) -> Observation:
    """Return what the function sees."""
    reads: Any = Reads(cloud, interrupted)
    return AwsWorld("dev", reads, reads, reads, reads).look("toys")
