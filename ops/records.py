"""The records of releases, as the release function writes them."""

from dataclasses import dataclass

from ops.target import Target


@dataclass(frozen=True)
class Release:
    """One attempt at a release.

    Attributes:
        number: 1, 2, ... of the use case.
        slot: champion, challenger or shadow.
        before: version of the model package that was in it, empty for none.
        version: of the one that comes into it, empty for none.
        reason: approval, promotion, withdrawal or rollback.
        result: started, succeeded, failed or superseded.
        detail: the first cause of a failure, or what serves; empty while it runs.
        at: when it ended, else when it began, ISO 8601.
        who: decided it, as the registry says; empty if it does not.
        why: what they said.
    """

    number: int
    slot: str
    before: str
    version: str
    reason: str
    result: str
    detail: str
    at: str
    who: str
    why: str

    def __str__(self) -> str:
        change = f"{self.slot} {_named(self.before)} -> {_named(self.version)}"
        decided = ", ".join(part for part in (f"by {self.who}" if self.who else "", self.why) if part)
        head = f"({self.number}): {self.at[:19]} {change}, {self.reason}, {self.result}"
        return "; ".join(part for part in (head, decided, self.detail) if part)


def newest(target: Target, count: int) -> list[Release]:
    """Return the newest attempts, newest first."""
    answer = target.dynamodb.query(
        TableName=target.output("control", "ReleaseRecords"),
        KeyConditionExpression="use_case = :use_case",
        ExpressionAttributeValues={":use_case": {"S": target.use_case.slug}},
        ScanIndexForward=False,
        Limit=count,
    )
    return [
        _release(int(item["number"]["N"]), {name: value["S"] for name, value in item.items() if "S" in value})
        for item in answer["Items"]
    ]


def _release(number: int, text: dict[str, str]) -> Release:
    return Release(
        number=number,
        slot=text.get("slot", "champion"),
        before=text.get("before", "").rpartition("/")[2],
        version=text.get("package", "").rpartition("/")[2],
        reason=text["reason"],
        result=text["result"],
        detail=text.get("detail", ""),
        at=text.get("finished_at", text["claimed_at"]),
        who=text.get("approved_by", ""),
        why=text.get("why", ""),
    )


def _named(version: str) -> str:
    return f"version {version}" if version else "empty"
