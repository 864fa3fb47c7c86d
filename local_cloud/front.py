"""SageMaker's two APIs as one ministack service: who may do what is checked here, the answer is given elsewhere."""

import asyncio
import json
import logging
from collections.abc import Callable
from typing import Any

from local_cloud import iam
from local_cloud.authorization import Answer, error_answer, refusal_of
from local_cloud.autoscaling import registered
from local_cloud.sagemaker import api
from local_cloud.sagemaker.errors import not_found
from local_cloud.sagemaker.monitoring import clock
from local_cloud.sagemaker.monitoring.kinds import SCHEDULE
from local_cloud.sagemaker.store import Database, Store
from local_cloud.sagemaker_platform import MinistackPlatform

logger = logging.getLogger("local_cloud")


class SageMakerFront:
    """The handler that ministack calls for requests signed for `sagemaker`; their signature is verified by then."""

    def __init__(self, database: Database, platform: MinistackPlatform) -> None:
        self._database = database
        self._platform = platform

    async def handle_request(
        self, method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Answer:
        """Answer one request, or refuse it as IAM or the service would."""
        from ministack.core.router import extract_access_key_id

        access_key = extract_access_key_id(headers, query_params)
        target = headers.get("x-amz-target", "")
        if target.startswith("SageMaker."):
            return await self._control(target, headers, body, access_key)
        return await self._runtime(method, path, headers, body, access_key)

    def call(self, account: str, region: str, principal_arn: str) -> api.Call:
        """Return the call of a principal in an account and region."""
        return api.Call(Store(self._database, account, region), self._platform, principal_arn)

    def start(self) -> None:
        """Pick up the resources of every account and region that is known."""
        self._for_all(api.start)

    async def run(self) -> None:
        """Begin the executions of monitoring schedules that are due. Never ends."""
        while True:
            await asyncio.sleep(clock.EVERY_SECONDS)
            await asyncio.to_thread(self._for_all, clock.look)

    def fire(self, schedule: str) -> None:
        """Begin an execution of the monitoring schedules of a name now; SageMakerError if there is none."""
        found = [call for call in self.calls() if call.store.get(SCHEDULE, schedule)]
        if not found:
            raise not_found(f"There is no monitoring schedule {schedule}.")
        for call in found:
            self._as(call, lambda call: clock.fire(schedule, call))

    def calls(self) -> list[api.Call]:
        """Return a call of each account and region that is known, as the account's root user."""
        known = [scope.partition("/")[::2] for scope in self._database.scopes()]
        return [self.call(account, region, f"arn:aws:iam::{account}:root") for account, region in known]

    def _for_all(self, do: Callable[[api.Call], None]) -> None:
        for call in self.calls():
            self._as(call, do)

    def _as(self, call: api.Call, do: Callable[[api.Call], None]) -> None:
        from ministack.core.responses import request_scope

        with request_scope(call.store.account, call.store.region):
            do(call)

    async def _control(self, target: str, headers: dict[str, str], body: bytes, access_key: str) -> Answer:
        operation = target.rpartition(".")[2]
        if operation not in api.implemented():
            return api.handle(target, body, self._here())
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            return error_answer(400, "SerializationException", "The request body is not JSON.")
        for check in iam.checks(operation, request, self._here().arn("")[:-1]):
            if refused := refusal_of(check, self._tags(check), access_key, headers):
                return refused
        if operation == "DeleteEndpoint" and (refused := self._may_not_deregister(request, access_key, headers)):
            return refused
        return await asyncio.to_thread(self._answer, target, body, self._here())

    async def _runtime(self, method: str, path: str, headers: dict[str, str], body: bytes, access_key: str) -> Answer:
        from local_cloud.sagemaker.endpoints import runtime

        check = iam.runtime_check(path, self._here().arn("")[:-1])
        if check is None:
            return error_answer(404, "UnknownOperationException", f"SageMaker Runtime has no operation {method} {path}")
        if refused := refusal_of(check, self._tags(check), access_key, headers):
            return refused
        answer: Answer = await runtime.handle(method, path, headers, body, self._here())
        return answer

    def _answer(self, target: str, body: bytes, call: api.Call) -> Answer:
        try:
            return api.handle(target, body, call)
        except Exception as error:
            logger.exception("%s failed", target)
            return error_answer(500, "InternalFailure", f"{target}: {type(error).__name__}: {error}")

    def _may_not_deregister(self, request: dict[str, Any], access_key: str, headers: dict[str, str]) -> Answer | None:
        for check in registered.checks_of_deletion(str(request.get("EndpointName")), self._here()):
            if refusal_of(check, {}, access_key, headers):
                return error_answer(400, "ValidationException", registered.NOT_DEREGISTERED)
        return None

    def _here(self) -> api.Call:
        from ministack.core.iam_evaluator import caller_arn
        from ministack.core.responses import get_account_id, get_region

        return self.call(get_account_id(), get_region(), caller_arn())

    def _tags(self, check: iam.Check) -> dict[str, str]:
        # "endpoint-config/name" is kept as the document "name" of the kind EndpointConfig, with its tags in it.
        kind, _, name = check.resource.rpartition(":")[2].partition("/")
        document = self._here().store.get("".join(word.capitalize() for word in kind.split("-")), name) or {}
        return {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in document.get("Tags", [])}
