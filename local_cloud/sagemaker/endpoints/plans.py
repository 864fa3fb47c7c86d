"""What an endpoint is to run: its configuration and models, resolved into all that its processes need."""

import hashlib
import uuid
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.endpoints import models
from local_cloud.sagemaker.store import Document

Plan = dict[str, Any]


def plan(config: Document, call: Call) -> Plan:
    """Resolve a configuration into all that its processes need; the plan outlives the configuration and its models."""
    variants = [_planned(variant, call, shadow=False) for variant in config["ProductionVariants"]]
    variants += [_planned(variant, call, shadow=True) for variant in config.get("ShadowProductionVariants", [])]
    capture = config.get("DataCaptureConfig")
    return {
        "Id": uuid.uuid4().hex[:12],
        "EndpointConfigName": config["EndpointConfigName"],
        "Variants": variants,
        "DataCaptureConfig": capture,
    }


def _planned(variant: dict[str, Any], call: Call, *, shadow: bool) -> dict[str, Any]:
    model = models.find(variant["ModelName"], call)
    return {
        **model["_Container"],
        "VariantName": variant["VariantName"],
        "Shadow": shadow,
        "Weight": variant.get("InitialVariantWeight", 1.0),
        # A serverless variant has neither; one with instances has no Serverless.
        "InstanceCount": variant.get("InitialInstanceCount"),
        "InstanceType": variant.get("InstanceType"),
        "Serverless": variant.get("ServerlessConfig"),
        "RoleArn": model["ExecutionRoleArn"],
        "Isolated": model["EnableNetworkIsolation"],
        "HealthSeconds": variant.get("ContainerStartupHealthCheckTimeoutInSeconds"),
        "Instance": f"i-{uuid.uuid4().hex[:17]}",
    }


def folder(endpoint: str, call: Call) -> Path:
    """Where an endpoint keeps its models and what it has captured but not written."""
    return call.platform.state_dir / "endpoints" / call.store.account / call.store.region / endpoint


def socket_folder(call: Call) -> Path:
    """Where the processes of an account and region listen: short, since a socket's path is limited to 108 bytes."""
    owner = hashlib.sha256(f"{call.platform.state_dir} {call.store.scope}".encode()).hexdigest()[:12]
    return Path("/tmp") / f"ml-loop-models-{owner}"  # noqa: S108 - the only short folder; its own has mode 700
