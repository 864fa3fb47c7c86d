"""What is allowed and yet deserves a second look, for whoever checks the configuration."""

from collections.abc import Iterable, Iterator

from config.environment import Environment
from config.use_case import UseCase
from config.use_case.monitor import LONGEST_HOURS
from config.use_case.monitor_agreement import monitors_of

_HOURS = {"hour": 1, "day": 24, "week": 168}


def remarks(environment: Environment, use_cases: Iterable[UseCase] = ()) -> Iterator[str]:
    """Give a sentence for each safety of an environment in earnest, one with termination protection, that is not on.

    Args:
        environment: which one.
        use_cases: those that it deploys.
    """
    if not environment.termination_protection:
        return
    where = f"environments/{environment.name}.yaml"
    if environment.alarm_email is None:
        yield f"{where}: alarms reach nobody. Name an address in `alarm_email`, or subscribe to the topic of alarms."
    if environment.opens_models:
        yield (
            f"{where}: serverless endpoints run outside the private network, and nothing records their requests. Serve "
            "by instances, unless what `network.allow_internet` and `capture.allow_no_capture` say holds in earnest."
        )
    if not environment.access.allowed_cidrs:
        yield f"{where}: people's credentials work from any address. Name yours in `access.allowed_cidrs`."
    for use_case in use_cases:
        if use_case.monitor is None and not environment.serves(use_case.name).serverless:
            yield (
                f"{where}: requests to {use_case.name} and its answers are recorded, and nothing watches them. Add a "
                f"section `monitor` to pipelines_src/{use_case.name}/use_case.yaml (docs/monitoring.md)."
            )
        if text := _too_short(use_case):
            yield f"{where}: {text}"
        if use_case.experiment and use_case.monitor and use_case.monitor.backend == "model_monitor":
            yield (
                f"{where}: while an experiment of {use_case.name} runs, Model Monitor looks at champion and challenger "
                "together, which it cannot tell apart. `monitor.backend: processing_job` watches each by itself."
            )


def _too_short(use_case: UseCase) -> str:
    """Return what a window of one period leaves unseen; empty if windows are longer."""
    period, monitor = _HOURS.get(use_case.evaluate.resample), use_case.monitor
    if monitor is None or not period or monitor.window_hours >= 2 * period:
        return ""
    blind = [name for name in monitors_of(use_case.problem, use_case.train, monitor) if name != "data_quality"]
    if not blind:
        return ""
    return (
        f"{use_case.name} is looked at in windows of {monitor.window_hours} hours, and records of one "
        f"{use_case.evaluate.resample} are alike (`evaluate.resample`): of one alone {', '.join(blind)} never alarm. "
        f"`monitor.window_hours` of {min(7 * period, LONGEST_HOURS)} sees more."
    )
