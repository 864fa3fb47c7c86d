"""Application Auto Scaling as a ministack service: who may do what is checked here, the answer is given elsewhere."""

import asyncio
import json
import logging
from typing import Any

from local_cloud.authorization import Answer, error_answer, refusal_of
from local_cloud.autoscaling import engine, iam, policies, schedules, targets
from local_cloud.autoscaling.api import API
from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.store import Database, Store
from local_cloud.sagemaker_platform import MinistackPlatform
from local_cloud.service_errors import ServiceError

OPERATIONS = (policies, schedules, targets)  # importing them registers the operations
TARGET_PREFIX = "AnyScaleFrontendService."
logger = logging.getLogger("local_cloud")


class AutoScalingFront:
    """The handler that ministack calls for its requests; their signature is verified by then."""

    def __init__(self, database: Database, platform: MinistackPlatform) -> None:
        self._database, self._platform = database, platform

    async def handle_request(
        self, _method: str, _path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Answer:
        """Answer one request, or refuse it as IAM or the service would."""
        from ministack.core.iam_evaluator import caller_arn
        from ministack.core.responses import get_account_id, get_region
        from ministack.core.router import extract_access_key_id

        target = headers.get("x-amz-target", "")
        call = Call(Store(self._database, get_account_id(), get_region()), self._platform, caller_arn())
        access_key = extract_access_key_id(headers, query_params)
        try:
            request = json.loads(body or b"{}")
            if refused := _refused(target.rpartition(".")[2], request, call, access_key, headers):
                return refused
            return await asyncio.to_thread(API.handle, target, body, call)
        except ServiceError as error:
            return error_answer(error.status, error.code, error.message)
        except ValueError:
            return error_answer(400, "SerializationException", "The request body is not JSON.")
        except Exception as error:
            logger.exception("%s failed", target)
            return error_answer(500, "InternalServiceException", f"{target}: {type(error).__name__}: {error}")

    async def run(self) -> None:
        """Look at all policies and schedules every half second. Never ends."""
        while True:
            await asyncio.sleep(engine.EVERY_SECONDS)
            await asyncio.to_thread(self._look)

    def _look(self) -> None:
        from ministack.core.responses import request_scope

        for scope in self._database.scopes():
            account, _, region = scope.partition("/")
            with request_scope(account, region):
                store = Store(self._database, account, region)
                engine.look(Call(store, self._platform, f"arn:aws:iam::{account}:root"))


def _refused(
    operation: str, request: dict[str, Any], call: Call, access_key: str, headers: dict[str, str]
) -> Answer | None:
    if operation not in API.operations:
        return None
    for check in iam.checks(operation, request, call):
        if refused := refusal_of(check, {}, access_key, headers):
            return refused
    for check in iam.asked_for(operation, request, call):
        if refused := refusal_of(check, {}, access_key, headers):
            message = json.loads(refused[2])["message"]
            return error_answer(400, "ValidationException", f"Unable to assume the caller's permissions: {message}")
    return None
