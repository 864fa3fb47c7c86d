"""Keys, buckets, and who is known."""

from collections.abc import Iterator
from typing import Any

from ops.assembly.model import Resource
from ops.cost.model import Need, Part
from ops.cost.needs.given import Given, need


def key(_: Resource, __: dict[str, Any], ___: Given) -> Iterator[Need]:
    """A customer-managed key. Each of its first two rotations adds another such price; the first comes after a year."""
    yield need("key", "awskms:KMS-Keys", quantity=1, part=Part.IDLE)


def bucket(resource: Resource, _: dict[str, Any], given: Given) -> Iterator[Need]:
    """What a bucket holds, as declared for buckets of its name."""
    name = (resource.path.split("/", 1)[0] or resource.logical_id).lower()
    stored = given.usage.stored_gb.model_dump()
    purpose = next((known for known in stored if name.startswith(known)), None)
    if purpose is not None:
        price = "AmazonS3:TimedStorage-ByteHrs"
        yield need(f"storage of {purpose}", price, quantity=stored[purpose], part=Part.USED)


def people(_: Resource, __: dict[str, Any], given: Given) -> Iterator[Need]:
    """People who log in to a pool within a month; those are counted too whom an account has for nothing."""
    price, workers = "AmazonCognito:CognitoEssentialsMAU", given.usage.workers
    yield need("people who label", price, quantity=workers, part=Part.USED)
