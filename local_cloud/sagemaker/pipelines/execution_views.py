"""What can be asked about executions."""

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.pipelines import records
from local_cloud.sagemaker.pipelines.execution_operations import execution
from local_cloud.sagemaker.pipelines.expressions import as_text
from local_cloud.sagemaker.pipelines.pipeline_operations import executions_of, pipeline


@operation("DescribePipelineExecution")
def _describe(request: Request, call: Call) -> Response:
    document = execution(request["PipelineExecutionArn"], call)
    return {**document, "ParallelismConfiguration": document["ParallelismConfiguration"] or None}


@operation("ListPipelineExecutions")
def _list(request: Request, call: Call) -> Response:
    found = executions_of(pipeline(request["PipelineName"], call), call)
    found = listing.between(found, "CreationTime", request.get("CreatedAfter"), request.get("CreatedBefore"))
    key = request.get("SortBy", "CreationTime")
    found = listing.ordered(found, lambda item: item[key], request.get("SortOrder", "Descending"))
    found, token = listing.page(found, request)
    summaries = [
        {**item, "StartTime": item["CreationTime"], "PipelineExecutionFailureReason": item.get("FailureReason")}
        for item in found
    ]
    return {"PipelineExecutionSummaries": summaries, "NextToken": token}


@operation("ListPipelineExecutionSteps")
def _list_steps(request: Request, call: Call) -> Response:
    if "PipelineExecutionArn" not in request:
        raise validation_error("PipelineExecutionArn is missing.")
    execution(request["PipelineExecutionArn"], call)
    steps = records.steps(call, request["PipelineExecutionArn"])
    steps = listing.ordered(steps, lambda item: item["StartTime"], request.get("SortOrder", "Descending"))
    steps, token = listing.page(steps, request)
    return {"PipelineExecutionSteps": steps, "NextToken": token}


@operation("ListPipelineParametersForExecution")
def _list_parameters(request: Request, call: Call) -> Response:
    values = execution(request["PipelineExecutionArn"], call)["Parameters"]
    listed = [{"Name": name, "Value": as_text(value)} for name, value in values.items()]
    listed, token = listing.page(listed, request)
    return {"PipelineParameters": listed, "NextToken": token}


@operation("DescribePipelineDefinitionForExecution")
def _definition(request: Request, call: Call) -> Response:
    execution(request["PipelineExecutionArn"], call)
    return call.store.get(records.DEFINITION, request["PipelineExecutionArn"]) or {}
