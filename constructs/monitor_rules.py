"""What must hold of monitoring jobs: Security Hub controls SageMaker.9 to .15, .20, .22 and .25, and keys of ours."""

from collections.abc import Iterator

from constructs.monitor_definition import DATA_QUALITY, MODEL_BIAS, MODEL_EXPLAINABILITY, MODEL_QUALITY, MonitorType
from constructs.template_rule import Properties, Rule


def _network(properties: Properties) -> Properties:
    found: Properties = properties.get("NetworkConfig", {})
    return found


def _of(kind: MonitorType) -> Iterator[Rule]:
    if kind.isolated:
        yield Rule(
            "MonitorIsolated",
            kind.resource_type,
            "The monitoring job can reach a network",
            "Set NetworkConfig.EnableNetworkIsolation to true",
            lambda p: _network(p).get("EnableNetworkIsolation") is True,
        )
    yield Rule(
        "MonitorInVpc",
        kind.resource_type,
        "The monitoring job is not in the VPC",
        "Set NetworkConfig.VpcConfig",
        lambda p: bool(_network(p).get("VpcConfig")),
    )
    yield Rule(
        "MonitorTraffic",
        kind.resource_type,
        "Traffic between the containers of the monitoring job is in the clear",
        "Set NetworkConfig.EnableInterContainerTrafficEncryption to true",
        lambda p: _network(p).get("EnableInterContainerTrafficEncryption") is True,
    )
    yield Rule(
        "MonitorVolumeKey",
        kind.resource_type,
        "The volume of the monitoring job has no key of ours",
        "Set JobResources.ClusterConfig.VolumeKmsKeyId",
        lambda p: bool(p.get("JobResources", {}).get("ClusterConfig", {}).get("VolumeKmsKeyId")),
    )
    yield Rule(
        "MonitorOutputKey",
        kind.resource_type,
        "What the monitoring job finds has no key of ours",
        f"Set {kind.name}JobOutputConfig.KmsKeyId",
        lambda p: bool(p.get(f"{kind.name}JobOutputConfig", {}).get("KmsKeyId")),
    )


MONITOR_RULES = (
    *(rule for kind in (DATA_QUALITY, MODEL_QUALITY, MODEL_BIAS, MODEL_EXPLAINABILITY) for rule in _of(kind)),
    Rule(
        "MonitorDefined",
        "AWS::SageMaker::MonitoringSchedule",
        "The schedule brings a job of its own, which the rules for job definitions do not see",
        "Name a job definition in MonitoringScheduleConfig.MonitoringJobDefinitionName",
        lambda p: "MonitoringJobDefinition" not in p.get("MonitoringScheduleConfig", {}),
    ),
)
