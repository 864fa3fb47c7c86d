"""Watches what is asked and answered: has captures looked at on a schedule, and publishes what was found.

Level-triggered: a message says "look again" and no more, so that duplicated, late and reordered messages end the same.
"""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer

from monitor.aws import AwsWorld
from monitor.events import parse
from monitor.reconcile import reconcile
from monitor.records import Records
from monitor.settings import Settings
from monitor.storage import Storage
from shared.clients import client
from shared.messages import Messages

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Not by POWERTOOLS_SERVICE_NAME: that would become a dimension of every metric, and the alarms would not find them.
logger = Logger(service="monitor")
tracer = Tracer(service="monitor", patch_modules=["botocore"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Look at the use cases that messages are about, or at the one that a command names.

    Returns:
        For messages which of them failed (`batchItemFailures`); for a command why it came to rest (`rest`), and the
        names of the runs that it `began`.

    Raises:
        pydantic.ValidationError: the event is neither.
    """
    settings, asked = Settings.load(), parse(event)
    world = AwsWorld(
        settings.environment,
        sagemaker=client("sagemaker"),
        cloudwatch=client("cloudwatch"),
        storage=Storage(client("s3"), settings.capture_bucket, settings.processed_bucket),
        records=Records(client("dynamodb"), settings.records_table),
        logger=logger,
    )
    if isinstance(asked, Messages):
        return asked.each(lambda look: reconcile(world, look).reason, logger)
    rest = reconcile(world, asked)
    mine = f"command {asked.ask.request}" if asked.ask else ""
    began = [run.name for run in world.records.runs(asked.use_case) if run.trigger == mine]
    return {"rest": rest.reason, "began": began}
