"""What is recorded of what happens: captured requests, logs, traces, kept for less long or not at all."""

import math
from collections.abc import Iterator

from ops.assembly.model import Resource
from ops.review.model import Class, Compared, Found, Severity
from ops.review.texts import document
from ops.review.values import at, listed
from ops.review.worse import Row, Worse
from ops.review.worse import found as worse_found

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_CONFIG, _MACHINE = "AWS::SageMaker::EndpointConfig", "AWS::StepFunctions::StateMachine"
_FUNCTION, _API = "AWS::Lambda::Function", "AWS::ApiGateway::Stage"
_BLIND = "requests and predictions that are not captured cannot be watched for drift, or judged later"
_WHERE_TIME_GOES = "where time goes and where calls fail is no longer seen"
_LEVELS = ("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")


def _gone(type_: str, path: str, severity: Severity, what: str, why: str) -> Row:
    return Row(type_, path, Worse.GONE, severity, what, why)


ROWS = (
    Row(_CONFIG, "DataCaptureConfig.EnableCapture", Worse.OFF, _HIGH, "Data capture", _BLIND),
    Row(
        _CONFIG, "DataCaptureConfig.InitialSamplingPercentage", Worse.LOWER, _MEDIUM, "The captured share of requests", _BLIND, unit="%"
    ),
    Row(
        _CONFIG,
        "DataCaptureConfig.CaptureOptions",
        Worse.FEWER,
        _HIGH,
        "What is captured of a request",
        "drift needs the input, quality needs the output",
    ),
    Row(
        "AWS::Logs::LogGroup",
        "RetentionInDays",
        Worse.LOWER,
        _LOW,
        "How far back logs reach",
        "whoever looks into an incident finds no earlier ones",
        math.inf,
        "days",
    ),
    Row(
        "AWS::EC2::FlowLog",
        "TrafficType",
        Worse.EARLIER,
        _MEDIUM,
        "The recorded traffic",
        "the rest is no longer recorded",
        ranks=("REJECT", "ACCEPT", "ALL"),
    ),
    Row(
        "AWS::EC2::FlowLog", "MaxAggregationInterval", Worse.HIGHER, _LOW, "The interval of flow logs", "they come later", 600, "s"
    ),
    _gone("AWS::S3::Bucket", "LoggingConfiguration", _MEDIUM, "The bucket's access log", "nobody can tell afterwards who read what"),
    _gone(_API, "AccessLogSetting", _MEDIUM, "The access log", "nobody can tell afterwards who called what"),
    _gone("AWS::ApiGatewayV2::Stage", "AccessLogSettings", _MEDIUM, "The access log", "nobody can tell afterwards who called what"),
    _gone(
        "AWS::CloudFront::Distribution", "DistributionConfig.Logging", _MEDIUM, "The access log", "nobody can tell who called what"
    ),
    Row(_FUNCTION, "TracingConfig.Mode", Worse.OFF, _MEDIUM, "Tracing", _WHERE_TIME_GOES),
    Row(
        _FUNCTION,
        "LoggingConfig.ApplicationLogLevel",
        Worse.EARLIER,
        _LOW,
        "The function's log level",
        "less is written",
        "INFO",
        ranks=_LEVELS,
    ),
    Row(_MACHINE, "TracingConfiguration.Enabled", Worse.OFF, _MEDIUM, "Tracing", _WHERE_TIME_GOES),
    Row(
        _MACHINE,
        "LoggingConfiguration.Level",
        Worse.EARLIER,
        _MEDIUM,
        "What is logged of executions",
        "why one failed is harder to tell",
        "OFF",
        ranks=("OFF", "FATAL", "ERROR", "ALL"),
    ),
    Row(_API, "TracingEnabled", Worse.OFF, _MEDIUM, "Tracing", _WHERE_TIME_GOES),
    Row("AWS::CloudTrail::Trail", "IsLogging", Worse.OFF, _HIGH, "The trail", "calls to AWS are no longer recorded by it"),
    Row(
        "AWS::CloudTrail::Trail",
        "IsMultiRegionTrail",
        Worse.OFF,
        _HIGH,
        "Recording in all regions",
        "calls elsewhere are no longer recorded by it",
    ),
    Row(
        "AWS::CloudTrail::Trail",
        "EnableLogFileValidation",
        Worse.OFF,
        _MEDIUM,
        "Validation of log files",
        "nobody can tell whether they were changed",
    ),
    Row(
        "AWS::ECR::Repository",
        "ImageScanningConfiguration.ScanOnPush",
        Worse.OFF,
        _MEDIUM,
        "Scanning of images",
        "known weaknesses in them are not found",
    ),
    Row(
        "AWS::RDS::DBInstance",
        "EnableCloudwatchLogsExports",
        Worse.FEWER,
        _MEDIUM,
        "The exported logs",
        "they are in the database's own files alone",
    ),
    Row("AWS::RDS::DBInstance", "EnablePerformanceInsights", Worse.OFF, _LOW, "Performance Insights", _WHERE_TIME_GOES),
    Row(
        "AWS::Budgets::Budget",
        "Budget.BudgetLimit.Amount",
        Worse.HIGHER,
        _MEDIUM,
        "The budget's limit",
        "people hear of costs later",
        unit="USD",
    ),
    Row(
        "AWS::Budgets::Budget",
        "NotificationsWithSubscribers",
        Worse.FEWER,
        _MEDIUM,
        "The budget's notifications",
        "fewer people hear of costs",
    ),
)


def found(compared: Compared) -> Iterator[Found]:
    """Yield what is no longer recorded, or less of it."""
    yield from worse_found(ROWS, Class.MONITORING_WEAKENED, compared)
    before, after = compared.before, compared.after
    if before and after and after.type == "AWS::CloudWatch::Dashboard":
        was, becomes = _widgets(before), _widgets(after)
        if becomes < was:
            text = f"The dashboard has {becomes} widgets instead of {was}: who is on call sees fewer figures"
            yield Found(Class.MONITORING_WEAKENED, _LOW, text, ("Properties.DashboardBody",))


def _widgets(dashboard: Resource) -> int:
    try:
        body = document(at(dashboard, "DashboardBody", "{}"))
    except ValueError:
        return 0
    return len(listed(body.get("widgets"))) if isinstance(body, dict) else 0
