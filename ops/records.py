"""The records of releases, as the release function writes them."""

from dataclasses import dataclass

from ops.target import Target


@dataclass(frozen=True)
class Release:
    """One attempt at a release.

    Attributes:
        number: 1, 2, ... of the use case.
        version: of the model package.
        reason: approval, rollback or repair.
        result: started, succeeded or failed.
        detail: the first cause of a failure, or what serves; empty while it runs.
        at: when it ended, else when it began, ISO 8601.
    """

    number: int
    version: str
    reason: str
    result: str
    detail: str
    at: str

    def __str__(self) -> str:
        said = f"Last release ({self.number}): version {self.version}, {self.reason}, {self.result} {self.at[:19]}"
        return f"{said}: {self.detail}" if self.detail else said


def newest(target: Target) -> Release | None:
    """Return the newest attempt; None if there was none."""
    answer = target.dynamodb.query(
        TableName=target.output("control", "ReleaseRecords"),
        KeyConditionExpression="use_case = :use_case",
        ExpressionAttributeValues={":use_case": {"S": target.use_case.slug}},
        ScanIndexForward=False,
        Limit=1,
    )
    for item in answer["Items"]:
        text = {name: value["S"] for name, value in item.items() if "S" in value}
        return Release(
            number=int(item["number"]["N"]),
            version=text["package"].rpartition("/")[2],
            reason=text["reason"],
            result=text["result"],
            detail=text.get("detail", ""),
            at=text.get("finished_at", text["claimed_at"]),
        )
    return None
