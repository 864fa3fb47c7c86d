"""What a training job asks for, checked before it exists."""

import re

from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, Request
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.jobs import cluster, process, refusals, spot
from local_cloud.sagemaker.jobs.metrics import compile_definitions
from local_cloud.sagemaker.requests import refuse

_CHANNEL = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")  # AWS also allows a dot first


def check(request: Request, call: Call) -> None:
    """Refuse a training job that cannot run here."""
    algorithm = request["AlgorithmSpecification"]
    refusals.one_of(algorithm, ("TrainingImage", "AlgorithmName"), "AlgorithmSpecification")
    refuse(
        request, "AlgorithmSpecification.ContainerEntrypoint", "AlgorithmSpecification.ContainerArguments",
        "AlgorithmSpecification.TrainingImageConfig", "ResourceConfig.InstancePreferences", "ServerlessJobConfig",
        "DebugRuleConfigurations", "ProfilerRuleConfigurations", "ExperimentConfig", "MlflowConfig",
        "ModelPackageConfig", "SessionChainingConfig.EnableSessionTagChaining", "RemoteDebugConfig.EnableRemoteDebug",
    )  # fmt: skip
    cluster.check(request.get("ResourceConfig", {}), request.get("InputDataConfig", []))
    spot.check(request)
    images.find(algorithm["TrainingImage"], call.store.region)
    images.training_command(algorithm["TrainingImage"], request.get("HyperParameters", {}))
    _check_network(request)
    refusals.check_mode("AlgorithmSpecification", algorithm["TrainingInputMode"])
    metrics(request)
    for channel in request.get("InputDataConfig", []):
        where = f"InputDataConfig {channel['ChannelName']}"
        if not _CHANNEL.fullmatch(channel["ChannelName"]):
            raise validation_error(f"{where}: a channel's name has letters, digits, - and _ here.")
        refusals.one_of(channel["DataSource"], ("S3DataSource", "FileSystemDataSource", "DatasetSource"), where)
        refusals.check_mode(where, channel.get("InputMode"))
        refuse(channel, "ShuffleConfig")
        if channel.get("CompressionType") == "Gzip" or channel.get("RecordWrapperType") == "RecordIO":
            raise not_implemented(f"CompressionType or RecordWrapperType ({where}), which need mode Pipe")


def metrics(request: Request) -> dict[str, re.Pattern[str]]:
    """Return the expressions of a job's metrics by name: its own, or those of the built-in algorithm."""
    algorithm = request["AlgorithmSpecification"]
    built_in = images.metric_definitions(algorithm["TrainingImage"], request.get("HyperParameters", {}))
    if built_in and algorithm.get("MetricDefinitions"):
        raise validation_error(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
    return compile_definitions([*built_in, *algorithm.get("MetricDefinitions", [])])


def _check_network(request: Request) -> None:
    alone = len(cluster.instances(request.get("ResourceConfig", {}))) == 1
    if alone or images.runs_a_script(request.get("HyperParameters", {})) or process.abilities().isolate_network:
        return
    raise not_implemented(
        "training a built-in algorithm on several instances where the system has no network namespaces, since XGBoost "
        "would listen on every address of this machine; set ResourceConfig.InstanceCount to 1"
    )
