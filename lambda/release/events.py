"""Events that make the release function look, as EventBridge sends them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from shared.slots import Slot


class _Event(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    detail_type: str = Field(alias="detail-type")


class _PackageDetail(BaseModel):
    group: str = Field(alias="ModelPackageGroupName")


class PackageEvent(_Event):
    """A model package was registered, approved or rejected."""

    source: Literal["aws.sagemaker"]
    detail: _PackageDetail


class _EndpointDetail(BaseModel):
    endpoint: str = Field(alias="EndpointName")


class EndpointEvent(_Event):
    """An endpoint came to rest."""

    source: Literal["aws.sagemaker"]
    detail: _EndpointDetail


class _StackDetail(BaseModel):
    stack_id: str = Field(alias="stack-id")


class StackEvent(_Event):
    """A stack changed its status."""

    source: Literal["aws.cloudformation"]
    detail: _StackDetail


class Hour(_Event):
    """The schedule."""

    source: Literal["aws.events"]


class Supposed(BaseModel):
    """A package that would be meant for a slot; `slot` None: that would be rejected."""

    model_config = ConfigDict(frozen=True)

    package: str
    slot: Slot | None


class _CommandDetail(BaseModel):
    use_case: str
    suppose: Supposed | None = None


class Command(_Event):
    """A person asks to look now, or what would change."""

    source: Literal["ml-loop"]
    detail: _CommandDetail


Event = PackageEvent | EndpointEvent | StackEvent | Hour | Command
_OfSource = Annotated[PackageEvent | StackEvent | Hour | Command, Field(discriminator="source")]
_EVENTS: TypeAdapter[Event] = TypeAdapter(_OfSource)
_ENDPOINTS: TypeAdapter[Event] = TypeAdapter(EndpointEvent)
_ENDPOINT_MOVED = "SageMaker Endpoint State Change"


def parse(event: object) -> Event:
    """Return the event; pydantic's ValidationError, which sends it to the dead-letter queue, if it is none of ours."""
    moved = isinstance(event, dict) and event.get("detail-type") == _ENDPOINT_MOVED
    return (_ENDPOINTS if moved else _EVENTS).validate_python(event)


def use_case_of(event: Event, environment: str) -> str | None:
    """Return the use case that an event is about, or None.

    Names as in docs/architecture.md: group and endpoint `<environment>-<use case>`, stack
    `<environment>-<use case>-serving`.
    """
    if isinstance(event, EndpointEvent):
        return _between(event.detail.endpoint, f"{environment}-", "")
    if isinstance(event, PackageEvent):
        return _between(event.detail.group, f"{environment}-", "")
    if isinstance(event, Command):
        return event.detail.use_case
    if isinstance(event, StackEvent):
        return serving_use_case(event.detail.stack_id.split("/")[1], environment)
    return None


def serving_use_case(stack_name: str, environment: str) -> str | None:
    """Return the use case of a serving stack of the environment, None for any other stack."""
    return _between(stack_name, f"{environment}-", "-serving")


def _between(text: str, start: str, end: str) -> str | None:
    if not (text.startswith(start) and text.endswith(end)):
        return None
    return text[len(start) : len(text) - len(end)] or None
