"""What people expect to use in a month; prices are worked out from it, and nothing enforces it."""

from typing import Annotated

from pydantic import Field, StrictInt

from config.section import Section

_MOST = 10**12  # of anything; keeps sums within what a page can show

Amount = Annotated[StrictInt, Field(ge=0, le=_MOST)]
Minutes = Annotated[StrictInt, Field(ge=0, le=43_800)]  # of a month: 730 hours
Hours = Annotated[StrictInt, Field(ge=0, le=730)]


class UseCaseUsage(Section):
    """What one use case has in a month."""

    requests: Amount = Field(default=10_000, description="requests to the endpoint")
    request_kb: Amount = Field(default=2, description="size of a request, kB")
    answer_kb: Amount = Field(default=1, description="size of an answer, kB")
    request_ms: Amount = Field(
        default=100, description="milliseconds that a serverless container computes for a request"
    )
    live_hours: Hours = Field(default=730, description="hours in which a model is live, its instances running")
    pipeline_runs: Amount = Field(default=4, description="runs of the training pipeline")
    batch_runs: Amount = Field(default=4, description="batch transforms")
    experiment_looks: Amount = Field(default=0, description="looks at the outcomes of an experiment, a job each")
    monitor_looks: Amount = Field(default=4, description="looks at captured requests, a job each (docs/monitoring.md)")
    processing_minutes: Minutes = Field(default=5, description="minutes that a processing step takes")
    training_minutes: Minutes = Field(default=10, description="minutes that a training step, or a job of tuning, takes")
    transform_minutes: Minutes = Field(default=10, description="minutes that a batch transform step takes")
    labelled_objects: Amount = Field(default=0, description="objects that Ground Truth has labelled")
    custom_metrics: Amount = Field(
        default=1,
        description="metrics of CloudWatch that come all month long; a metric that comes in some hours pays for those "
        "(docs/monitoring.md: what it costs)",
    )


class Stored(Section):
    """GB in each bucket of the environment, old versions among them."""

    raw: Amount = Field(default=1, description="raw data, GB")
    labelled: Amount = Field(default=1, description="labels, GB")
    processed: Amount = Field(default=1, description="prepared data and results, GB")
    models: Amount = Field(default=1, description="trained models, GB")
    capture: Amount = Field(default=1, description="captured requests, GB")
    logs: Amount = Field(default=1, description="access logs, GB")


class Usage(Section):
    """What an environment has in a month."""

    each: UseCaseUsage = Field(default=UseCaseUsage(), description="what each use case has")
    stored_gb: Stored = Field(default=Stored(), description="GB in each bucket")
    notebook_hours: Hours = Field(default=40, description="hours in which each notebook instance runs")
    object_writes: Amount = Field(default=20_000, description="requests to S3 that write or list")
    object_reads: Amount = Field(default=50_000, description="requests to S3 that read")
    table_writes: Amount = Field(default=20_000, description="items written to DynamoDB, of up to 1 KB")
    table_reads: Amount = Field(default=50_000, description="items read from DynamoDB, of up to 4 KB")
    key_requests: Amount = Field(default=20_000, description="requests to KMS")
    function_calls: Amount = Field(default=10_000, description="calls of functions besides those on a schedule")
    function_ms: Amount = Field(default=1_000, description="milliseconds that a call of a function takes")
    log_gb: Amount = Field(default=1, description="logs of functions and jobs written, GB")
    flow_log_gb: Amount = Field(default=1, description="flow logs of the VPC written, GB")
    interface_endpoint_gb: Amount = Field(default=1, description="GB through interface endpoints, where there are any")
    internet_gb: Amount = Field(default=1, description="GB to the internet: downloads, answers to clients outside AWS")
    image_gb: Amount = Field(default=0, description="images of your own in ECR, GB")
    mails: Amount = Field(default=10, description="mails that alarms send")
    workers: Amount = Field(default=5, description="people of the workforce who label in a month")
