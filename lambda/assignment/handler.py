"""Answers requests about a use case with champion or challenger, and takes outcomes.

Whoever may invoke it (lambda:InvokeFunction) may ask. What is wrong with a request is said in the answer; an error of
the function is one that its owner must hear of.
"""

import base64
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer
from botocore.exceptions import ClientError

from assignment.events import Happened, Question, RefusedError, parse
from assignment.outcomes import send
from assignment.settings import Settings
from assignment_client import Answer, Client
from shared.clients import client
from shared.metrics import count

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Not by POWERTOOLS_SERVICE_NAME: that would become a dimension of every metric, and the alarms would not find them.
logger = Logger(service="assignment")
# Exposures are sent by a thread, which has no segment to trace its calls in.
tracer = Tracer(service="assignment", auto_patch=False)
# An exposure is sent or given up within the recorder's own limits; a thread stands still once the answer is given.
_FLUSH_SECONDS = 1.0
# The caller's, or the endpoint's own alarms tell of them.
_SAID = frozenset(
    {
        "InternalDependencyException",
        "InternalFailure",
        "ModelError",
        "ModelNotReadyException",
        "ServiceUnavailable",
        "ThrottlingException",
        "ValidationError",
    }
)


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Have a request answered, or hand an outcome over.

    Returns:
        `inference_id`, `variant`, `content_type` and `body` (with `base64: true` if it is no text); for an outcome
        `inference_id` alone; or `error` with `code`, `message` and, of the model's own, `status`.

    Raises:
        botocore.exceptions.ClientError: the endpoint may not be asked, or an outcome could not be handed over.
    """
    settings = Settings.load()
    try:
        asked = parse(event, list(settings.use_cases))
        if isinstance(asked, Happened):
            send(client("sqs"), settings.queue_url, asked, datetime.now(UTC))
            return {"inference_id": asked.inference_id}
        return _said(_ask(settings, asked))
    except RefusedError as refused:
        return _error("InvalidRequest", str(refused))
    except ClientError as error:
        response: dict[str, Any] = {**error.response}
        code, message = response["Error"]["Code"], response["Error"]["Message"]
        if isinstance(asked, Happened) or code not in _SAID:
            raise
        return _error(code, message, response.get("OriginalStatusCode"))


def _ask(settings: Settings, question: Question) -> Answer:
    try:
        body = base64.b64decode(question.body, validate=True) if question.base64 else question.body.encode()
    except ValueError as error:
        raise RefusedError(f"body: is not base64: {error}; send text, or leave out `base64`") from error
    sticky = settings.use_cases[question.use_case] == "sticky"
    asking = _client(settings.environment, question.use_case, sticky, settings.queue_url)
    answer = asking.ask(
        body,
        content_type=question.content_type,
        accept=question.accept,
        user=question.user,
        inference_id=question.inference_id,
    )
    asking.flush(_FLUSH_SECONDS)
    return answer


@cache
def _client(environment: str, use_case: str, sticky: bool, queue_url: str) -> Client:
    slug = use_case.replace("_", "-")

    def lost(events: int, _: str) -> None:
        for _event in range(events):
            count("ExposureLost", environment=environment, use_case=slug)

    def unread(_: str) -> None:
        count("WeightsUnread", environment=environment, use_case=slug)

    return Client(environment, use_case, sticky=sticky, queue_url=queue_url, lost=lost, unread=unread)


def _said(answer: Answer) -> dict[str, Any]:
    told = {"inference_id": answer.inference_id, "variant": answer.variant, "content_type": answer.content_type}
    try:
        return told | {"body": answer.body.decode()}
    except UnicodeDecodeError:
        return told | {"body": base64.b64encode(answer.body).decode(), "base64": True}


def _error(code: str, message: str, status: int | None = None) -> dict[str, Any]:
    logger.info("Refused", code=code)
    return {"error": {"code": code, "message": message} | ({"status": status} if status else {})}
