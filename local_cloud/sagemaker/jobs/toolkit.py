"""The SM_ variables that the training toolkit in the framework images sets, for one instance of a job.

Source: aws/sagemaker-training-toolkit, environment.py. What describes GPUs, frameworks and debugging is left out.
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.jobs import cluster, training_files
from local_cloud.sagemaker.jobs.cluster import Instance
from local_cloud.sagemaker.jobs.process import base_of


def variables(request: dict[str, Any], folder: Path, machines: Sequence[Instance], machine: Instance) -> dict[str, str]:
    """Return the variables of a program whose files lie in `folder`."""
    base = base_of(folder)
    channels = training_files.channels(request, machines, machine)
    given = {
        key: _value(text) for key, text in request.get("HyperParameters", {}).items()
        if not key.startswith("sagemaker_")
    }  # fmt: skip
    found = {
        "SM_MODEL_DIR": f"{base}/model", "SM_INPUT_DIR": f"{base}/input", "SM_INPUT_CONFIG_DIR": f"{base}/input/config",
        "SM_OUTPUT_DIR": f"{base}/output", "SM_OUTPUT_DATA_DIR": f"{base}/output/data",
        "SM_OUTPUT_INTERMEDIATE_DIR": f"{base}/output/intermediate", "SM_LOG_LEVEL": "20",
        "SM_CHANNELS": json.dumps(sorted(channels)), "SM_INPUT_DATA_CONFIG": json.dumps(channels),
        "SM_HPS": json.dumps(given),
    }  # fmt: skip
    found.update(_cluster(machines, machine))
    found.update({f"SM_CHANNEL_{name.upper()}": f"{base}/input/data/{name}" for name in channels})
    found.update({f"SM_HP_{key.upper()}": str(value) for key, value in given.items()})
    return found


def _cluster(machines: Sequence[Instance], machine: Instance) -> dict[str, str]:
    resources = cluster.resource_config(machines, machine)
    groups = {group["instance_group_name"]: group for group in resources["instance_groups"]}
    cores = str(cluster.cores_each(machines, os.cpu_count() or 1))
    found = {
        "SM_HOSTS": json.dumps(resources["hosts"]), "SM_CURRENT_HOST": machine.host,
        "SM_NUM_GPUS": "0", "SM_NUM_NEURONS": "0", "SM_NUM_CPUS": cores,
        "SM_CURRENT_INSTANCE_TYPE": machine.instance_type, "SM_CURRENT_INSTANCE_GROUP": machine.group,
        "SM_CURRENT_INSTANCE_GROUP_HOSTS": json.dumps(groups[machine.group]["hosts"]),
        "SM_INSTANCE_GROUPS": json.dumps(list(groups)), "SM_INSTANCE_GROUPS_DICT": json.dumps(groups),
        "SM_IS_HETERO": json.dumps(len(groups) > 1), "SM_RESOURCE_CONFIG": json.dumps(resources),
        "SM_NETWORK_INTERFACE_NAME": "lo",
    }  # fmt: skip
    if len(machines) > 1:
        found["OMP_NUM_THREADS"] = cores  # the instances share the cores that on AWS are each one's own
    return found


def _value(text: str) -> Any:
    # The SDK writes hyperparameters as JSON, people write plain words.
    try:
        return json.loads(text)
    except ValueError:
        return text
