"""The files and variables of the training container contract, and the artefacts made of what it leaves."""

import filecmp
import json
import os
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.jobs import checkpoints, cluster, surroundings
from local_cloud.sagemaker.jobs.cluster import Instance
from local_cloud.sagemaker.jobs.failure import JobFailureError
from local_cloud.sagemaker.jobs.process import base_of
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Source, Transfer


def prepare(job: Job, folder: Path, transfer: Transfer, machines: Sequence[Instance], machine: Instance) -> None:
    """Write the configuration files of one instance and download its channels."""
    request, ml = job.request, folder / "ml"
    for name in ("model", "output/data", "input/data", "code"):
        (ml / name).mkdir(parents=True, exist_ok=True)
    config = ml / "input/config"
    surroundings.write_json(config / "hyperparameters.json", request.get("HyperParameters", {}))
    surroundings.write_json(config / "inputdataconfig.json", _channels(request, machines, machine))
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


def toolkit_variables(job: Job, folder: Path, machines: Sequence[Instance], machine: Instance) -> dict[str, str]:
    """Return the SM_ variables that the training toolkit in the framework images sets."""
    base = base_of(folder)
    hyperparameters = {
        key: value for key, value in job.request.get("HyperParameters", {}).items() if not key.startswith("sagemaker_")
    }
    channels = _channels(job.request, machines, machine)
    resources = cluster.resource_config(machines, machine)
    groups = {group["instance_group_name"]: group for group in resources["instance_groups"]}
    cores = str(cluster.cores_each(machines, os.cpu_count() or 1))
    variables = {
        "SM_MODEL_DIR": f"{base}/model", "SM_INPUT_DIR": f"{base}/input", "SM_INPUT_CONFIG_DIR": f"{base}/input/config",
        "SM_OUTPUT_DIR": f"{base}/output", "SM_OUTPUT_DATA_DIR": f"{base}/output/data",
        "SM_OUTPUT_INTERMEDIATE_DIR": f"{base}/output/intermediate", "SM_HOSTS": json.dumps(resources["hosts"]),
        "SM_CURRENT_HOST": machine.host, "SM_NUM_GPUS": "0", "SM_NUM_NEURONS": "0", "SM_NUM_CPUS": cores,
        "SM_CURRENT_INSTANCE_TYPE": machine.instance_type, "SM_CURRENT_INSTANCE_GROUP": machine.group,
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": json.dumps(groups[machine.group]["hosts"]),
        "SM_INSTANCE_GROUPS": json.dumps(list(groups)), "SM_INSTANCE_GROUPS_DICT": json.dumps(groups),
        "SM_IS_HETERO": json.dumps(len(groups) > 1), "SM_RESOURCE_CONFIG": json.dumps(resources),
        "SM_NETWORK_INTERFACE_NAME": "lo", "SM_LOG_LEVEL": "20", "SM_CHANNELS": json.dumps(sorted(channels)),
        "SM_HPS": json.dumps({key: _value(text) for key, text in hyperparameters.items()}),
        "SM_INPUT_DATA_CONFIG": json.dumps(channels),
    }  # fmt: skip
    if len(machines) > 1:
        variables["OMP_NUM_THREADS"] = cores  # the instances share the cores that on AWS are each one's own
    variables.update({f"SM_CHANNEL_{name.upper()}": f"{base}/input/data/{name}" for name in channels})
    variables.update({f"SM_HP_{key.upper()}": str(_value(text)) for key, text in hyperparameters.items()})
    return variables


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


def _channels(request: dict[str, Any], machines: Sequence[Instance], machine: Instance) -> dict[str, dict[str, str]]:
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


def _value(text: str) -> Any:
    # The SDK writes hyperparameters as JSON, people write plain words.
    try:
        return json.loads(text)
    except ValueError:
        return text
