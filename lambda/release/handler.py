"""Brings approved model packages live, each use case on its own.

Level-triggered: an event says "look again" and no more, so that duplicated, late and reordered events end the same.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer

from release.aws import AwsWorld
from release.events import Command, Event, Hour, parse, use_case_of
from release.foresight import changes, said
from release.reconcile import World, reconcile
from release.records import Records
from release.registry import Registry
from release.scaling import Scaling
from release.settings import Settings
from release.smoke import Smoke
from release.stacks import ServingStacks
from shared.clients import client

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Not by POWERTOOLS_SERVICE_NAME: that would become a dimension of every metric, and the alarms would not find them.
logger = Logger(service="release")
# Naming the module spares the import of every other library that could be traced.
tracer = Tracer(service="release", patch_modules=["botocore"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> list[dict[str, Any]]:
    """Reconcile the use case that an event is about, or all of them every hour; return what a command asks for.

    Raises:
        pydantic.ValidationError: the event is none of ours.
        ExceptionGroup: use cases that could not be looked at; the others were.
    """
    settings = Settings.load()
    parsed = parse(event)
    stacks = ServingStacks(client("cloudformation"), settings.environment)
    registry = Registry(client("sagemaker"), settings.environment)
    records = Records(client("dynamodb"), settings.records_table)
    scaling = Scaling(partial(client, "application-autoscaling"), settings.environment)
    world = AwsWorld(
        settings.environment,
        stacks=stacks,
        scaling=scaling,
        registry=registry,
        records=records,
        smoke=Smoke(client, settings.environment),
        logger=logger,
    )
    if isinstance(parsed, Command) and parsed.detail.suppose:
        supposed = parsed.detail.suppose
        return said(changes(world.look(parsed.detail.use_case), supposed.package, supposed.slot))
    run(world, _use_cases(parsed, stacks, settings.environment), f"{parsed.detail_type} {parsed.id}")
    return []


def run(world: World, use_cases: list[str], trigger: str) -> None:
    """Reconcile use cases one by one; trouble with one does not keep the others waiting."""
    errors: list[Exception] = []
    for use_case in use_cases:
        try:
            step = reconcile(world, use_case, trigger)
        except Exception as error:
            logger.exception("Release interrupted", use_case=use_case)
            errors.append(error)
        else:
            logger.info("At rest", use_case=use_case, step=repr(step))
    if errors:
        raise ExceptionGroup("some use cases could not be looked at", errors)


def _use_cases(event: Event, stacks: ServingStacks, environment: str) -> list[str]:
    if isinstance(event, Hour):
        return stacks.use_cases()
    use_case = use_case_of(event, environment)
    return [use_case] if use_case else []
