"""When a tuning job has looked for long enough: ResourceLimits and TuningJobCompletionCriteria."""

import time
from collections.abc import Sequence
from typing import Any

from local_cloud.sagemaker.api import now
from local_cloud.sagemaker.jobs.gaussian import Trial, expected_improvement
from local_cloud.sagemaker.jobs.ranges import Space
from local_cloud.sagemaker.jobs.tuning_results import Results

_GIVE_UP_AFTER = 5  # training jobs without a value of the objective, as on AWS
_WORTH_GOING_ON = 0.01  # of the best objective; AWS's definition of convergence


class Criteria:
    """The limits of one tuning job, from the moment it starts; `config` is HyperParameterTuningJobConfig."""

    def __init__(self, config: dict[str, Any], searched: Space) -> None:
        self._direction = config["HyperParameterTuningJobObjective"]["Type"]
        self._seconds = config["ResourceLimits"].get("MaxRuntimeInSeconds")
        criteria = config.get("TuningJobCompletionCriteria", {})
        self._target = criteria.get("TargetObjectiveMetricValue")
        self._patience = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        flag = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence")
        self._ends_on_convergence = flag == "Enabled"
        self._searched = searched
        self._began = time.monotonic()
        self._looked_at = 0
        self.converged_at: float | None = None

    @property
    def runtime(self) -> int:
        """How long the job has run, in whole seconds."""
        return round(time.monotonic() - self._began)

    def are_met(self, results: Results, trials: Sequence[Trial]) -> bool:
        """Whether one of them is met; `trials` are all that is known, those of parents too."""
        if self._seconds is not None and time.monotonic() - self._began > self._seconds:
            return True
        if results.reached(self._target, self._direction):
            return True
        if self._patience is not None and results.not_improving >= self._patience:
            return True
        if self._ends_on_convergence and self._is_converged(trials):
            return True
        return results.without_objective >= _GIVE_UP_AFTER and results.best is None

    def _is_converged(self, trials: Sequence[Trial]) -> bool:
        # AWS's way to see it is not published. What it has to see is: no more than 1 % is to be expected.
        own = [trial.objective for trial in trials if trial.objective is not None and not trial.borrowed]
        if self.converged_at is None and own and len(own) != self._looked_at:
            self._looked_at = len(own)
            if expected_improvement(self._searched, trials) <= _WORTH_GOING_ON * abs(max(own)):
                self.converged_at = now()
        return self.converged_at is not None
