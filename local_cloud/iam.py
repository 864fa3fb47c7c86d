"""IAM for the SageMaker API: which action a request is, on which resources, with which condition keys.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon SageMaker AI".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

# The kind of resource in an ARN, by the member of the request that names it.
_RESOURCES = {
    "TrainingJobName": "training-job",
    "ProcessingJobName": "processing-job",
    "TransformJobName": "transform-job",
    "HyperParameterTuningJobName": "hyper-parameter-tuning-job",
    "LabelingJobName": "labeling-job",
    "WorkteamName": "workteam/private-crowd",
    "WorkforceName": "workforce",
    "PipelineName": "pipeline",
    "EndpointName": "endpoint",
    "EndpointConfigName": "endpoint-config",
    "ModelName": "model",
    "ModelPackageGroupName": "model-package-group",
    "NotebookInstanceName": "notebook-instance",
    "NotebookInstanceLifecycleConfigName": "notebook-instance-lifecycle-config",
    "CodeRepositoryName": "code-repository",
    "MonitoringScheduleName": "monitoring-schedule",
}
# One member names job definitions of four kinds; the operation says which.
_DEFINITIONS = {
    f"{kind}JobDefinition": f"{part}-job-definition"
    for kind, part in (
        ("DataQuality", "data-quality"),
        ("ModelQuality", "model-quality"),
        ("ModelBias", "model-bias"),
        ("ModelExplainability", "model-explainability"),
    )
}
# A request may name several; the operation's own counts, and those listed here.
_ALSO_CHECKED = {
    "CreateEndpoint": ("EndpointConfigName",),
    "UpdateEndpoint": ("EndpointConfigName",),
}
_RUNTIME = re.compile(r"/endpoints/([^/]+)/(invocations-response-stream|invocations|async-invocations)")
_RUNTIME_ACTIONS = {
    "invocations": "InvokeEndpoint",
    "async-invocations": "InvokeEndpointAsync",
    "invocations-response-stream": "InvokeEndpointWithResponseStream",
}
# Members of a request, and what they are in, whose condition keys have their name.
_NAMED_AS_THEY_ARE = {
    ("RootAccess", ""),
    ("DirectInternetAccess", ""),
    ("ModelApprovalStatus", ""),
    ("MinimumInstanceMetadataServiceVersion", "InstanceMetadataServiceConfiguration"),
}
_ROLE_MEMBERS = ("RoleArn", "ExecutionRoleArn")


@dataclass(frozen=True)
class Check:
    """One question to IAM."""

    action: str
    resource: str
    context: dict[str, Any] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The service whose resource policies could apply."""
        return self.action.partition(":")[0]


def runtime_check(path: str, arn_prefix: str) -> Check | None:
    """Return the check of a SageMaker Runtime request, None for a path that is none."""
    match = _RUNTIME.fullmatch(path)
    if match is None:
        return None
    return Check(f"sagemaker:{_RUNTIME_ACTIONS[match[2]]}", f"{arn_prefix}:endpoint/{match[1]}")


def checks(operation: str, request: dict[str, Any], arn_prefix: str) -> list[Check]:
    """Return everything IAM must allow for one request; `arn_prefix` is "arn:aws:sagemaker:<region>:<account>"."""
    context = condition_keys(request, arn_prefix)
    resources = resource_arns(operation, request, arn_prefix)
    found = [Check(f"sagemaker:{operation}", resource, context) for resource in resources]
    if operation.startswith("Create") and request.get("Tags"):
        # "If tags are specified in the creating action, additional authorization is performed on AddTags."
        found.append(Check("sagemaker:AddTags", resources[0], {**context, "sagemaker:TaggingAction": operation}))
    passed = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    found += [Check("iam:PassRole", role, passed) for role in sorted(set(_passed_roles(request)))]
    return found


def resource_arns(operation: str, request: dict[str, Any], arn_prefix: str) -> list[str]:
    """Return the ARNs a request is authorised on, ["*"] where the operation has no resource."""
    if operation == "CreateModelPackage" and request.get("ModelPackageGroupName"):
        return [f"{arn_prefix}:model-package/{request['ModelPackageGroupName']}/*"]
    for member in ("ResourceArn", "PipelineExecutionArn", "ModelPackageArn", "WorkteamArn"):
        if isinstance(request.get(member), str):
            return [request[member]]
    if operation.startswith("List") and operation != "ListPipelineExecutions":
        return ["*"]
    if isinstance(request.get("ModelPackageName"), str):
        return [_arn(request["ModelPackageName"], "model-package", arn_prefix)]
    if isinstance(request.get("JobDefinitionName"), str):
        kind = next(part for definition, part in _DEFINITIONS.items() if operation.endswith(definition))
        return [_arn(request["JobDefinitionName"], kind, arn_prefix)]
    return _named(operation, request, arn_prefix)


def _named(operation: str, request: dict[str, Any], arn_prefix: str) -> list[str]:
    names = [name for name in _RESOURCES if isinstance(request.get(name), str)]
    if not names:
        return ["*"]
    # The longest name that fits: CreateEndpointConfig is about the configuration, not about an endpoint.
    fitting = [name for name in names if operation.endswith(name.removesuffix("Name"))]
    own = max(fitting, key=len) if fitting else names[0]
    members = [own, *(also for also in _ALSO_CHECKED.get(operation, ()) if also in names)]
    return [_arn(_in_arn(member, request[member]), _RESOURCES[member], arn_prefix) for member in members]


def condition_keys(request: dict[str, Any], arn_prefix: str) -> dict[str, Any]:
    """Return the condition keys that a request sets; what it does not say has no key, as on AWS."""
    _, _, _, region, account = arn_prefix.split(":")
    keys: dict[str, Any] = {}
    lists: dict[str, list[str]] = {}
    for path, value in _leaves(request, ()):
        name, parent = path[-1], path[-2] if len(path) > 1 else ""
        if name == "VolumeKmsKeyId" or (name == "KmsKeyId" and parent == ""):
            keys["sagemaker:VolumeKmsKey"] = keys["sagemaker:VolumeKmsKeyArn"] = _key_arn(value, region, account)
        elif name == "KmsKeyId" and "Output" in parent:
            keys["sagemaker:OutputKmsKey"] = keys["sagemaker:OutputKmsKeyArn"] = _key_arn(value, region, account)
        elif name == "EnableNetworkIsolation":
            keys["sagemaker:NetworkIsolation"] = str(value).lower()
        elif name == "EnableInterContainerTrafficEncryption":
            keys["sagemaker:InterContainerTrafficEncryption"] = str(value).lower()
        elif (name, parent) in _NAMED_AS_THEY_ARE:
            keys[f"sagemaker:{name}"] = value
        elif name == "WorkteamArn":
            keys["sagemaker:WorkteamArn"] = value
            keys["sagemaker:WorkteamType"] = str(value).partition("workteam/")[2].partition("/")[0]
        elif name == "InstanceType":
            lists.setdefault("sagemaker:InstanceTypes", []).append(value)
        elif (name == "Subnets" and parent == "VpcConfig") or (name == "SubnetId" and parent == ""):
            lists.setdefault("sagemaker:VpcSubnets", []).append(value)
        elif name == "SecurityGroupIds" and parent in {"VpcConfig", ""}:
            lists.setdefault("sagemaker:VpcSecurityGroupIds", []).append(value)
    return {**keys, **lists, **_request_tags(request)}


def _request_tags(request: dict[str, Any]) -> dict[str, Any]:
    tags = [tag for tag in request.get("Tags") or [] if isinstance(tag, dict) and "Key" in tag]
    names = [tag["Key"] for tag in tags] + list(request.get("TagKeys") or [])
    keys: dict[str, Any] = {f"aws:RequestTag/{tag['Key']}": str(tag.get("Value", "")) for tag in tags}
    return {**keys, "aws:TagKeys": names} if names else keys


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, (*path, str(name)))
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, path)
    elif path:
        yield path, value


def _passed_roles(request: dict[str, Any]) -> Iterator[str]:
    for path, value in _leaves(request, ()):
        if path[-1] in _ROLE_MEMBERS and isinstance(value, str):
            yield value


def _in_arn(member: str, name: str) -> str:
    # The only names that are not case sensitive.
    return name.lower() if member == "LabelingJobName" else name


def _arn(name: str, kind: str, arn_prefix: str) -> str:
    return name if name.startswith("arn:") else f"{arn_prefix}:{kind}/{name}"


def _key_arn(key: Any, region: str, account: str) -> str:
    key = str(key)
    return key if key.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key}"
