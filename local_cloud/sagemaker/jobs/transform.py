"""Batch transform jobs: the model's own server on a socket, one output object for each input object."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local_cloud.sagemaker import images
from local_cloud.sagemaker.api import Call, Request, Response, now, operation
from local_cloud.sagemaker.endpoints import models
from local_cloud.sagemaker.endpoints.artifacts import DeploymentError, fetch
from local_cloud.sagemaker.endpoints.plans import socket_folder
from local_cloud.sagemaker.endpoints.process import ModelProcess
from local_cloud.sagemaker.errors import not_implemented, validation_error
from local_cloud.sagemaker.jobs import kinds, records, runner, statuses, surroundings
from local_cloud.sagemaker.jobs.failure import JobFailureError, JobStoppedError
from local_cloud.sagemaker.jobs.invoker import Invoker
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Source, Transfer
from local_cloud.sagemaker.requests import refuse
from local_cloud.sagemaker.role_clients import RoleClients
from local_cloud.sagemaker.store import Document

_HEALTHY_SECONDS = 120
_PORT = 8080
_MEBIBYTE = 2**20
_DEFAULT_PAYLOAD = 6  # MaxPayloadInMB on AWS


@operation("CreateTransformJob")
def create_transform_job(request: Request, call: Call) -> Response:
    """Start a transform job; what it cannot do is refused before it exists."""
    _check(request, call)
    answer = kinds.new(kinds.TRANSFORM, request, call, {})
    job = Job(kinds.TRANSFORM, call, request["TransformJobName"], request)
    statuses.announce_new(job.kind, call, job.name)
    runner.start(job, _run)
    return answer


kinds.register(kinds.TRANSFORM, lambda call, name: runner.ask_to_stop(kinds.TRANSFORM, call, name))


def _check(request: Request, call: Call) -> None:
    model = models.find(request["ModelName"], call)
    images.find(model["_Container"]["Image"], call.store.region)
    refuse(request, "DataCaptureConfig", "ExperimentConfig")
    given = request["TransformInput"]
    if given.get("SplitType", "None") not in {"None", "Line"}:
        raise not_implemented(f"SplitType {given['SplitType']}; use Line or None")
    processing = request.get("DataProcessing", {})
    filters = [records.Filter(processing.get(key, "$")) for key in ("InputFilter", "OutputFilter")]
    shaped = processing.get("JoinSource") == "Input" or not all(each.passes_all for each in filters)
    if shaped and (given.get("SplitType") != "Line" or _format(given.get("ContentType")) is None):
        raise validation_error(
            "DataProcessing needs SplitType Line and ContentType text/csv or application/jsonlines in the local cloud; "
            f"found SplitType {given.get('SplitType', 'None')}, ContentType {given.get('ContentType')}."
        )


def _format(content_type: str | None) -> records.Format | None:
    name = (content_type or "").partition(";")[0].strip().lower()
    if name == "text/csv":
        return "csv"
    return "json" if name in {"application/jsonlines", "application/json"} else None


def _run(job: Job) -> str:
    model = models.find(job.request["ModelName"], job.call)
    role = model["ExecutionRoleArn"]
    credentials = job.credentials(role)
    transfer = Transfer(job.client("s3", credentials), role)
    given = job.request["TransformInput"]
    place = given["DataSource"]["S3DataSource"]
    objects = transfer.objects(Source(place["S3Uri"], place["S3DataType"]))
    with runner.folder(job) as folder:
        lines = job.log_stream(credentials)
        server = _server(job, model, folder)
        try:
            job.update(TransformStartTime=now())
            server.start(lines.write)
            if not server.wait_until_healthy(_HEALTHY_SECONDS):
                raise JobFailureError("AlgorithmError: the model did not pass the ping health check. See job logs.")
            for number, (bucket, key, below) in enumerate(objects):
                job.check_stop()
                content = transfer.read(bucket, key)
                result = _transform(job, server, _unpacked(content, given, key))
                (folder / f"result-{number}").write_bytes(result)
                (folder / f"result-{number}.name").write_text(below, encoding="utf-8")
        finally:
            server.stop()
            lines.close()
        _upload(job, folder, transfer, len(objects))
    return "Completed"


def _server(job: Job, model: Document, folder: Path) -> ModelProcess:
    container, isolated = model["_Container"], bool(model.get("EnableNetworkIsolation"))
    clients = RoleClients(job.call.platform, job.call.store.region, model["ExecutionRoleArn"])
    try:
        model_dir = fetch(container.get("ModelDataUrl"), folder / "model", clients)
    except DeploymentError as error:
        raise JobFailureError(f"ClientError: {error}") from error
    variables = surroundings.environment(job, folder, None if isolated else job.credentials(model["ExecutionRoleArn"]))
    variables |= container.get("Environment", {})
    variables |= {
        "SM_MODEL_DIR": str(model_dir), "ML_LOOP_BASE_DIR": str(folder), "PYTHONPATH": str(images.PROJECT),
        "SAGEMAKER_BATCH": "true", "SAGEMAKER_BATCH_STRATEGY": job.request.get("BatchStrategy", "MultiRecord"),
        "SAGEMAKER_MAX_PAYLOAD_IN_MB": str(_payload_megabytes(job)),
        "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": str(_concurrency(job)), **job.request.get("Environment", {}),
    }  # fmt: skip
    command = images.serving_command(container["Image"], model_dir, variables, _PORT)
    return ModelProcess(command, variables, folder / "work", socket_folder(job.call), isolated=isolated)


def _payload_megabytes(job: Job) -> int:
    return int(job.request.get("MaxPayloadInMB") or _DEFAULT_PAYLOAD)


def _concurrency(job: Job) -> int:
    return int(job.request.get("MaxConcurrentTransforms") or 1)


def _unpacked(content: bytes, given: dict[str, Any], key: str) -> bytes:
    if given.get("CompressionType") != "Gzip":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise JobFailureError(f"ClientError: {key} is not gzip: {error}") from error


def _transform(job: Job, server: ModelProcess, content: bytes) -> bytes:
    """Return the output object of one input object."""
    given, output = job.request["TransformInput"], job.request["TransformOutput"]
    config = job.request.get("ModelClientConfig", {})
    invoker = Invoker(server.socket_path, given.get("ContentType"), output.get("Accept"), config)
    try:
        if given.get("SplitType") != "Line":
            return invoker.post(content)
        lines = [line for line in content.decode().replace("\r\n", "\n").split("\n") if line.strip()]
        single = job.request.get("BatchStrategy") == "SingleRecord"
        groups = records.batches(lines, single, _payload_megabytes(job) * _MEBIBYTE)
        with ThreadPoolExecutor(_concurrency(job)) as pool:
            results = list(pool.map(lambda group: _one_request(job, invoker, group), groups))
    except (records.RecordError, UnicodeDecodeError) as error:
        raise JobFailureError(f"ClientError: {error}") from error
    if output.get("AssembleWith") == "Line":
        return b"".join(result.rstrip(b"\n") + b"\n" for result in results)
    return b"".join(results)


def _one_request(job: Job, invoker: Invoker, group: list[str]) -> bytes:
    if job.stop.is_set():
        raise JobStoppedError
    processing = job.request.get("DataProcessing", {})
    input_filter = records.Filter(processing.get("InputFilter", "$"))
    output_filter = records.Filter(processing.get("OutputFilter", "$"))
    joined = processing.get("JoinSource") == "Input"
    kind = _format(job.request["TransformInput"].get("ContentType"))
    sent = group
    if kind is not None and not input_filter.passes_all:
        sent = [records.write(input_filter.apply(records.parse(line, kind)), kind) for line in group]
    answer = invoker.post("\n".join(sent).encode())
    if kind is None or (output_filter.passes_all and not joined):
        return answer
    predictions = [line for line in answer.decode().split("\n") if line.strip()]
    if len(predictions) != len(group):
        raise records.RecordError(f"the model answered {len(predictions)} lines to {len(group)} records")
    shaped = []
    for line, predicted in zip(group, predictions, strict=True):
        value = records.parse(predicted, kind)
        if joined:
            value = records.join(records.parse(line, kind), value, kind)
        shaped.append(records.write(output_filter.apply(value), kind))
    return "".join(f"{line}\n" for line in shaped).encode()


def _upload(job: Job, folder: Path, transfer: Transfer, count: int) -> None:
    output = job.request["TransformOutput"]
    for number in range(count):
        below = (folder / f"result-{number}.name").read_text(encoding="utf-8")
        uri = f"{output['S3OutputPath'].rstrip('/')}/{below}.out"
        transfer.upload(folder / f"result-{number}", uri, output.get("KmsKeyId"))
