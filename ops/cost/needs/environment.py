"""What an environment uses as a whole, whichever of its resources it goes through."""

from collections.abc import Iterator
from decimal import Decimal

from config.usage import Usage, UseCaseUsage
from ops.cost.model import Need, Part
from ops.cost.needs.given import Function, calls, need

_DAYS = Decimal(30)  # that a GB of logs is kept to have been stored for a month


def shared(usage: Usage, function: Function, types: frozenset[str]) -> Iterator[Need]:
    """Give requests, logs and traffic, of those services that the environment has resources of."""
    asked = {
        "AWS::S3::Bucket": (
            ("AmazonS3:Requests-Tier1", usage.object_writes),
            ("AmazonS3:Requests-Tier2", usage.object_reads),
        ),
        "AWS::DynamoDB::Table": (
            ("AmazonDynamoDB:WriteRequestUnits", usage.table_writes),
            ("AmazonDynamoDB:ReadRequestUnits", usage.table_reads),
        ),
        "AWS::KMS::Key": (("awskms:KMS-Requests", usage.key_requests),),
        "AWS::SNS::Topic": (("AmazonSNS:DeliveryAttempts-SMTP", usage.mails),),
        "AWS::EC2::VPC": (("AWSDataTransfer:DataTransfer-Out-Bytes", usage.internet_gb),),
    }
    for type_, wanted in asked.items():
        for price, quantity in wanted if type_ in types else ():
            yield need(_NAMES[price], price, quantity=quantity, part=Part.USED)
    if "AWS::Lambda::Function" in types:
        yield from calls(function, Decimal(usage.function_calls), usage.function_ms, "calls of functions", Part.USED)
    if "AWS::Logs::LogGroup" in types:
        price = "AmazonCloudWatch:DataProcessing-Bytes"
        yield need("logs written", price, quantity=usage.log_gb, part=Part.USED)
    if usage.image_gb:
        yield need("images in ECR", "AmazonECR:TimedStorage-ByteHrs", quantity=usage.image_gb, part=Part.USED)


def stored_logs(usage: Usage, days: Decimal, flow_days: Decimal) -> Iterator[Need]:
    """Give what logs take that are kept for so many days; CloudWatch stores them compressed, so that it is less."""
    stored = usage.log_gb * days / _DAYS + usage.flow_log_gb * flow_days / _DAYS
    yield need("logs kept", "AmazonCloudWatch:TimedStorage-ByteHrs", quantity=stored, part=Part.USED)


def through_endpoints(usage: Usage) -> Iterator[Need]:
    """Give what passes interface endpoints, where there are any."""
    price = "AmazonVPC:VpcEndpoint-Bytes"
    yield need("data through interface endpoints", price, quantity=usage.interface_endpoint_gb, part=Part.USED)


def of_use_case(usage: UseCaseUsage) -> Iterator[Need]:
    """Give what a use case has as a whole."""
    price = "AmazonCloudWatch:CW:MetricMonitorUsage"
    yield need("custom metrics", price, quantity=usage.custom_metrics, part=Part.IDLE)
    if usage.labelled_objects:
        # Ground Truth's usage types are in no document that is known here.
        yield Need("objects labelled by Ground Truth", (), Decimal(usage.labelled_objects), Part.USED)


_NAMES = {
    "AmazonS3:Requests-Tier1": "requests to S3 that write",
    "AmazonS3:Requests-Tier2": "requests to S3 that read",
    "AmazonDynamoDB:WriteRequestUnits": "items written to DynamoDB",
    "AmazonDynamoDB:ReadRequestUnits": "items read from DynamoDB",
    "awskms:KMS-Requests": "requests to KMS",
    "AmazonSNS:DeliveryAttempts-SMTP": "mails",
    "AWSDataTransfer:DataTransfer-Out-Bytes": "data to the internet",
}
