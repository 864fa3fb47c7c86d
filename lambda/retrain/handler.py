"""Closes the loop: what has happened becomes a training on new data, and its model the challenger.

Level-triggered: a message says what happened and "look again": duplicated, late and reordered ones end the same.
"""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer

from retrain.aws import AwsWorld
from retrain.decisions import Decisions
from retrain.events import parse
from retrain.machines import Machines
from retrain.pipelines import Pipelines
from retrain.reconcile import reconcile
from retrain.records import Records
from retrain.samples import Samples
from retrain.services import Services
from retrain.settings import Settings
from shared.clients import client
from shared.messages import Messages

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Not by POWERTOOLS_SERVICE_NAME: that would become a dimension of every metric, and the alarms would not find them.
logger = Logger(service="retrain")
tracer = Tracer(service="retrain", patch_modules=["botocore"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Look at the use cases that messages are about, or at the one that a command names.

    Returns:
        For messages which of them failed (`batchItemFailures`); for a command why it came to rest (`rest`).

    Raises:
        pydantic.ValidationError: the event is neither.
    """
    settings, asked = Settings.load(), parse(event)
    world = AwsWorld(
        settings.environment,
        Services(
            Pipelines(client("sagemaker"), settings.environment),
            Machines(client("stepfunctions")),
            Decisions(client("dynamodb"), settings.experiments_table, client("sagemaker")),
            Samples(
                client("s3"),
                client("sagemaker"),
                environment=settings.environment,
                capture=settings.capture_bucket,
                processed=settings.processed_bucket,
                labelled=settings.labelled_bucket,
            ),
            client("cloudwatch"),
        ),
        Records(client("dynamodb"), settings.turns_table),
        logger,
    )
    if isinstance(asked, Messages):
        return asked.each(lambda look: reconcile(world, look).reason, logger)
    return {"rest": reconcile(world, asked).reason}
