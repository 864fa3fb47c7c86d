"""Processing jobs: /opt/ml/processing in, a program, /opt/ml/processing out."""

import threading
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from local_cloud.platform import Credentials
from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.jobs import cluster, instances, kinds, refusals, runner, statuses, surroundings
from local_cloud.sagemaker.jobs.cluster import Instance
from local_cloud.sagemaker.jobs.follower import Follower
from local_cloud.sagemaker.jobs.process import Outcome, Program, Running
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Source, Transfer
from local_cloud.sagemaker.requests import refuse

_DEFAULT_SECONDS = 86400


@operation("CreateProcessingJob")
def create_processing_job(request: Request, call: Call) -> Response:
    """Start a processing job; what it cannot do is refused before it exists."""
    return begin(request, call, {})


def begin(request: Request, call: Call, more: dict[str, Any]) -> Response:
    """Start a processing job of a person's, or of a service's, which has `more` to be said of it."""
    _check(request, call)
    call.platform.assume_role(request["RoleArn"], "SageMaker")  # AWS refuses the job where it cannot
    answer = kinds.new(kinds.PROCESSING, request, call, more)
    job = Job(kinds.PROCESSING, call, request["ProcessingJobName"], request)
    statuses.announce_new(job.kind, call, job.name)
    runner.start(job, _run)
    return answer


kinds.register(kinds.PROCESSING, lambda call, name: runner.ask_to_stop(kinds.PROCESSING, call, name))


def _check(request: Request, call: Call) -> None:
    application = request["AppSpecification"]
    images.find(application["ImageUri"], call.store.region)
    images.processing_command(application["ImageUri"], application.get("ContainerEntrypoint", []), [])
    refuse(request, "ExperimentConfig", "ProcessingResources.ClusterConfig.InstancePreferences")
    cluster.check(request["ProcessingResources"]["ClusterConfig"])
    for item in request.get("ProcessingInputs", []):
        where = f"ProcessingInputs {item['InputName']}"
        refusals.one_of(item, ("S3Input", "DatasetDefinition"), where)
        refusals.check_mode(where, item["S3Input"].get("S3InputMode"))
        if item["S3Input"].get("S3CompressionType") == "Gzip":
            raise not_implemented(f"S3CompressionType Gzip ({where}), which on AWS needs input mode Pipe")
        _check_path(item["S3Input"].get("LocalPath"), where)
    for item in request.get("ProcessingOutputConfig", {}).get("Outputs", []):
        where = f"ProcessingOutputConfig {item['OutputName']}"
        refusals.one_of(item, ("S3Output", "FeatureStoreOutput"), where)
        _check_path(item["S3Output"].get("LocalPath"), where)


def _check_path(path: str | None, where: str) -> None:
    if not path or not path.startswith("/opt/ml/processing"):
        raise validation_error(f"{where}: LocalPath is {path!r}; allowed is a path below /opt/ml/processing.")


def _run(job: Job) -> str:
    credentials = job.credentials(job.request["RoleArn"])
    machines = cluster.instances(job.request["ProcessingResources"]["ClusterConfig"])
    transfer = Transfer(job.client("s3", credentials), job.request["RoleArn"])
    with ExitStack() as stack:
        folders = {machine.host: stack.enter_context(runner.folder(job)) for machine in machines}
        for machine in machines:
            _prepare(job, folders[machine.host], transfer, machines, machine)
        job.check_stop()
        job.update(ProcessingStartTime=now())
        followers = [
            Follower(transfer, surroundings.local(output["LocalPath"], folder), output["S3Uri"], kms_key)
            for folder in folders.values() for output, kms_key in _outputs(job)
            if output["S3UploadMode"] == "Continuous"
        ]  # fmt: skip
        for follower in followers:
            stack.callback(follower.abandon)
        outcomes = _run_hosts(job, folders, credentials)
        for follower in followers:
            follower.finish()
        _tell(job, folders)
        if any(outcome.ended_by == "stop" for outcome in outcomes.values()):
            return "Stopped"
        if any(outcome.ended_by == "timeout" for outcome in outcomes.values()):
            job.update(ExitMessage="Processing job runtime exceeded MaxRuntimeInSeconds provided")
            return "Stopped"
        surroundings.check_all(outcomes, folders)
        for folder in folders.values():
            _upload(job, folder, transfer)
    return "Completed"


def _prepare(job: Job, folder: Path, transfer: Transfer, machines: list[Instance], machine: Instance) -> None:
    for item in job.request.get("ProcessingInputs", []):
        given = item["S3Input"]
        part = cluster.share(machines, machine, given) or (0, 1)
        source = Source(given["S3Uri"], given["S3DataType"], *part)
        transfer.download(source, surroundings.local(given["LocalPath"], folder))
    for output, _ in _outputs(job):
        surroundings.local(output["LocalPath"], folder).mkdir(parents=True, exist_ok=True)
    (folder / "ml/output").mkdir(exist_ok=True)
    config = {key: value for key, value in job.request.items() if key not in {"Tags", "ExperimentConfig"}}
    config["ProcessingJobArn"] = job.arn
    surroundings.write_json(folder / "ml/config/processingjobconfig.json", config)
    resources = cluster.resource_config(machines, machine)
    surroundings.write_json(folder / "ml/config/resourceconfig.json", resources)
    cluster.write_host_names(machines, folder)


def _run_hosts(job: Job, folders: dict[str, Path], credentials: Credentials) -> dict[str, Outcome]:
    isolated = bool(job.request.get("NetworkConfig", {}).get("EnableNetworkIsolation"))
    with (
        runner.folder(job) as spare,
        instances.shared_network(spare, isolated and len(folders) > 1) as network,
    ):

        def work(host: str, folder: Path, stop: threading.Event) -> Outcome:
            return _run_host(job, host, folder, credentials, stop, network)

        return instances.run_all(folders, job.stop, work)


def _run_host(
    job: Job, host: str, folder: Path, credentials: Credentials, stop: threading.Event, network: int | None
) -> Outcome:
    application = job.request["AppSpecification"]
    isolated = bool(job.request.get("NetworkConfig", {}).get("EnableNetworkIsolation"))
    entrypoint, arguments = application.get("ContainerEntrypoint", []), application.get("ContainerArguments", [])
    command = images.processing_command(application["ImageUri"], entrypoint, arguments)
    variables = surroundings.environment(job, folder, None if isolated else credentials)
    variables.update(command.environment, PROCESSING_JOB_ARN=job.arn)
    variables.update(job.request.get("Environment", {}))
    argv = [surroundings.in_folder(word, folder) for word in command.argv]
    lines = job.log_stream(credentials, host)
    try:
        running = Running(Program(argv, variables, folder, isolated, network), lines.write)
        seconds = job.request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", _DEFAULT_SECONDS)
        return running.wait(stop, seconds)
    finally:
        lines.close()


def _outputs(job: Job) -> list[tuple[dict[str, Any], str | None]]:
    config = job.request.get("ProcessingOutputConfig", {})
    return [(item["S3Output"], config.get("KmsKeyId")) for item in config.get("Outputs", [])]


def _upload(job: Job, folder: Path, transfer: Transfer) -> None:
    for output, kms_key in _outputs(job):
        if output["S3UploadMode"] == "EndOfJob":
            transfer.upload_folder(surroundings.local(output["LocalPath"], folder), output["S3Uri"], kms_key)


def _tell(job: Job, folders: dict[str, Path]) -> None:
    for folder in folders.values():
        if message := surroundings.read_short(folder / "ml/output/message"):
            job.update(ExitMessage=message)
            return
