"""What beginning by itself reads and changes, on AWS."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from experiment.observation import Live
from experiment.steps import Told
from experiment.trial import Trial

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from experiment.aws import AwsWorld


class AwsBeginning:
    """The same world as that of looks, for `by_itself.begin`."""

    def __init__(self, world: "AwsWorld", logger: "Logger") -> None:
        self._world, self._logger = world, logger

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC)

    def trials(self, use_case: str, count: int) -> Iterable[Trial]:
        """Return the newest experiments, newest first."""
        return self._world.records.trials(use_case, count)

    def live(self, use_case: str) -> Live | None:
        """Return the endpoint as it is."""
        return self._world.serving.live(use_case)

    def metadata(self, package: str) -> Mapping[str, str]:
        """Return what the registry says of a package besides its model."""
        return self._world.serving.metadata(package)

    def read(self, uri: str) -> str | None:
        """Return what an evaluation has left."""
        return self._world.storage.read(uri)

    def numbers(self, trial: Trial) -> Iterable[Mapping[str, Any]]:
        """Return the numbers of an experiment's looks."""
        return [look.numbers for look in self._world.records.looks(trial)]

    def deployed(self, use_case: str) -> str | None:
        """Return how the deployed functions share requests."""
        return self._world.assignments.get(use_case)

    def begin(self, trial: Trial) -> bool:
        """Write a new experiment down."""
        won = self._world.records.begin(trial)
        said = "Experiment begun by itself" if won else "Experiment begun by another invocation"
        self._logger.info(said, experiment=trial.name, why=trial.why)
        return won

    def tell(self, use_case: str, told: Told) -> None:
        """Count a metric of the use case and log why."""
        self._world.tell(use_case, told)
