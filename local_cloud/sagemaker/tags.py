"""AddTags, ListTags, DeleteTags: a resource's tags stand in its own document, as its Create operation left them."""

from typing import Any

from local_cloud.sagemaker import listing
from local_cloud.sagemaker.api import Call, Request, Response, operation
from local_cloud.sagemaker.errors import not_found, validation_error
from local_cloud.sagemaker.store import Document

MAX_TAGS = 50

Tag = dict[str, str]


@operation("AddTags")
def _add(request: Request, call: Call) -> Response:
    kind, name = _resource(request["ResourceArn"], call)

    def change(document: Document) -> None:
        document["Tags"] = merged(document.get("Tags", []), request["Tags"])

    return {"Tags": call.store.update(kind, name, change)["Tags"]}


@operation("DeleteTags")
def _delete(request: Request, call: Call) -> Response:
    kind, name = _resource(request["ResourceArn"], call)

    def change(document: Document) -> None:
        document["Tags"] = [tag for tag in document.get("Tags", []) if tag["Key"] not in request["TagKeys"]]

    call.store.update(kind, name, change)
    return {}


@operation("ListTags")
def _list(request: Request, call: Call) -> Response:
    kind, name = _resource(request["ResourceArn"], call)
    document: dict[str, Any] = call.store.get(kind, name) or {}
    tags, token = listing.page(document.get("Tags", []), request, default=MAX_TAGS)
    return {"Tags": tags, "NextToken": token}


def merged(old: list[Tag], new: list[Tag]) -> list[Tag]:
    """Return the tags after adding: a key that is there already gets the new value; 50 at most, as on AWS."""
    values = {tag["Key"]: tag["Value"] for tag in [*old, *new]}
    if len(values) > MAX_TAGS:
        raise validation_error(f"{len(values)} tags; a resource can have {MAX_TAGS}. Remove some.")
    return [{"Key": key, "Value": value} for key, value in values.items()]


def _resource(arn: str, call: Call) -> tuple[str, str]:
    # training-job/name -> ("TrainingJob", "name"): the kind is the ARN's resource type in camel case.
    prefix = call.arn("")
    resource_type, _, name = arn.removeprefix(prefix).partition("/")
    kind = "".join(word.capitalize() for word in resource_type.split("-"))
    if not arn.startswith(prefix) or not name or call.store.get(kind, name) is None:
        raise not_found(f"The resource {arn} does not exist.")
    return kind, name
