"""What an environment and a use case that it deploys must agree on."""

import math
from pathlib import Path

from config.environment import Environment
from config.errors import ConfigError
from config.labelling import require_addresses, require_ground_truth, require_same_region
from config.loading import ROOT, place
from config.preparation import require_engine
from config.serverless_agreement import (
    require_no_capture,
    require_no_experiment,
    require_no_monitor,
    require_no_sample,
    require_open_network,
    require_region,
)
from config.training_image import require_images
from config.use_case import UseCase
from config.use_case.monitor_agreement import outcome_hours

_LATE_HOURS = 24  # within which a window is looked at after its outcomes have come


def require_captures(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if captures go before an experiment ends: each look adds up all since its start."""
    if use_case.experiment is None:
        return
    kept = environment.retention.capture_days
    days = use_case.experiment.maximum_days + math.ceil(use_case.experiment.outcome_hours / 24)
    if kept < days:
        where = place("environments", environment.name, ("retention", "capture_days"), root)
        raise ConfigError(
            f"{where}: found {kept}, but an experiment of {use_case.name} looks back {days} days at the end "
            f"(experiment.maximum_days and outcome_hours); allowed is {days} or more. Raise it, or lower those."
        )


def require_window(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if captures go before the monitor's window has been looked at, outcomes and all."""
    if use_case.monitor is None:
        return
    kept = environment.retention.capture_days
    waits = outcome_hours(use_case.monitor, use_case.experiment)
    days = math.ceil((use_case.monitor.window_hours + waits + _LATE_HOURS) / 24)
    if kept < days:
        where = place("environments", environment.name, ("retention", "capture_days"), root)
        raise ConfigError(
            f"{where}: found {kept}, but a look at {use_case.name} goes back {days} days (monitor.window_hours, "
            f"outcome_hours, and a day's delay); allowed is {days} or more. Raise it, or lower those."
        )


def require_samples(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if captures go before a turn of the loop has chosen from them."""
    sample = use_case.retrain and use_case.retrain.sample
    kept = environment.retention.capture_days
    if sample and kept < sample.days:
        where = place("environments", environment.name, ("retention", "capture_days"), root)
        raise ConfigError(
            f"{where}: found {kept}, but a turn of {use_case.name} chooses from {sample.days} days of captures "
            f"(retrain.sample.days); allowed is {sample.days} or more. Raise it, or lower that."
        )


REQUIREMENTS = (
    require_engine,
    require_images,
    require_captures,
    require_window,
    require_samples,
    require_open_network,
    require_no_capture,
    require_no_experiment,
    require_no_monitor,
    require_no_sample,
    require_region,
    require_ground_truth,
    require_same_region,
    require_addresses,
)


def require_agreement(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError at the first of REQUIREMENTS that is not met."""
    for require in REQUIREMENTS:
        require(environment, use_case, root)
