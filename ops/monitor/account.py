"""Ask the account what synthesis cannot know: whether SageMaker Model Monitor is open to it, and what schedules do."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from ops.findings import Finding
from ops.target import Target

_OTHER = "`monitor.backend: processing_job` needs none of it"


def findings(target: Target) -> Iterator[Finding]:
    """Give what the account says of what monitoring needs."""
    monitor = target.use_case.monitor
    if monitor is None or monitor.backend != "model_monitor":
        yield Finding(True, "The project's own jobs watch: that needs no service that is closed.")
        return
    opened = _open(target)
    yield opened
    if opened.good is not False:
        yield from _schedules(target)


def _open(target: Target) -> Finding:
    try:
        listed = target.sagemaker.list_monitoring_schedules(MaxResults=1)["MonitoringScheduleSummaries"]
        ran = target.sagemaker.list_monitoring_executions(MaxResults=1)["MonitoringExecutionSummaries"]
    except ClientError as error:
        return Finding(False, f"Model Monitor does not answer: {error}. {_OTHER}.")
    for known in (*listed, *ran):
        return Finding(True, f"Model Monitor is open: the account has {known['MonitoringScheduleName']}.")
    return Finding(
        None,
        f"The account has no monitoring schedule in {target.environment.region} yet, and Model Monitor takes no new "
        f"customers since 30 July 2026; AWS may refuse the first, and then the release that makes it. {_OTHER}.",
    )


def _schedules(target: Target) -> Iterator[Finding]:
    summaries = target.sagemaker.list_monitoring_schedules(EndpointName=target.name)["MonitoringScheduleSummaries"]
    for one in summaries:
        name, status = one["MonitoringScheduleName"], one["MonitoringScheduleStatus"]
        good = {"Scheduled": True, "Pending": None}.get(status, False)
        yield Finding(good, f"The schedule {name} is {status}.")
