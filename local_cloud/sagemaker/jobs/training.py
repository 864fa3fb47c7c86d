"""Training jobs: channels in, a program, model.tar.gz out. A model appears in S3 only if the program succeeded."""

import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from local_cloud.platform import Credentials
from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import validation_error
from local_cloud.sagemaker.jobs import kinds, refusals, runner, surroundings, training_files
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.follower import Follower
from local_cloud.sagemaker.jobs.metrics import Metrics, compile_definitions
from local_cloud.sagemaker.jobs.process import Outcome, Program, Running
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Transfer, split

_DEFAULT_SECONDS = 86400
_CHANNEL = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")  # AWS also allows a dot first
_live_metrics: dict[tuple[str, str], Metrics] = {}


@operation("CreateTrainingJob")
def create_training_job(request: Request, call: Call) -> Response:
    """Start a training job; what it cannot do is refused before it exists."""
    return create(request, call, {})


def create(request: Request, call: Call, extra: dict[str, Any]) -> Response:
    """Start a training job whose document has further fields, such as the tuning job it belongs to."""
    check(request, call)
    call.platform.assume_role(request["RoleArn"], "SageMaker")  # AWS refuses the job where it cannot
    uri = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{request['TrainingJobName']}/output"
    packed = request["OutputDataConfig"].get("CompressionType", "GZIP") == "GZIP"
    extra = {
        "ModelArtifacts": {"S3ModelArtifacts": f"{uri}/model.tar.gz" if packed else f"{uri}/model"},
        "EnableNetworkIsolation": False, "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False, **extra,
    }  # fmt: skip
    stopping = {"MaxRuntimeInSeconds": _DEFAULT_SECONDS, **request.get("StoppingCondition", {})}
    document = {**extra, **request, "StoppingCondition": stopping}
    answer = kinds.new(kinds.TRAINING, document, call, {})
    job = Job(kinds.TRAINING, call, request["TrainingJobName"], document)
    job.move("Starting")
    runner.start(job, _run)
    return answer


kinds.register(kinds.TRAINING, lambda call, name: runner.ask_to_stop(kinds.TRAINING, call, name))


def live_history(call: Call, name: str, metric: str) -> list[float]:
    """Return the values that a job has reported of a metric; empty once it has ended."""
    metrics = _live_metrics.get((call.store.scope, name))
    return metrics.history(metric) if metrics else []


def check(request: Request, call: Call) -> None:
    """Refuse a training job that cannot run here."""
    algorithm = request["AlgorithmSpecification"]
    refusals.one_of(algorithm, ("TrainingImage", "AlgorithmName"), "AlgorithmSpecification")
    refusals.refuse(
        request, "AlgorithmSpecification.ContainerEntrypoint", "AlgorithmSpecification.ContainerArguments",
        "AlgorithmSpecification.TrainingImageConfig", "ResourceConfig.InstanceGroups", "ServerlessJobConfig",
        "DebugRuleConfigurations", "ProfilerRuleConfigurations", "ExperimentConfig", "MlflowConfig",
        "ModelPackageConfig", "SessionChainingConfig.EnableSessionTagChaining", "RemoteDebugConfig.EnableRemoteDebug",
    )  # fmt: skip
    if request.get("ResourceConfig", {}).get("InstanceCount", 1) != 1:
        raise refusals.not_implemented("training on several instances; set ResourceConfig.InstanceCount to 1")
    images.find(algorithm["TrainingImage"], call.store.region)
    images.training_command(algorithm["TrainingImage"], request.get("HyperParameters", {}))
    refusals.check_mode("AlgorithmSpecification", algorithm["TrainingInputMode"])
    _definitions(request)
    for channel in request.get("InputDataConfig", []):
        where = f"InputDataConfig {channel['ChannelName']}"
        if not _CHANNEL.fullmatch(channel["ChannelName"]):
            raise validation_error(f"{where}: a channel's name has letters, digits, - and _ here.")
        refusals.one_of(channel["DataSource"], ("S3DataSource", "FileSystemDataSource", "DatasetSource"), where)
        refusals.check_mode(where, channel.get("InputMode"))
        refusals.refuse(channel, "ShuffleConfig")
        if channel.get("CompressionType") == "Gzip" or channel.get("RecordWrapperType") == "RecordIO":
            raise refusals.not_implemented(f"CompressionType or RecordWrapperType ({where}), which need mode Pipe")


def _definitions(request: Request) -> dict[str, re.Pattern[str]]:
    algorithm = request["AlgorithmSpecification"]
    built_in = images.metric_definitions(algorithm["TrainingImage"], request.get("HyperParameters", {}))
    if built_in and algorithm.get("MetricDefinitions"):
        raise validation_error(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
    return compile_definitions([*built_in, *algorithm.get("MetricDefinitions", [])])


def _run(job: Job) -> str:
    credentials = job.credentials(job.request["RoleArn"])
    transfer = Transfer(job.client("s3", credentials), job.request["RoleArn"])
    metrics = Metrics(_definitions(job.request))
    key = (job.call.store.scope, job.name)
    _live_metrics[key] = metrics
    try:
        with runner.folder(job) as folder:
            return _run_in(job, folder, transfer, metrics, credentials)
    finally:
        _live_metrics.pop(key, None)


def _run_in(job: Job, folder: Path, transfer: Transfer, metrics: Metrics, credentials: Credentials) -> str:
    job.move("Downloading", TrainingStartTime=now())
    training_files.prepare(job, folder, transfer)
    checkpoints = _follow_checkpoints(job, folder, transfer)
    job.check_stop()
    job.move("Training")
    outcome = _run_program(job, folder, metrics, credentials)
    if checkpoints:
        checkpoints.finish()
    metrics.publish(job.client("cloudwatch", credentials), job.name)
    if final := metrics.final():
        job.update(FinalMetricDataList=final)
    if outcome.ended_by == "timeout":
        job.update(_timed_out=True)
    if outcome.ended_by != "itself":
        # A program that took the signal and ended well has a model; one that was cut off has none.
        if outcome.exit_code == 0 and any((folder / "ml/model").iterdir()):
            training_files.upload(job, folder, transfer)
        return "Stopped"
    image = job.request["AlgorithmSpecification"]["TrainingImage"]
    surroundings.check(outcome, folder, images.failure_kind(image, outcome.exit_code))
    job.move("Uploading")
    training_files.upload(job, folder, transfer)
    return "Completed"


def _run_program(job: Job, folder: Path, metrics: Metrics, credentials: Credentials) -> Outcome:
    request = job.request
    isolated = bool(request.get("EnableNetworkIsolation"))
    hyperparameters = request.get("HyperParameters", {})
    command = images.training_command(request["AlgorithmSpecification"]["TrainingImage"], hyperparameters)
    variables = surroundings.environment(job, folder, None if isolated else credentials)
    variables.update(training_files.toolkit_variables(job, folder))
    variables.update(command.environment, TRAINING_JOB_NAME=job.name, TRAINING_JOB_ARN=job.arn)
    variables.update(request.get("Environment", {}))
    lines = job.log_stream(credentials)

    def on_line(line: str) -> None:
        shown = line.replace("\t", "#011")  # how a training job's tabs appear in CloudWatch, and in documented regexes
        lines.write(shown)
        metrics.look_at(shown)

    try:
        running = Running(Program(command.argv, variables, folder, isolated), on_line)
        return running.wait(job.stop, request["StoppingCondition"]["MaxRuntimeInSeconds"])
    finally:
        lines.close()


def _follow_checkpoints(job: Job, folder: Path, transfer: Transfer) -> Follower | None:
    config = job.request.get("CheckpointConfig")
    if not config:
        return None
    local = surroundings.local(config.get("LocalPath", training_files.CHECKPOINTS), folder)
    local.mkdir(parents=True, exist_ok=True)
    split(config["S3Uri"])
    with suppress(JobFailureError):  # the first run finds none
        transfer.download(training_files.checkpoint_source(config), local)
    return Follower(transfer, local, config["S3Uri"], job.request["OutputDataConfig"].get("KmsKeyId"))
