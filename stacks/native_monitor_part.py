"""What of a serving stack SageMaker Model Monitor does: monitors of the endpoint, with the role of their jobs.

They stand beside the endpoint since they follow it: what they compare with belongs to the champion, which releases
change. Only where the use case's section `monitor` has the backend `model_monitor`.
"""

from pathlib import Path
from typing import Any

from constructs import Construct

from config import Environment, UseCase, images
from config.use_case.monitor import Monitor
from config.use_case.monitor_agreement import monitors_of, outcome_hours
from config.use_case.native_monitor import BACKEND, native_schedule
from constructs.captures_role import GROUND_TRUTH, MONITORING
from constructs.job_file import JobFile
from constructs.model_endpoint import ModelEndpoint
from constructs.monitor_definition import DATA_QUALITY, MODEL_QUALITY, Analysis, MonitorJobs
from constructs.native_monitor import NativeMonitor
from constructs.native_monitor_role import MonitorPlaces, NativeMonitorRole, NativeMonitors
from pipelines_src.job_code import SOURCES
from stacks.data_stack import DataStack
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack

# Below the folder of monitoring; the monitor function fills the first and reads the second (lambda/monitor/native.py).
BASELINES, RESULTS = "baselines", "native"
_SCRIPT = Path("native_monitor") / "record_preprocessor.py"
_PROBLEMS = {
    "binary_classification": "BinaryClassification",
    "multiclass_classification": "MulticlassClassification",
    "regression": "Regression",
}
# SageMaker's own would be published for each column and schedule, paid for each, and tell no variant.
_QUIET = {"publish_cloudwatch_metrics": "Disabled"}


def native_monitors(
    stack: Construct,
    environment: Environment,
    use_case: UseCase,
    endpoint: ModelEndpoint,
    *,
    network: NetworkStack,
    security: SecurityStack,
    data: DataStack,
) -> NativeMonitors | None:
    """Add the monitors of a use case's endpoint, None if SageMaker does not watch it."""
    monitor = use_case.monitor
    if monitor is None or monitor.backend != BACKEND:
        return None
    script = JobFile(stack, "RecordPreprocessor", path=SOURCES.folder / _SCRIPT)
    role = _role(stack, environment, use_case, (script.bucket_arn, script.file_name), network, security, data)
    folder = f"s3://{data.processed.bucket_name}/{use_case.name}/{MONITORING}"
    jobs = MonitorJobs(
        role_arn=role.role.role_arn,
        placement=network.jobs,
        key_arn=security.data_key.key_arn,
        output_uri=f"{folder}/{RESULTS}",
        instance_type=monitor.instance or environment.sizes.processing_instance,
        instances=monitor.instances,
        volume_gb=monitor.volume_gb or environment.sizes.volume_gb,
        max_runtime_seconds=monitor.max_runtime_seconds,
    )
    truth = f"s3://{data.capture.bucket_name}/{use_case.name}/{GROUND_TRUTH}"
    made = [
        NativeMonitor(
            stack,
            f"{analysis.type.name}Monitor",
            endpoint=endpoint,
            analysis=analysis,
            jobs=jobs,
            schedule=_schedule(monitor),
            baselines_uri=f"{folder}/{BASELINES}",
            tags=_tags(environment, use_case),
        )
        for analysis in _analyses(use_case, monitor, environment.region, script.uri, truth)
    ]
    for one in made:
        # Its first job may start as soon as it exists.
        one.resource.add_resource_dependency(role.policy)
    return NativeMonitors(role.role, tuple(made))


def _role(
    stack: Construct,
    environment: Environment,
    use_case: UseCase,
    script: tuple[str, str],
    network: NetworkStack,
    security: SecurityStack,
    data: DataStack,
) -> NativeMonitorRole:
    return NativeMonitorRole(
        stack,
        "MonitorRole",
        path=f"/ml-loop/{environment.name}/{use_case.slug}/monitors/",
        places=MonitorPlaces(
            use_case=use_case.name,
            capture=data.capture,
            processed=data.processed,
            baselines=f"{MONITORING}/{BASELINES}",
            results=f"{MONITORING}/{RESULTS}",
            data_key=security.data_key.key_arn,
            scripts=(script,),
        ),
        registry=images.account("model-monitor", environment.region),
        placement=network.jobs,
    )


def _schedule(monitor: Monitor) -> str:
    schedule = native_schedule(monitor.schedule)
    if schedule is None:
        raise ValueError(f"{monitor.schedule} is no schedule of Model Monitor")
    return schedule.expression


def _analyses(use_case: UseCase, monitor: Monitor, region: str, script: str, truth: str) -> list[Analysis]:
    uri, wanted = images.image("model-monitor", region), monitors_of(use_case.problem, use_case.train, monitor)
    application: dict[str, Any] = {"RecordPreprocessorSourceUri": script, "Environment": _QUIET}
    found = []
    if "data_quality" in wanted:
        files = {"ConstraintsResource": "constraints.json", "StatisticsResource": "statistics.json"}
        found.append(Analysis(DATA_QUALITY, uri, files, application))
    if "model_quality" in wanted:
        found.append(
            Analysis(
                MODEL_QUALITY,
                uri,
                {"ConstraintsResource": "constraints.json"},
                {**application, **_problem(use_case)},
                _predictions(use_case, outcome_hours(monitor, use_case.experiment)),
                truth,
            )
        )
    return found


def _problem(use_case: UseCase) -> dict[str, Any]:
    told = {"ProblemType": _PROBLEMS[use_case.problem]}
    if use_case.problem != "binary_classification":
        return told
    return {**told, "Environment": {**_QUIET, "ML_LOOP_POSITIVE": str(use_case.data.positive)}}


def _predictions(use_case: UseCase, hours: int) -> dict[str, Any]:
    """Return where predictions stand, as the preprocessing script names them, and how late outcomes are known."""
    late = {f"{end}TimeOffset": f"-PT{hours}H" for end in ("Start", "End")} if hours else {}
    probability = {"ProbabilityAttribute": "probability"} if use_case.problem == "binary_classification" else {}
    return {"InferenceAttribute": "prediction", **probability, **late}


def _tags(environment: Environment, use_case: UseCase) -> dict[str, str]:
    """Return the tags that the stack has: CloudFormation puts them on what it makes as well."""
    return {
        "ml-loop:environment": environment.name,
        "ml-loop:owner": environment.owner,
        "ml-loop:cost-center": environment.cost_center,
        "ml-loop:use-case": use_case.slug,
    }
