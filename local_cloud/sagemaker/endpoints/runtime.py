"""SageMaker Runtime: InvokeEndpoint."""

import asyncio
import json
import time
from dataclasses import dataclass
from urllib.parse import unquote

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.endpoints import live, operations, rollout
from local_cloud.sagemaker.endpoints.capture import Exchange
from local_cloud.sagemaker.endpoints.connection import ConnectionLostError, ModelAnswer
from local_cloud.sagemaker.endpoints.live import LiveEndpoint, LiveVariant

__all__ = ["handle", "operations", "stop"]

MAX_BODY_BYTES = 6 * 1024 * 1024
INVOCATION_SECONDS = 60.0
_ATTRIBUTES = "x-amzn-sagemaker-custom-attributes"
_VARIANT = "x-amzn-sagemaker-target-variant"
_INFERENCE_ID = "x-amzn-sagemaker-inference-id"
_UNSERVED_HEADERS = {
    "x-amzn-sagemaker-target-model": "TargetModel",
    "x-amzn-sagemaker-target-container-hostname": "TargetContainerHostname",
    "x-amzn-sagemaker-inference-component": "InferenceComponentName",
    "x-amzn-sagemaker-enable-explanations": "EnableExplanations",
    "x-amzn-sagemaker-session-id": "SessionId",
}
_PASSED = ("content-type", "accept", _ATTRIBUTES, _INFERENCE_ID)

Answer = tuple[int, dict[str, str], bytes]
_mirrored: set[asyncio.Task[None]] = set()

stop = rollout.stop


@dataclass(frozen=True)
class _Invocation:
    headers: dict[str, str]
    body: bytes
    started: float


async def handle(method: str, path: str, headers: dict[str, str], body: bytes, call: Call) -> Answer:
    """Answer one request of SageMaker Runtime: POST /endpoints/NAME/invocations."""
    match [method, *unquote(path).strip("/").split("/")]:
        case ["POST", "endpoints", name, "invocations"]:
            lowered = {key.lower(): value for key, value in headers.items()}
            return await _invoke(name, _Invocation(lowered, body, time.perf_counter()), call)
        case ["POST", "endpoints", _, "async-invocations" | "invocations-response-stream" as operation]:
            return _error(501, "NotImplementedByLocalCloud", f"The local cloud does not implement {operation}.")
    return _error(404, "UnknownOperationException", f"SageMaker Runtime has no operation {method} {path}")


async def _invoke(name: str, invocation: _Invocation, call: Call) -> Answer:
    headers = invocation.headers
    if wrong := _wrong(invocation):
        return wrong
    endpoint = live.ENDPOINTS.get(live.key(name, call))
    if endpoint is None:
        return _error(400, "ValidationError", f"Endpoint {name} of account {call.store.account} not found.")
    variant, shadow = endpoint.acquire(headers.get(_VARIANT))
    if shadow is not None:
        task = asyncio.create_task(_mirror(endpoint, shadow, invocation))
        _mirrored.add(task)
        task.add_done_callback(_mirrored.discard)
    if variant is None:
        return _error(400, "ValidationError", f"Variant {headers[_VARIANT]} of endpoint {name} not found.")
    try:
        size = len(invocation.body)
        if variant.containers and (refusal := await variant.containers.refuse(variant.in_flight, size)):
            return _error(*refusal)
        answer = await _ask(variant, invocation)
    finally:
        endpoint.release(variant)
    if not _succeeded(answer):
        return _model_error(name, variant, answer, call)
    passed = {"content-type": answer.headers.get("content-type", "")} if "content-type" in answer.headers else {}
    if _ATTRIBUTES in answer.headers:
        passed[_ATTRIBUTES] = answer.headers[_ATTRIBUTES]
    return 200, {**passed, "x-amzn-invoked-production-variant": variant.name}, answer.body


def _wrong(invocation: _Invocation) -> Answer | None:
    if unserved := [known for header, known in _UNSERVED_HEADERS.items() if header in invocation.headers]:
        return _error(
            501, "NotImplementedByLocalCloud", f"InvokeEndpoint: {', '.join(unserved)} is not implemented here."
        )
    if len(invocation.body) > MAX_BODY_BYTES:
        return _error(
            413, "ValidationError", f"The body has {len(invocation.body)} bytes; at most {MAX_BODY_BYTES} are allowed."
        )
    return None


async def _ask(variant: LiveVariant, invocation: _Invocation, *, shadow: bool = False) -> ModelAnswer:
    headers = {key: value for key in _PASSED if (value := invocation.headers.get(key))}
    asked = time.perf_counter()
    try:
        async with asyncio.timeout(INVOCATION_SECONDS):
            answer = await variant.pool.post(headers, invocation.body)
    except TimeoutError:
        answer = ModelAnswer(0, {}, b"Your invocation timed out while waiting for a response from container primary.")
    except ConnectionLostError as error:
        variant.telemetry.log(f"The process did not answer: {error}")
        answer = ModelAnswer(0, {}, b"The container went away before it had answered.")
    answered = time.perf_counter()
    if variant.capture and _succeeded(answer):  # AWS captures no failures
        variant.capture.add(_exchange(invocation, answer, shadow=shadow))
    model_seconds = answered - asked
    overhead = time.perf_counter() - invocation.started - model_seconds
    variant.telemetry.invoked(answer.status or 500, model_seconds, overhead)
    return answer


async def _mirror(endpoint: LiveEndpoint, shadow: LiveVariant, invocation: _Invocation) -> None:
    try:
        await _ask(shadow, invocation, shadow=True)
    finally:
        endpoint.release(shadow)


def _succeeded(answer: ModelAnswer) -> bool:
    return 200 <= answer.status < 300  # noqa: PLR2004 - HTTP's class of success; 0 is no answer at all


def _exchange(invocation: _Invocation, answer: ModelAnswer, *, shadow: bool) -> Exchange:
    return Exchange(
        request_type=invocation.headers.get("content-type", ""),
        request=invocation.body,
        response_type=answer.headers.get("content-type", ""),
        response=answer.body,
        inference_id=invocation.headers.get(_INFERENCE_ID),
        custom_attributes=invocation.headers.get(_ATTRIBUTES),
        shadow=shadow,
    )


def _model_error(name: str, variant: LiveVariant, answer: ModelAnswer, call: Call) -> Answer:
    region, account = call.store.region, call.store.account
    group = variant.telemetry.log_group
    said = answer.body.decode(errors="replace")
    side = "client" if 400 <= answer.status < 500 else "server"  # noqa: PLR2004 - HTTP's classes
    message = (
        f'Received {side} error ({answer.status}) from primary with message "{said}". See '
        f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:group={group} "
        f"in account {account} for more information."
    )
    document = {
        "ErrorCode": f"{side.upper()}_ERROR_FROM_MODEL",
        "LogStreamArn": f"arn:aws:logs:{region}:{account}:log-group:{group}",
        "Message": message,
        "OriginalMessage": said,
        "OriginalStatusCode": answer.status,
    }
    headers = {"content-type": "application/json", "x-amzn-errortype": "ModelError"}
    return 424, {**headers, "x-amzn-invoked-production-variant": variant.name}, json.dumps(document).encode()


def _error(status: int, code: str, message: str) -> Answer:
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return status, headers, json.dumps({"Message": message}).encode()
