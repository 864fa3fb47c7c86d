"""The operations of training jobs."""

from typing import Any

from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.jobs import kinds, runner, spot, training_request, training_run
from local_cloud.sagemaker.jobs.runner import Job


@operation("CreateTrainingJob")
def create_training_job(request: Request, call: Call) -> Response:
    """Start a training job; what it cannot do is refused before it exists."""
    return create(request, call, {})


def create(request: Request, call: Call, extra: dict[str, Any]) -> Response:
    """Start a training job whose document has further fields, such as the tuning job it belongs to."""
    training_request.check(request, call)
    call.platform.assume_role(request["RoleArn"], "SageMaker")  # AWS refuses the job where it cannot
    uri = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"
    packed = request["OutputDataConfig"].get("CompressionType", "GZIP") == "GZIP"
    extra = {
        "ModelArtifacts": {"S3ModelArtifacts": f"{uri}/model.tar.gz" if packed else f"{uri}/model"},
        "EnableNetworkIsolation": False, "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False, **extra,
    }  # fmt: skip
    stopping = {"MaxRuntimeInSeconds": spot.DEFAULT_SECONDS, **request.get("StoppingCondition", {})}
    document = {**extra, **request, "StoppingCondition": stopping}
    answer = kinds.new(kinds.TRAINING, document, call, {})
    job = Job(kinds.TRAINING, call, request["TrainingJobName"], document)
    job.move("Starting")
    runner.start(job, training_run.run)
    return answer


kinds.register(kinds.TRAINING, lambda call, name: runner.ask_to_stop(kinds.TRAINING, call, name))
