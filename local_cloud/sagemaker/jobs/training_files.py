"""The files of the training container contract, and the artefacts made of what a job leaves."""

import filecmp
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.jobs import checkpoints, cluster, surroundings
from local_cloud.sagemaker.jobs.cluster import Instance
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Source, Transfer


def prepare(job: Job, folder: Path, transfer: Transfer, machines: Sequence[Instance], machine: Instance) -> None:
    """Write the configuration files of one instance and download its channels."""
    request, ml = job.request, folder / "ml"
    for name in ("model", "output/data", "input/data", "code"):
        (ml / name).mkdir(parents=True, exist_ok=True)
    config = ml / "input/config"
    surroundings.write_json(config / "hyperparameters.json", request.get("HyperParameters", {}))
    surroundings.write_json(config / "inputdataconfig.json", channels(request, machines, machine))
    surroundings.write_json(config / "resourceconfig.json", cluster.resource_config(machines, machine))
    cluster.write_host_names(machines, folder)
    if found := checkpoints.configuration(request, folder):
        surroundings.write_json(config / "checkpointconfig.json", found)
    for channel in request.get("InputDataConfig", []):
        given = channel["DataSource"]["S3DataSource"]
        part = cluster.share(machines, machine, given)
        if part is not None:
            source = Source(given["S3Uri"], given["S3DataType"], *part)
            transfer.download(source, ml / "input/data" / channel["ChannelName"])


def upload(job: Job, folders: Sequence[Path], transfer: Transfer) -> None:
    """Pack and upload the models and what lies in output/data: one archive of all instances, as AWS documents.

    Raises:
        JobFailureError: two instances left different files of one name, of which AWS would keep either.
    """
    output = job.request["OutputDataConfig"]
    kms_key = output.get("KmsKeyId")
    uri = f"{output['S3OutputPath'].rstrip('/')}/{job.name}/output"
    data, model = (_gathered(folders, name) for name in ("output/data", "model"))
    if output.get("CompressionType") == "NONE":
        for below, files in (("data", data), ("model", model)):
            for name, path in files.items():
                if path.is_file():
                    transfer.upload(path, f"{uri}/{below}/{name}", kms_key)
        return
    if data:
        transfer.upload(_pack(data, folders[0] / "output.tar.gz"), f"{uri}/output.tar.gz", kms_key)
    # The model comes last: where it is, the rest is too.
    transfer.upload(_pack(model, folders[0] / "model.tar.gz"), f"{uri}/model.tar.gz", kms_key)


def _gathered(folders: Sequence[Path], place: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        root = folder / "ml" / place
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root).as_posix()
            other = found.setdefault(name, path)
            if other is path or (other.is_dir() and path.is_dir()):
                continue
            if not (other.is_file() and path.is_file() and filecmp.cmp(other, path, shallow=False)):
                raise JobFailureError(
                    f"ClientError: two instances left different files {name} in /opt/ml/{place}. Let one of them write "
                    "it, or put the host into the name."
                )
    return found


def _pack(files: dict[str, Path], target: Path) -> Path:
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        for name, path in files.items():
            archive.add(path, arcname=name, recursive=False)
    return target


def channels(request: dict[str, Any], machines: Sequence[Instance], machine: Instance) -> dict[str, dict[str, str]]:
    """Return inputdataconfig.json of one instance: the channels that are for its group."""
    default = request["AlgorithmSpecification"]["TrainingInputMode"]
    return {
        channel["ChannelName"]: _channel(channel, default)
        for channel in request.get("InputDataConfig", [])
        if cluster.share(machines, machine, channel["DataSource"]["S3DataSource"]) is not None
    }


def _channel(channel: dict[str, Any], default_mode: str) -> dict[str, str]:
    described = {
        "TrainingInputMode": channel.get("InputMode", default_mode),
        "S3DistributionType": channel["DataSource"]["S3DataSource"].get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }
    if "ContentType" in channel:
        described["ContentType"] = channel["ContentType"]
    return described
