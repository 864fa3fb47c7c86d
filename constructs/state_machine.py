"""What state machines have in common: they are logged in full, and traced."""

from aws_cdk import aws_logs as logs
from aws_cdk import aws_stepfunctions as stepfunctions

# What a state machine does to log, which knows no resource: "Logging using CloudWatch Logs", Step Functions.
LOG_DELIVERY = (
    "logs:CreateLogDelivery", "logs:DeleteLogDelivery", "logs:DescribeLogGroups", "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:UpdateLogDelivery",
)  # fmt: skip
TRACE = ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments")


def logged_to(log_group: logs.ILogGroup) -> stepfunctions.CfnStateMachine.LoggingConfigurationProperty:
    """Return a configuration that logs every event; of runs there are addresses and names in it, no records."""
    machine = stepfunctions.CfnStateMachine
    destination = machine.LogDestinationProperty(
        cloud_watch_logs_log_group=machine.CloudWatchLogsLogGroupProperty(log_group_arn=log_group.log_group_arn)
    )
    return machine.LoggingConfigurationProperty(level="ALL", include_execution_data=True, destinations=[destination])
