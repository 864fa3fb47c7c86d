"""What became of the models that turns proposed: in an experiment, or by a person's decision."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from retrain.state import Turn
from shared.items import beginning
from shared.live import absent
from shared.slots import CHAMPION, meant_for

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sagemaker import SageMakerClient

_EXPERIMENTS = 50  # of a use case, the newest: turns are one at a time, and so are their experiments


class Decisions:
    """The experiments of an environment, as their function writes them down, and its registry.

    Args:
        dynamodb: client.
        experiments: table of experiments; empty where no use case has any.
        sagemaker: client.
    """

    def __init__(self, dynamodb: "DynamoDBClient", experiments: str, sagemaker: "SageMakerClient") -> None:
        self._dynamodb, self._experiments, self._sagemaker = dynamodb, experiments, sagemaker

    def of(self, use_case: str, turns: Iterable[Turn]) -> dict[str, str]:
        """Return what became of turns' models, by the package's ARN, as far as it is decided."""
        packages = [turn.package for turn in turns]
        if not packages:
            return {}
        compared = self._compared(use_case)
        found = {each: compared[each] if each in compared else self._registered(each) for each in packages}
        return {package: said for package, said in found.items() if said}

    def _compared(self, use_case: str) -> dict[str, str]:
        """Return the end of each package's newest experiment; empty where it has not ended."""
        if not self._experiments:
            return {}
        query = beginning(self._experiments, use_case, "experiment#")
        newest = self._dynamodb.query(**query, ScanIndexForward=False, Limit=_EXPERIMENTS)["Items"]
        records = [json.loads(item["record"]["S"]) for item in reversed(newest)]
        return {one["challenger"]: _ended(one["result"], one["detail"]) for one in records}

    def _registered(self, package: str) -> str:
        try:
            found = self._sagemaker.describe_model_package(ModelPackageName=package)
        except ClientError as error:
            if absent(error):
                return "withdrawn: its model package is gone"
            raise
        said, reason = found.get("ModelApprovalStatus"), found.get("ApprovalDescription", "no reason is given")
        if said == "Rejected":
            return f"withdrawn: {reason}"
        slot = meant_for(found.get("CustomerMetadataProperties", {}))
        return f"promoted: {reason}" if said == "Approved" and slot == CHAMPION else ""


def _ended(result: str, detail: str) -> str:
    return "" if result == "running" else f"{result}: {detail}"
