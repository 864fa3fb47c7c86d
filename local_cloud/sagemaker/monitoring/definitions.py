"""The operations on job definitions: four types of one make. Nothing of a definition changes but its tags."""

from typing import Any

from local_cloud.sagemaker import images, listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import in_use, not_found, not_implemented, validation_error
from local_cloud.sagemaker.monitoring.kinds import KINDS, SCHEDULE, Kind
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.store import Document

_NAME, _ARN = "JobDefinitionName", "JobDefinitionArn"
_LONGEST_SECONDS = 86400


def _register(kind: Kind) -> None:
    def create(request: Request, call: Call) -> Response:
        _check(kind, request, call)
        arn = call.arn(f"{kind.arn_part}/{request[_NAME]}")
        document = {**request, _ARN: arn, "CreationTime": now()}
        if not call.store.insert(kind.definition, request[_NAME], document):
            raise in_use(f"Job definition names must be unique within an AWS account and region; {arn} already exists.")
        return {_ARN: arn}

    def describe(request: Request, call: Call) -> Response:
        return find(kind, request[_NAME], call)

    def list_all(request: Request, call: Call) -> Response:
        found = [
            {
                "MonitoringJobDefinitionName": one[_NAME], "MonitoringJobDefinitionArn": one[_ARN],
                "CreationTime": one["CreationTime"], "EndpointName": endpoint_of(kind, one),
            }
            for one in call.store.list(kind.definition)
        ]  # fmt: skip
        wanted = request.get("EndpointName")
        found = [one for one in found if wanted in (None, one["EndpointName"])]
        return listing.listed(
            request, found, name="MonitoringJobDefinitionName", answer="JobDefinitionSummaries", usual=listing.NEWEST
        )

    def delete(request: Request, call: Call) -> Response:
        find(kind, request[_NAME], call)
        for schedule in call.store.list(SCHEDULE):
            if (schedule["MonitoringType"], schedule["_Definition"]) == (kind.type, request[_NAME]):
                raise validation_error(
                    f"Job definition {request[_NAME]} is used by the monitoring schedule "
                    f"{schedule['MonitoringScheduleName']}. Delete the schedule first."
                )
        call.store.delete(kind.definition, request[_NAME])
        return {}

    operation(f"Create{kind.definition}")(create)
    operation(f"Describe{kind.definition}")(describe)
    operation(f"List{kind.definition}s")(list_all)
    operation(f"Delete{kind.definition}")(delete)


for each in KINDS.values():
    _register(each)


def find(kind: Kind, name: str, call: Call) -> Document:
    """Return a job definition's document; SageMakerError if there is none."""
    document = call.store.get(kind.definition, name)
    if document is None:
        raise not_found(f"Could not find job definition {call.arn(f'{kind.arn_part}/{name}')}.")
    return document


def endpoint_of(kind: Kind, definition: Document) -> str:
    """Return the endpoint that a definition watches."""
    return str(definition[kind.member("JobInput")]["EndpointInput"]["EndpointName"])


def _check(kind: Kind, request: Request, call: Call) -> None:
    given: dict[str, Any] = request[kind.member("JobInput")]
    refuse(request, f"{kind.member('JobInput')}.BatchTransformInput")
    if "EndpointInput" not in given:
        raise validation_error(f"{kind.member('JobInput')} has no EndpointInput.")
    application, output = kind.member("AppSpecification"), request[kind.member("JobOutputConfig")]
    refuse(
        request,
        *(f"{application}.{name}" for name in ("ContainerEntrypoint", "ContainerArguments")),
        f"{application}.PostAnalyticsProcessorSourceUri",
        f"{kind.member('BaselineConfig')}.BaseliningJobName",
        f"{kind.member('JobInput')}.EndpointInput.ExcludeFeaturesAttribute",
    )
    if request["JobResources"]["ClusterConfig"]["InstanceCount"] > 1:
        raise not_implemented("JobResources.ClusterConfig.InstanceCount above 1; use 1")
    uri = request[application]["ImageUri"]
    if images.find(uri, call.store.region).repository != kind.image:
        raise validation_error(f"The image {uri!r} is not that of {kind.type} monitoring; allowed is {kind.image}.")
    if len(output["MonitoringOutputs"]) != 1:
        raise validation_error("MonitoringOutputs: one output is allowed.")
    call.platform.assume_role(request["RoleArn"], "SageMaker")
    if request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", 0) > _LONGEST_SECONDS:
        raise validation_error(f"MaxRuntimeInSeconds is above {_LONGEST_SECONDS}.")
