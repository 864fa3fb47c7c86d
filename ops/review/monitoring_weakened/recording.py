"""What is recorded of what happens: captured requests, logs, traces, kept for less long or not at all."""

import math
from collections.abc import Iterator

from ops.assembly.model import Resource
from ops.review.model import Class, Compared, Found, Severity
from ops.review.texts import document
from ops.review.values import at, listed
from ops.review.worse import Row, Rows, Worse
from ops.review.worse import found as worse_found

_HIGH, _MEDIUM, _LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW
_CONFIG, _MACHINE = "AWS::SageMaker::EndpointConfig", "AWS::StepFunctions::StateMachine"
_FUNCTION, _API = "AWS::Lambda::Function", "AWS::ApiGateway::Stage"
_BLIND = "requests and predictions that are not captured cannot be watched for drift, or judged later"
_WHERE_TIME_GOES = "where time goes and where calls fail is no longer seen"
_LEVELS = ("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE")


def _gone(path: str, severity: Severity, what: str, why: str) -> Row:
    return Row(path, Worse.GONE, severity, what, why)


ROWS: Rows = {
    _CONFIG: (
        Row("DataCaptureConfig.EnableCapture", Worse.OFF, _HIGH, "Data capture", _BLIND),
        Row(
            "DataCaptureConfig.InitialSamplingPercentage",
            Worse.LOWER,
            _MEDIUM,
            "The captured share of requests",
            _BLIND,
            unit="%",
        ),
        Row(
            "DataCaptureConfig.CaptureOptions",
            Worse.FEWER,
            _HIGH,
            "What is captured of a request",
            "drift needs the input, quality needs the output",
        ),
    ),
    "AWS::Logs::LogGroup": (
        Row(
            "RetentionInDays",
            Worse.LOWER,
            _LOW,
            "How far back logs reach",
            "whoever looks into an incident finds no earlier ones",
            math.inf,
            "days",
        ),
    ),
    "AWS::EC2::FlowLog": (
        Row(
            "TrafficType",
            Worse.EARLIER,
            _MEDIUM,
            "The recorded traffic",
            "the rest is no longer recorded",
            ranks=("REJECT", "ACCEPT", "ALL"),
        ),
        Row("MaxAggregationInterval", Worse.HIGHER, _LOW, "The interval of flow logs", "they come later", 600, "s"),
    ),
    "AWS::S3::Bucket": (
        _gone("LoggingConfiguration", _MEDIUM, "The bucket's access log", "nobody can tell afterwards who read what"),
    ),
    _API: (
        _gone("AccessLogSetting", _MEDIUM, "The access log", "nobody can tell afterwards who called what"),
        Row("TracingEnabled", Worse.OFF, _MEDIUM, "Tracing", _WHERE_TIME_GOES),
    ),
    "AWS::ApiGatewayV2::Stage": (
        _gone("AccessLogSettings", _MEDIUM, "The access log", "nobody can tell afterwards who called what"),
    ),
    "AWS::CloudFront::Distribution": (
        _gone("DistributionConfig.Logging", _MEDIUM, "The access log", "nobody can tell who called what"),
    ),
    _FUNCTION: (
        Row("TracingConfig.Mode", Worse.OFF, _MEDIUM, "Tracing", _WHERE_TIME_GOES),
        Row(
            "LoggingConfig.ApplicationLogLevel",
            Worse.EARLIER,
            _LOW,
            "The function's log level",
            "less is written",
            "INFO",
            ranks=_LEVELS,
        ),
    ),
    _MACHINE: (
        Row("TracingConfiguration.Enabled", Worse.OFF, _MEDIUM, "Tracing", _WHERE_TIME_GOES),
        Row(
            "LoggingConfiguration.Level",
            Worse.EARLIER,
            _MEDIUM,
            "What is logged of executions",
            "why one failed is harder to tell",
            "OFF",
            ranks=("OFF", "FATAL", "ERROR", "ALL"),
        ),
    ),
    "AWS::CloudTrail::Trail": (
        Row("IsLogging", Worse.OFF, _HIGH, "The trail", "calls to AWS are no longer recorded by it"),
        Row(
            "IsMultiRegionTrail",
            Worse.OFF,
            _HIGH,
            "Recording in all regions",
            "calls elsewhere are no longer recorded by it",
        ),
        Row(
            "EnableLogFileValidation",
            Worse.OFF,
            _MEDIUM,
            "Validation of log files",
            "nobody can tell whether they were changed",
        ),
    ),
    "AWS::ECR::Repository": (
        Row(
            "ImageScanningConfiguration.ScanOnPush",
            Worse.OFF,
            _MEDIUM,
            "Scanning of images",
            "known weaknesses in them are not found",
        ),
    ),
    "AWS::RDS::DBInstance": (
        Row(
            "EnableCloudwatchLogsExports",
            Worse.FEWER,
            _MEDIUM,
            "The exported logs",
            "they are in the database's own files alone",
        ),
        Row("EnablePerformanceInsights", Worse.OFF, _LOW, "Performance Insights", _WHERE_TIME_GOES),
    ),
    "AWS::Budgets::Budget": (
        Row(
            "Budget.BudgetLimit.Amount",
            Worse.HIGHER,
            _MEDIUM,
            "The budget's limit",
            "people hear of costs later",
            unit="USD",
        ),
        Row(
            "NotificationsWithSubscribers",
            Worse.FEWER,
            _MEDIUM,
            "The budget's notifications",
            "fewer people hear of costs",
        ),
    ),
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield what is no longer recorded, or less of it."""
    yield from worse_found(ROWS, Class.MONITORING_WEAKENED, compared)
    before, after = compared.before, compared.after
    if before and after and after.type == "AWS::CloudWatch::Dashboard":
        was, becomes = _widgets(before), _widgets(after)
        if becomes < was:
            text = f"The dashboard has {becomes} of {was} widgets: who is on call sees fewer figures"
            yield Found(Class.MONITORING_WEAKENED, _LOW, text, ("Properties.DashboardBody",))


def _widgets(dashboard: Resource) -> int:
    try:
        body = document(at(dashboard, "DashboardBody", "{}"))
    except ValueError:
        return 0
    return len(listed(body.get("widgets"))) if isinstance(body, dict) else 0
