"""The ends of logs, shown beside an error."""

from ops.target import Target

LINES = 15
_GROUPS = {
    "processing-job": "/aws/sagemaker/ProcessingJobs",
    "training-job": "/aws/sagemaker/TrainingJobs",
    "transform-job": "/aws/sagemaker/TransformJobs",
}
_SEARCH = "hyper-parameter-tuning-job"


def end_of_job(target: Target, job_arn: str) -> str:
    """Return the last lines of a job's log; nothing if it is no job, or has none that can be read."""
    kind, _, name = job_arn.rpartition(":")[2].partition("/")
    if kind == _SEARCH:  # its training jobs have its name and a number
        return end_of(target, _GROUPS["training-job"], f"{name}-")
    return end_of(target, _GROUPS[kind], f"{name}/") if kind in _GROUPS else ""


def end_of_endpoint(target: Target) -> str:
    """Return the last lines that the models of the use case's endpoint wrote; nothing if there are none."""
    return end_of(target, f"/aws/sagemaker/Endpoints/{target.name}")


def end_of(target: Target, group: str, prefix: str = "") -> str:
    """Return the last lines of the newest log stream of a group whose name begins with `prefix`."""
    # Imported here: botocore would slow down the commands that need no AWS.
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        # An endpoint's group keeps the streams of machines long gone, so the newest are asked for. With a prefix that
        # cannot be, and a job has few.
        streams = (
            target.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)
            if prefix
            else target.logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)
        )["logStreams"]
        if not streams:
            return ""
        newest = max(streams, key=lambda stream: stream.get("lastEventTimestamp", 0))["logStreamName"]
        events = target.logs.get_log_events(logGroupName=group, logStreamName=newest, limit=LINES, startFromHead=False)[
            "events"
        ]
    except (BotoCoreError, ClientError):
        return ""  # a log that cannot be read must not hide the error it belongs to
    lines = "".join(f"\n  {event['message'].rstrip()}" for event in events)
    return f"\nThe end of its log, {group}/{newest}:{lines}" if lines else ""
