"""Runs experiments between champion and challenger: on a schedule, by what happens, or by command.

Level-triggered: a message says "look again", or "look, for this time", and no more, so that duplicated, late and
reordered messages end the same.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer

from experiment import by_itself, commands
from experiment.aws import AwsWorld
from experiment.aws_begin import AwsBeginning
from experiment.events import Look, Start, parse
from experiment.reconcile import reconcile
from experiment.records import Records
from experiment.settings import Settings
from experiment.steps import Alarm, Step, Weigh
from experiment.storage import Storage
from experiment.trial import Trial
from shared.clients import client
from shared.messages import Messages

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from experiment.events import Stop

# Not by POWERTOOLS_SERVICE_NAME: that would become a dimension of every metric, and the alarms would not find them.
logger = Logger(service="experiment")
tracer = Tracer(service="experiment", patch_modules=["botocore"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Look at the use cases that messages are about, or do what a command asks.

    Returns:
        For messages which of them failed (`batchItemFailures`); for a command the name of the `experiment` and where it
        came to `rest`, or why it cannot be (`refused`).

    Raises:
        pydantic.ValidationError: the event is neither.
    """
    settings = Settings.load()
    asked = parse(event)
    world = AwsWorld(
        settings.environment,
        sagemaker=client("sagemaker"),
        cloudwatch=client("cloudwatch"),
        storage=Storage(client("s3"), settings.processed_bucket),
        records=Records(client("dynamodb"), settings.records_table),
        logger=logger,
        assignments=settings.assignments,
    )
    if isinstance(asked, Messages):
        return asked.each(lambda look: repr(attend(world, look)), logger)
    try:
        return command(world, asked)
    except commands.CannotError as error:
        return {"refused": str(error)}


def attend(world: AwsWorld, look: Look) -> Step:
    """Look at a use case, and begin the experiment that is to begin by itself."""
    rest = reconcile(world, look.use_case, look.time)
    if look.declared and by_itself.begin(AwsBeginning(world, logger), look.use_case, look.declared):
        return reconcile(world, look.use_case, None)
    return rest


def command(world: AwsWorld, asked: "Start | Stop | Look") -> dict[str, Any]:
    """Do what a person asks, as far as it can be done now; CannotError if it cannot be.

    What is written down goes on by itself, whatever happens to this invocation.
    """
    time = None
    if isinstance(asked, Start):
        trial = begin(world, asked)
    elif isinstance(asked, Look):
        # By this clock: one that is fast would keep the schedule's looks from being made.
        trial, time = _running(world, asked.use_case), datetime.now(UTC)
    else:
        step = commands.stop(asked, world.look(asked.use_case, None))
        trial = step.trial
        if not world.advance(step):
            raise commands.CannotError("The experiment has just gone on. Look at its status, then ask again.")
    rest = reconcile(world, asked.use_case, time)
    return {"experiment": trial.name, "rest": _said(rest)}


def _said(rest: Step) -> str:
    """Return for people where an experiment came to rest."""
    if isinstance(rest, Weigh):
        return f"the challenger's share moves to {rest.share:.1%}"
    return rest.told.reason if isinstance(rest, Alarm) else getattr(rest, "reason", "it goes on")


def begin(world: AwsWorld, asked: Start) -> Trial:
    """Write a new experiment down, and return it; the known one if this very request began it."""
    known = world.records.newest(asked.use_case)
    deployed = world.assignments.get(asked.use_case)
    trial = commands.start(asked, known, world.serving.live(asked.use_case), datetime.now(UTC), deployed)
    if trial != known and not world.records.begin(trial):
        raise commands.CannotError("Another experiment has begun at this moment. Look at its status.")
    return trial


def _running(world: AwsWorld, use_case: str) -> Trial:
    known = world.records.newest(use_case)
    if known is None or known.result != "running":
        raise commands.CannotError("No experiment runs. Start one: `python -m ops experiment start`.")
    return known
