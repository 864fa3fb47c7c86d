"""What the function is asked: to have a request answered, or to take down what became of one."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

# As SageMaker's InvokeEndpoint has it.
InferenceId = Annotated[str, StringConstraints(pattern=r"^[!-~][ -~]{0,63}$")]
Outcome = bool | int | float | Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\r\n]{1,256}$")]


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    use_case: str


class Question(_Event):
    """A request for the endpoint of a use case.

    Attributes:
        body: what the endpoint is to read, as text.
        base64: `body` is bytes in base64.
        content_type, accept: of request and answer, as the endpoint knows them.
        user: any text that stays the same for a user, who keeps a variant by it.
        inference_id: the request's own; the same when it is sent again.
    """

    body: str
    base64: bool = False
    content_type: str = "application/json"
    accept: str | None = None
    user: str | None = Field(default=None, min_length=1, max_length=1024)
    inference_id: InferenceId | None = None


class Happened(_Event):
    """What became of a request; a list for a request of several records, in their order."""

    inference_id: InferenceId
    outcome: Outcome | Annotated[list[Outcome], Field(min_length=1, max_length=1000)]


class RefusedError(Exception):
    """An event that cannot be acted on: what was found, and what is allowed."""


def parse(event: Any, use_cases: list[str]) -> Question | Happened:
    """Return what is asked.

    Raises:
        RefusedError: it is neither, or about another use case than these.
    """
    if not isinstance(event, dict):
        raise RefusedError(
            f"found {type(event).__name__}; allowed is an object with `use_case` and `body` or `outcome`"
        )
    kind = Happened if "outcome" in event else Question
    try:
        asked = kind.model_validate(event)
    except ValidationError as error:
        raise RefusedError("; ".join(_problem(found) for found in error.errors())) from None
    if asked.use_case not in use_cases:
        raise RefusedError(
            f"use_case: found {asked.use_case!r}, which has no section `experiment` here; allowed are "
            f"{', '.join(sorted(use_cases))}"
        )
    return asked


def _problem(found: Any) -> str:
    # Its type and not itself: it may be about a person.
    said = found["msg"] if found["type"] == "missing" else f"found {type(found['input']).__name__}; {found['msg']}"
    return f"{'.'.join(map(str, found['loc']))}: {said}"
