"""Ask a variant for a prediction, with the sample record of its model package."""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from release.sample import Sample, UnusableError, read
from release.state import Asked, Attempt
from shared.readiness import once_ready

# Begins the inference id of a request: outcomes leave out what begins so (pipelines_src/steps/outcomes/reading.py).
INFERENCE_ID = "ml-loop:release:"
_NOTHING: tuple[Any, ...] = (None, [], {}, "")
# Seconds between requests to a model that is not ready: what the function's two minutes leave. The next look goes on.
_PAUSES = (1, 2, 4, 8, 15, 15)
_TEXT = 500  # characters of what a model says


class Smoke:
    """Asks endpoints of one environment.

    Args:
        client: returns a client of a service; made only when there is something to ask.
        environment: beginning of the endpoints' names.
    """

    def __init__(self, client: Callable[[str], Any], environment: str) -> None:
        self._client = client
        self._environment = environment

    def ask(self, attempt: Attempt, variant: str | None, sample: Sample | None) -> Asked:
        """Return how the model of an attempt answers.

        Args:
            attempt: whose model is asked; what is captured of the request has its token as inference id.
            variant: which one is asked, whatever its weight; None: the endpoint has one, and no choice.
            sample: of the model's package; None: it has none.

        Raises:
            ClientError: AWS did not let the request through, which says nothing about the model.
        """
        if sample is None:
            return Asked("unasked", "its package has no sample record to ask it with")
        try:
            body = read(self._client("s3"), sample)
        except UnusableError as error:
            return Asked("failed", f"the {attempt.slot} could not be asked: {error}")
        request = {
            "EndpointName": f"{self._environment}-{attempt.use_case}",
            "ContentType": sample.content_type,
            "Accept": sample.accept,
            "Body": body,
            "InferenceId": f"{INFERENCE_ID}{attempt.token}"[:64],
            **({"TargetVariant": variant} if variant else {}),
        }
        try:
            answer = once_ready(lambda: self._client("sagemaker-runtime").invoke_endpoint(**request), _PAUSES)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("ModelError", "ValidationError"):
                raise
            return Asked("failed", f"the {attempt.slot} answers its sample record with an error: {_said(error)}")
        problem = no_prediction(answer["Body"].read(), answer.get("ContentType", ""))
        if problem:
            return Asked("failed", f"the {attempt.slot} answers its sample record without a prediction: {problem}")
        return Asked("answered", "it answered its sample record")


def no_prediction(body: bytes, content_type: str) -> str | None:
    """Say why an answer is no prediction, None if it may be one.

    Any model may answer in its own way, so this is what holds of all: there is something, and what calls itself JSON
    is JSON and has no NaN. Where there are `predictions`, as this project's own models answer, none may be null.
    """
    if not body.strip():
        return "the answer is empty"
    if not content_type.startswith("application/json") or content_type.startswith("application/jsonlines"):
        return None
    try:
        answer = json.loads(body, parse_constant=_not_a_number)
    except ValueError as error:
        return f"{error} in {body[:_TEXT].decode(errors='replace')}"
    known = isinstance(answer, dict) and "predictions" in answer
    found = answer["predictions"] if known else answer
    if found in _NOTHING or (known and _lacks(found)):
        return f"nothing is predicted in {body[:_TEXT].decode(errors='replace')}"
    return None


def _lacks(found: Any) -> bool:
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return found is None or any(_lacks(each) for each in inner)


def _not_a_number(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _said(error: ClientError) -> str:
    # Of a model error, what the container said; its own message ends in the address of a log.
    response: Any = error.response
    said = response.get("OriginalMessage") or response["Error"]["Message"]
    return str(said)[:_TEXT]
