"""From an endpoint configuration to processes that serve it, and back."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.endpoints.artifacts import DeploymentError, fetch
from local_cloud.sagemaker.endpoints.capture import Capture
from local_cloud.sagemaker.endpoints.connection import Pool
from local_cloud.sagemaker.endpoints.containers import Containers
from local_cloud.sagemaker.endpoints.live import Fleet, LiveVariant
from local_cloud.sagemaker.endpoints.plans import Plan, folder, socket_folder
from local_cloud.sagemaker.endpoints.process import ModelProcess
from local_cloud.sagemaker.endpoints.telemetry import Telemetry
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.images import serving_command
from local_cloud.sagemaker.role_clients import RoleClients
from local_cloud.supervisor import STATE_VARIABLE

HEALTH_SECONDS = 60.0  # unless the variant says otherwise; a model on a laptop that is not up by then will not be
DRAIN_SECONDS = 60.0  # the longest that an invocation may take on AWS
_PORT = 8080
_ROOT = Path(__file__).resolve().parents[3]


def build(endpoint: str, wanted: Plan, call: Call) -> Fleet:
    """Start a process per variant and wait until all are healthy.

    Raises:
        DeploymentError: one cannot; none is left running.
    """
    variants = wanted["Variants"]
    with ThreadPoolExecutor(len(variants)) as pool:
        futures = [pool.submit(_start, endpoint, wanted, variant, call) for variant in variants]
    errors = [error for future in futures if (error := future.exception())]
    live = [future.result() for future in futures if not future.exception()]
    if errors:
        for started in live:
            started.end()
            send(started)
        shutil.rmtree(folder(endpoint, call) / wanted["Id"], ignore_errors=True)
        raise errors[0]
    production = {
        variant["VariantName"]: one for variant, one in zip(variants, live, strict=True) if not variant["Shadow"]
    }
    weights = {variant["VariantName"]: variant["Weight"] for variant in variants if not variant["Shadow"]}
    shadows = [(variant, one) for variant, one in zip(variants, live, strict=True) if variant["Shadow"]]
    if not shadows:
        return Fleet(production, None, weights)
    share = shadows[0][0]["Weight"] / max(sum(weights.values()), 1e-9)
    return Fleet(production, shadows[0][1], weights, shadow_share=min(1.0, share))


def _start(endpoint: str, wanted: Plan, variant: dict[str, Any], call: Call) -> LiveVariant:
    name = variant["VariantName"]
    clients = RoleClients(call.platform, call.store.region, variant["RoleArn"])
    home = folder(endpoint, call) / wanted["Id"] / name
    process = _process(variant, home, clients, call)
    telemetry = Telemetry(endpoint, name, variant["Instance"], clients, variant["InstanceCount"])
    seconds = variant["HealthSeconds"] or HEALTH_SECONDS
    config = variant.get("Serverless")
    containers = Containers(config, process, telemetry, seconds) if config else None
    live = LiveVariant(
        name, process, telemetry, _capture(endpoint, wanted, name, clients, call), Pool(process.socket_path), containers
    )
    process.start(telemetry.log)
    if not process.wait_until_healthy(seconds):
        process.stop()
        send(live)
        raise DeploymentError(
            f"The primary container for production variant {name} did not pass the ping health check. Please check "
            "CloudWatch logs for this endpoint."
        )
    if live.containers:
        live.containers.came_up()
    return live


def _process(variant: dict[str, Any], home: Path, clients: RoleClients, call: Call) -> ModelProcess:
    home.mkdir(parents=True, exist_ok=True)
    model_dir = fetch(variant["ModelDataUrl"], home / "model", clients)
    environment = _environment(variant, home, model_dir, clients, call)
    submitted = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    if submitted.startswith("s3://"):
        # The image's toolkit downloads it with the role's credentials, which an isolated container does not get.
        if variant["Isolated"]:
            name = variant["VariantName"]
            raise DeploymentError(f"Variant {name} is isolated and cannot download its code from {submitted}.")
        environment["SAGEMAKER_SUBMIT_DIRECTORY"] = str(fetch(submitted, home / "code", clients))
    try:
        command = serving_command(variant["Image"], model_dir, environment, _PORT)
    except SageMakerError as error:
        raise DeploymentError(error.message) from error
    return ModelProcess(command, environment, home / "work", socket_folder(call), isolated=variant["Isolated"])


def _environment(
    variant: dict[str, Any], home: Path, model_dir: Path, clients: RoleClients, call: Call
) -> dict[str, str]:
    region = call.store.region
    environment = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "SAGEMAKER_BIND_TO_PORT": str(_PORT),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    if not variant["Isolated"]:  # an isolated container gets no credentials, as on AWS
        environment |= clients.environment() | {"AWS_ENDPOINT_URL": call.platform.endpoint_url}
    environment |= variant["Environment"]
    return environment | {
        "SM_MODEL_DIR": str(model_dir),
        "ML_LOOP_BASE_DIR": str(home),
        "PYTHONPATH": str(_ROOT),
        "PYTHONUNBUFFERED": "1",
        "OMP_WAIT_POLICY": "PASSIVE",  # as for jobs
        STATE_VARIABLE: str(call.platform.state_dir),  # by which a later start finds what a killed server left running
    }


def _capture(endpoint: str, wanted: Plan, variant: str, clients: RoleClients, call: Call) -> Capture | None:
    config = wanted["DataCaptureConfig"]
    if not config or not config.get("EnableCapture", True):
        return None
    return Capture(config, endpoint, variant, clients, folder(endpoint, call) / "spool" / variant)


def retire(endpoint: str, wanted: Plan, fleet: Fleet, call: Call) -> None:
    """Let a fleet finish what it has, end it, and write what it has captured."""
    for variant in fleet.variants():
        variant.wait_until_idle(DRAIN_SECONDS)
        variant.end()
        send(variant)
        if variant.capture:
            variant.capture.spool()
    shutil.rmtree(folder(endpoint, call) / wanted["Id"], ignore_errors=True)


def send(variant: LiveVariant, *, all_of_it: bool = True) -> list[str]:
    """Write log lines, and captured records and metrics if all is asked for; return what failed, kept for later."""
    failures = []
    captures = [variant.capture.flush] if variant.capture else []
    more = [*captures, variant.telemetry.send_metrics] if all_of_it else []
    for step in [variant.telemetry.send_logs, *more]:
        try:
            step()
        except Exception as error:  # boto3 raises many kinds; serving goes on without them, as on AWS
            failures.append(f"{step.__qualname__} of variant {variant.name}: {error}")
    return failures
