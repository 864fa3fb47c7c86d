"""The files and variables of the training container contract, and the artefacts made of what it leaves."""

import json
import os
import tarfile
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.jobs import surroundings
from local_cloud.sagemaker.jobs.process import base_of
from local_cloud.sagemaker.jobs.runner import Job
from local_cloud.sagemaker.jobs.s3 import Source, Transfer

CHECKPOINTS = "/opt/ml/checkpoints"  # AWS's default
_HOST = "algo-1"


def prepare(job: Job, folder: Path, transfer: Transfer) -> None:
    """Write the configuration files and download the channels."""
    request, ml = job.request, folder / "ml"
    for name in ("model", "output/data", "input/data", "code"):
        (ml / name).mkdir(parents=True, exist_ok=True)
    config = ml / "input/config"
    surroundings.write_json(config / "hyperparameters.json", request.get("HyperParameters", {}))
    surroundings.write_json(config / "inputdataconfig.json", _channels(request))
    instance_type = request.get("ResourceConfig", {}).get("InstanceType", "")
    surroundings.write_json(config / "resourceconfig.json", surroundings.resource_config([_HOST], _HOST, instance_type))
    if checkpoints := request.get("CheckpointConfig"):
        path = surroundings.in_folder(checkpoints.get("LocalPath", CHECKPOINTS), folder)
        surroundings.write_json(config / "checkpointconfig.json", {**checkpoints, "LocalPath": path})
    for channel in request.get("InputDataConfig", []):
        given = channel["DataSource"]["S3DataSource"]
        transfer.download(Source(given["S3Uri"], given["S3DataType"]), ml / "input/data" / channel["ChannelName"])


def checkpoint_source(config: dict[str, str]) -> Source:
    """Return where earlier checkpoints lie."""
    return Source(config["S3Uri"].rstrip("/") + "/")


def toolkit_variables(job: Job, folder: Path) -> dict[str, str]:
    """Return the SM_ variables that the training toolkit in the framework images sets."""
    base = base_of(folder)
    hyperparameters = {
        key: value for key, value in job.request.get("HyperParameters", {}).items() if not key.startswith("sagemaker_")
    }
    channels = [channel["ChannelName"] for channel in job.request.get("InputDataConfig", [])]
    variables = {
        "SM_MODEL_DIR": f"{base}/model", "SM_INPUT_DIR": f"{base}/input", "SM_INPUT_CONFIG_DIR": f"{base}/input/config",
        "SM_OUTPUT_DIR": f"{base}/output", "SM_OUTPUT_DATA_DIR": f"{base}/output/data",
        "SM_OUTPUT_INTERMEDIATE_DIR": f"{base}/output/intermediate", "SM_HOSTS": json.dumps([_HOST]),
        "SM_CURRENT_HOST": _HOST, "SM_NUM_GPUS": "0", "SM_NUM_CPUS": str(os.cpu_count() or 1),
        "SM_NETWORK_INTERFACE_NAME": "lo", "SM_LOG_LEVEL": "20", "SM_CHANNELS": json.dumps(sorted(channels)),
        "SM_HPS": json.dumps({key: _value(text) for key, text in hyperparameters.items()}),
        "SM_INPUT_DATA_CONFIG": json.dumps(_channels(job.request)),
    }  # fmt: skip
    variables.update({f"SM_CHANNEL_{name.upper()}": f"{base}/input/data/{name}" for name in channels})
    variables.update({f"SM_HP_{key.upper()}": str(_value(text)) for key, text in hyperparameters.items()})
    return variables


def upload(job: Job, folder: Path, transfer: Transfer) -> None:
    """Pack and upload the model and what lies in output/data."""
    output = job.request["OutputDataConfig"]
    kms_key = output.get("KmsKeyId")
    uri = f"{output['S3OutputPath'].rstrip('/')}/{job.name}/output"
    data, model = folder / "ml/output/data", folder / "ml/model"
    if output.get("CompressionType") == "NONE":
        transfer.upload_folder(data, f"{uri}/data", kms_key)
        transfer.upload_folder(model, f"{uri}/model", kms_key)
        return
    if any(data.iterdir()):
        transfer.upload(_pack(data, folder / "output.tar.gz"), f"{uri}/output.tar.gz", kms_key)
    # The model comes last: where it is, the rest is too.
    transfer.upload(_pack(model, folder / "model.tar.gz"), f"{uri}/model.tar.gz", kms_key)


def _pack(folder: Path, target: Path) -> Path:
    with tarfile.open(target, "w:gz", compresslevel=6) as archive:
        for path in sorted(folder.iterdir()):
            archive.add(path, arcname=path.name)
    return target


def _channels(request: dict[str, Any]) -> dict[str, dict[str, str]]:
    default = request["AlgorithmSpecification"]["TrainingInputMode"]
    return {channel["ChannelName"]: _channel(channel, default) for channel in request.get("InputDataConfig", [])}


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
