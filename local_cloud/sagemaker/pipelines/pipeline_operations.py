"""CreatePipeline, UpdatePipeline, DescribePipeline, ListPipelines, DeletePipeline."""

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import SageMakerError, not_found, validation_error
from local_cloud.sagemaker.pipelines import caching, definition, records
from local_cloud.sagemaker.pipelines.clients import CallFailedError, RoleClients
from local_cloud.sagemaker.requests import refuse, user_context
from local_cloud.sagemaker.store import Document

KIND = "Pipeline"


@operation("CreatePipeline")
def _create(request: Request, call: Call) -> Response:
    name = request["PipelineName"]
    existing = call.store.get(KIND, name)
    if existing and existing["ClientRequestToken"] == request["ClientRequestToken"]:
        return existing
    text = _definition(request, request["RoleArn"], call)
    document = {
        "PipelineDisplayName": name,
        **{key: value for key, value in request.items() if key != "PipelineDefinitionS3Location"},
        "PipelineDefinition": text,
        "PipelineArn": call.arn(f"pipeline/{name}"),
        "PipelineStatus": "Active",
        "CreationTime": now(),
        "LastModifiedTime": now(),
        "CreatedBy": user_context(call),
        "LastModifiedBy": user_context(call),
    }
    if not call.store.insert(KIND, name, document):
        raise validation_error(
            "Pipeline names must be unique within an AWS account and region. "
            f"Pipeline with name ({name}) already exists."
        )
    return document


@operation("UpdatePipeline")
def _update(request: Request, call: Call) -> Response:
    old = pipeline(request["PipelineName"], call)
    changed = {key: request[key] for key in request if key not in {"PipelineName", "PipelineDefinitionS3Location"}}
    if "PipelineDefinition" in request or "PipelineDefinitionS3Location" in request:
        changed["PipelineDefinition"] = _definition(request, str(request.get("RoleArn", old["RoleArn"])), call)
    changed |= {"LastModifiedTime": now(), "LastModifiedBy": user_context(call)}
    return call.store.update(KIND, old["PipelineName"], lambda document: document.update(changed))


@operation("DescribePipeline")
def _describe(request: Request, call: Call) -> Response:
    refuse(request, "PipelineVersionId")
    return pipeline(request["PipelineName"], call)


@operation("ListPipelines")
def _list(request: Request, call: Call) -> Response:
    prefix = request.get("PipelineNamePrefix", "")
    found = [item for item in call.store.list(KIND) if item["PipelineName"].startswith(prefix)]
    found = listing.between(found, "CreationTime", request.get("CreatedAfter"), request.get("CreatedBefore"))
    key = "PipelineName" if request.get("SortBy") == "Name" else "CreationTime"
    found = listing.ordered(found, lambda item: item[key], request.get("SortOrder", "Descending"))
    summaries, token = listing.page(found, request)
    summaries = [{**item, "LastExecutionTime": item.get("LastRunTime")} for item in summaries]
    return {"PipelineSummaries": summaries, "NextToken": token}


@operation("DeletePipeline")
def _delete(request: Request, call: Call) -> Response:
    document = pipeline(request["PipelineName"], call)
    executions = executions_of(document, call)
    running = [item for item in executions if item["PipelineExecutionStatus"] in records.RUNNING]
    if running:
        raise SageMakerError(
            "ConflictException",
            f"Pipeline {document['PipelineArn']} has {len(running)} running executions; stop them first: "
            f"{', '.join(item['PipelineExecutionArn'] for item in running)}.",
        )
    for item in executions:
        arn = item["PipelineExecutionArn"]
        records.forget_steps(call, arn, lambda _: True)
        call.store.delete(records.DEFINITION, arn)
        call.store.delete(records.EXECUTION, arn)
    caching.forget(call, document["PipelineName"])
    call.store.delete(KIND, document["PipelineName"])
    return document


def pipeline(name_or_arn: str, call: Call) -> Document:
    """Return a pipeline by name or ARN; SageMakerError if there is none."""
    name = name_or_arn.rpartition("/")[2]
    arn = call.arn(f"pipeline/{name}")
    document = call.store.get(KIND, name)
    if document is None or (":" in name_or_arn and name_or_arn != arn):
        raise not_found(f"Pipeline '{name_or_arn if ':' in name_or_arn else arn}' does not exist.")
    return document


def executions_of(document: Document, call: Call) -> list[Document]:
    """Return the executions of a pipeline, oldest first."""
    return [item for item in call.store.list(records.EXECUTION) if item["PipelineArn"] == document["PipelineArn"]]


def _definition(request: Request, role_arn: str, call: Call) -> str:
    location = request.get("PipelineDefinitionS3Location")
    if (location is None) == ("PipelineDefinition" not in request):
        raise validation_error("Give either PipelineDefinition or PipelineDefinitionS3Location.")
    text = str(request["PipelineDefinition"]) if location is None else _from_s3(location, role_arn, call)
    definition.read(text)
    return text


def _from_s3(location: dict[str, str], role_arn: str, call: Call) -> str:
    version = {"VersionId": location["VersionId"]} if "VersionId" in location else {}
    try:
        answer = RoleClients(call, role_arn).invoke(
            "s3", "get_object", Bucket=location["Bucket"], Key=location["ObjectKey"], **version
        )
    except CallFailedError as error:
        raise validation_error(
            f"Unable to read the pipeline definition s3://{location['Bucket']}/{location['ObjectKey']}: {error.message}"
        ) from error
    return str(answer["Body"].read().decode())
