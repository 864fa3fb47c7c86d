"""Has objects labelled: on a schedule, as they come, or by command; takes in labels of elsewhere.

Level-triggered: a message says "look again" and no more, so that duplicated, late and reordered messages end the same.
"""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Tracer

from label.aws import AwsWorld
from label.events import parse
from label.jobs import Jobs
from label.reconcile import reconcile
from label.records import Records
from label.settings import Settings
from label.storage import Storage
from shared.clients import client
from shared.messages import Messages

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Not by POWERTOOLS_SERVICE_NAME: that would become a dimension of every metric, and the alarms would not find them.
logger = Logger(service="label")
tracer = Tracer(service="label", patch_modules=["botocore"])


@logger.inject_lambda_context
@tracer.capture_lambda_handler(capture_response=False)
def lambda_handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Look at the use cases that messages are about, or at the one that a command names.

    Returns:
        For messages which of them failed (`batchItemFailures`); for a command why it came to rest (`rest`), and the
        names of the run that it began (`began`) or that keeps what it asks for (`kept`).

    Raises:
        pydantic.ValidationError: the event is neither.
    """
    settings = Settings.load()
    asked = parse(event)
    world = AwsWorld(
        settings.environment,
        Storage(client("s3"), settings.raw_bucket, settings.labelled_bucket),
        Jobs(client("sagemaker"), client("stepfunctions"), client("ssm"), settings.environment),
        Records(client("dynamodb"), settings.labels_table),
        logger,
    )
    if isinstance(asked, Messages):
        return asked.each(lambda look: reconcile(world, look).reason, logger)
    rest = reconcile(world, asked)
    return {"rest": rest.reason, "began": rest.began, "kept": rest.kept}
