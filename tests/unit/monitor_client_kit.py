"""A run of the monitor function, and its world with stubs of clients."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from monitor.aws import AwsWorld
from monitor.state import Run, Served

NOW = datetime(2026, 11, 28, 3, tzinfo=UTC)
PACKAGE = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-toys/3"
RUN = Run(
    use_case="toys_1", number=7, variant="champion", package=PACKAGE, part="requests",
    monitors=("data_quality", "explainability"), start=datetime(2026, 11, 27, tzinfo=UTC),
    until=datetime(2026, 11, 28, tzinfo=UTC), claimed_at=NOW,
)  # fmt: skip
FOLDER = f"toys_1/monitoring/{RUN.name}"


class Kept:
    """What is written down of a run, and what is known of its use case's variants."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.variants: dict[str, Served] = {}

    def update(self, run: Run, **values: Any) -> bool:
        self.values |= values
        return True

    def served(self, use_case: str) -> dict[str, Served]:
        return self.variants


def world(**clients: Any) -> AwsWorld:
    given = {"sagemaker": None, "cloudwatch": None, "storage": None, "records": None} | clients
    return AwsWorld("dev", logger=Logger(service="test"), **given)
