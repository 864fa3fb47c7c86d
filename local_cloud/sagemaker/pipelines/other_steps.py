"""Steps that create no SageMaker resource: Condition, Fail, Lambda, Callback."""

import contextlib
import json
from typing import Any

from local_cloud.sagemaker.pipelines import conditions, naming
from local_cloud.sagemaker.pipelines.expressions import ExpressionError
from local_cloud.sagemaker.pipelines.running import Json, Outcome, Running, StepFailedError, pauses

CALLBACK = "PipelineCallback"
_TYPES = {"String": str, "Integer": int, "Float": float, "Boolean": bool}


def run_condition(running: Running) -> Outcome:
    """Evaluate the conditions; all of them must hold."""
    running.remember(StepStatus="Executing")
    try:
        held = all(conditions.holds(item, running.scope) for item in running.step.arguments.get("Conditions", []))
    except ExpressionError as error:
        raise StepFailedError(f"ClientError: {error}") from error
    outcome = {"Outcome": str(held)}
    return Outcome({"Condition": outcome}, outcome)


def run_fail(running: Running) -> Outcome:
    """Fail with the message that the definition gives."""
    message = str(running.resolve(running.step.arguments.get("ErrorMessage", "")))
    running.remember(StepStatus="Executing", Metadata={"Fail": {"ErrorMessage": message}})
    raise StepFailedError(message)


def run_lambda(running: Running) -> Outcome:
    """Invoke a function and take its answer's members as the step's outputs."""
    if running.resumed:
        raise StepFailedError("ClientError: The local cloud was restarted while the function ran; its answer is lost")
    arn = str(running.resolve(running.step.body["FunctionArn"]))
    payload = json.dumps(running.resolve(running.step.arguments)).encode()
    running.remember(StepStatus="Executing", Metadata={"Lambda": {"Arn": arn}})
    answer = running.invoke("lambda", "invoke", FunctionName=arn, Payload=payload)
    text = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        raise StepFailedError(f"ClientError: Lambda function {arn} failed: {text}")
    try:
        result = json.loads(text or "null")
    except ValueError as error:
        raise StepFailedError(f"ClientError: Lambda function {arn} answered no JSON: {text}") from error
    outputs = _outputs(running, result if isinstance(result, dict) else {})
    return Outcome({"Lambda": {"Arn": arn, "OutputParameters": _listed(outputs)}}, {"OutputParameters": outputs})


def run_callback(running: Running) -> Outcome:
    """Send a message with a token to a queue and wait until the token comes back."""
    document = running.document
    token = str(document.get("CallbackToken") or naming.token())
    url = str(running.resolve(running.step.body["SqsQueueUrl"]))
    arguments = running.resolve(running.step.arguments)
    metadata = {"CallbackToken": token, "SqsQueueUrl": url}
    if document["StepStatus"] == "Starting":
        place = {"PipelineExecutionArn": running.arn, "StepName": running.step.name}
        running.call.store.put(CALLBACK, token, place)
        running.remember(CallbackToken=token)
        _send(running, url, token, "Executing", arguments)
        running.remember(StepStatus="Executing", Metadata={"Callback": metadata})
    result = _called_back(running, url, token, arguments)
    if "FailureReason" in result:
        raise StepFailedError(f"ClientError: {result['FailureReason']}")
    outputs = _outputs(running, {item["Name"]: item["Value"] for item in result["OutputParameters"]})
    return Outcome({"Callback": {**metadata, "OutputParameters": _listed(outputs)}}, {"OutputParameters": outputs})


def _called_back(running: Running, url: str, token: str, arguments: Json) -> Json:
    for _ in pauses():
        document = running.document
        if "CallbackResult" in document:
            result: Json = document["CallbackResult"]
            return result
        if running.stopping() and document["StepStatus"] != "Stopping":
            # As on AWS: the execution stops only when the receiver has answered.
            running.remember(StepStatus="Stopping")
            _send(running, url, token, "Stopping", arguments)
    raise AssertionError("pauses never end")


def _send(running: Running, url: str, token: str, status: str, arguments: Json) -> None:
    body = {"token": token, "pipelineExecutionArn": running.arn, "status": status, "arguments": arguments}
    running.invoke("sqs", "send_message", QueueUrl=url, MessageBody=json.dumps(body))


def _outputs(running: Running, result: Json) -> Json:
    declared = {item["OutputName"]: item.get("OutputType", "String") for item in _declared(running)}
    if missing := sorted(set(declared) - set(result)):
        raise StepFailedError(
            f"ClientError: The answer misses the output parameters {missing}; it has {sorted(result)}"
        )
    return {name: _typed(name, kind, result[name]) for name, kind in declared.items()}


def _declared(running: Running) -> list[dict[str, str]]:
    declared: list[dict[str, str]] = running.step.body.get("OutputParameters", [])
    return declared


def _typed(name: str, kind: str, value: Any) -> Any:
    if kind == "Boolean" and isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    if isinstance(value, bool) == (kind == "Boolean"):
        # What does not convert is told below, as what has the wrong type.
        with contextlib.suppress(TypeError, ValueError):
            return _TYPES[kind](value)
    raise StepFailedError(f"ClientError: Output parameter [{name}] is {value!r}; it must be of type {kind}")


def _listed(outputs: Json) -> list[dict[str, str]]:
    return [{"Name": name, "Value": str(value)} for name, value in outputs.items()]
