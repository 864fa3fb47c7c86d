"""Build the application out of its parts. Imported only after `settings.configure`, since it imports ministack."""

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from ministack import app as ministack_app
from ministack.core import router

from local_cloud import control, forked_functions, worker_portal
from local_cloud.autoscaling import front as autoscaling
from local_cloud.cloudformation import service_role, settled_answers, types, updatable
from local_cloud.differences import (
    alarms,
    batches_in_policies,
    dead_letters,
    embedded_metrics,
    event_delivery,
    function_metrics,
    functions_in_conditions,
    interrupted_stacks,
    kms_keys_of_objects,
    log_streams_in_policies,
    loopback_counts_as_tls,
    managed_key_of_s3,
    metrics_namespace,
    percentile_ranks,
    queue_addresses,
    queue_metrics,
    queue_polling,
    sagemaker_in_state_machines,
    sessions_survive,
    stack_status_events,
    temporary_passwords,
)
from local_cloud.front import SageMakerFront
from local_cloud.sagemaker import jobs, labeling, monitoring, notebooks, pipelines, registry
from local_cloud.sagemaker.endpoints import operations as endpoints
from local_cloud.sagemaker.labeling.portal import Portal
from local_cloud.sagemaker.store import Database
from local_cloud.sagemaker_platform import MinistackPlatform
from local_cloud.saving import Saver

logger = logging.getLogger("local_cloud")

# Importing these registers the operations of SageMaker.
SAGEMAKER = (jobs, labeling, monitoring, notebooks, pipelines, registry, endpoints)
Application = Callable[[Any, Any, Any], Awaitable[None]]


def assemble(port: int, state_dir: Path, loop: asyncio.AbstractEventLoop) -> Application:
    """Return the ASGI application: ministack with SageMaker added and the known differences closed."""
    database = Database(state_dir / "sagemaker.sqlite")
    loopback_counts_as_tls.close()
    log_streams_in_policies.close()
    batches_in_policies.close()
    sessions_survive.close()
    interrupted_stacks.close()
    functions_in_conditions.close()
    managed_key_of_s3.close()
    temporary_passwords.close()
    kms_keys_of_objects.close()
    metrics_namespace.close()
    percentile_ranks.close()
    embedded_metrics.close()
    alarms.close(loop)
    event_delivery.close()
    function_metrics.close()
    queue_polling.close()
    queue_addresses.close()
    dead_letters.close()
    stack_status_events.close(loop)
    forked_functions.install()
    sagemaker_in_state_machines.close(port)
    service_role.install(database)
    settled_answers.install()
    updatable.install()
    types.install()
    platform = MinistackPlatform(port, state_dir, loop)
    front, scaling = SageMakerFront(database, platform), autoscaling.AutoScalingFront(database, platform)
    router.SERVICE_PATTERNS["application-autoscaling"] = {"target_prefixes": [autoscaling.TARGET_PREFIX]}
    ministack_app.SERVICE_HANDLERS["application-autoscaling"] = scaling.handle_request
    router.SERVICE_PATTERNS["sagemaker"] = {"target_prefixes": ["SageMaker."]}
    ministack_app.SERVICE_HANDLERS["sagemaker"] = front.handle_request
    return _Application(port, state_dir, front, scaling)


class _Application:
    """ministack's application, with the local cloud's own requests."""

    def __init__(
        self, port: int, state_dir: Path, front: SageMakerFront, scaling: autoscaling.AutoScalingFront
    ) -> None:
        self._port = port
        self._front = front
        self._portal = Portal(front.calls)
        self._scaling = scaling
        self._saver = Saver(state_dir / "ministack")
        self._status = {"ready": False, "pid": os.getpid(), "since": time.time(), "state_dir": str(state_dir)}
        self._background: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and worker_portal.is_for_portal(scope["path"]):
            await worker_portal.answer(self._portal, scope, receive, send)
        elif scope["type"] == "http" and scope["path"].startswith(control.PREFIX):
            await control.answer(scope["method"], scope["path"], self._status, self._front, send)
        elif scope["type"] == "lifespan":
            work = (
                self._start(), self._saver.run(), alarms.run(), queue_metrics.run(), self._scaling.run(),
                self._front.run(),
            )  # fmt: skip
            self._background = {asyncio.create_task(task) for task in work}
            await ministack_app.app(scope, receive, send)
        else:
            if scope["type"] != "http" or scope["method"] not in {"GET", "HEAD"}:
                self._saver.note_request()
            await ministack_app.app(scope, receive, send)

    async def _start(self) -> None:
        # What SageMaker picks up again calls other services, so it waits until they answer.
        await ministack_app._wait_for_port(self._port)
        try:
            await asyncio.to_thread(self._front.start)
        except Exception:
            logger.exception("SageMaker could not pick up everything it had")
        try:
            await asyncio.to_thread(interrupted_stacks.resume, self._port)
        except Exception:
            logger.exception("An interrupted deletion of a stack could not go on")
        self._status["ready"] = True
