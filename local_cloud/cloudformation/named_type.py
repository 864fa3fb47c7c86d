"""A resource type made through Create, Describe and Delete operations that go by one name."""

from collections.abc import Callable
from typing import Any

from botocore import xform_name
from botocore.exceptions import ClientError

from local_cloud.cloudformation.requests import Made, Properties, client, generated_name, own_tags, request


class NamedType:
    """A type whose Create, Describe and Delete operations go by one name; what changes but its tags replaces it."""

    def __init__(self, kind: str, name: str, arn: str) -> None:
        self.kind, self.name, self.arn = kind, name, arn

    def create(self, logical_id: str, properties: Properties, stack_name: str) -> Made:
        """Make the resource; its physical id is its ARN."""
        name = properties.get(self.name) or generated_name(stack_name, logical_id)
        arguments = {**self.translate(properties), self.name: name, "Tags": own_tags(properties)}
        operation = f"Create{self.kind}"
        answer = self.call(operation, request("sagemaker", operation, arguments))
        physical_id = self.physical_id(name, answer[self.arn])
        try:
            self.settle(name)
        except ValueError:
            self.delete(physical_id, properties)  # the stack never gets to know it, so nobody else would
            raise
        return physical_id, self.attributes(name, answer[self.arn])

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str | None = None
    ) -> Made:
        """Change what can be changed in place, replace the resource otherwise."""
        if _without_tags(old) != _without_tags(new) or not self.exists(physical_id):
            return self.replace_or_change(physical_id, old, new, stack_name, logical_id or physical_id)
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(self.name_of(physical_id), self.arn_of(physical_id))

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Remove the resource; one that is gone is well gone."""
        name = self.name_of(physical_id)
        if self.exists(physical_id):
            self.call(f"Delete{self.kind}", {self.name: name})
            self.settle_gone(physical_id)

    def replace_or_change(
        self, _physical_id: str, _old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Every property is create-only unless a type says otherwise."""
        return self.create(logical_id, new, stack_name)

    def translate(self, properties: Properties) -> Properties:
        """Return the properties as the API names them."""
        return properties

    def settle(self, name: str) -> None:
        """Wait until what was made is ready."""

    def settle_gone(self, physical_id: str) -> None:
        """Wait until what was deleted is gone."""

    def physical_id(self, _name: str, arn: str) -> str:
        """Return what `Ref` gives."""
        return arn

    def name_of(self, physical_id: str) -> str:
        """Return the name in a physical id."""
        return physical_id.rsplit("/", 1)[-1]

    def arn_of(self, physical_id: str) -> str:
        """Return the ARN of an existing resource."""
        arn: str = self.describe(self.name_of(physical_id))[self.arn]
        return arn

    def attributes(self, name: str, arn: str) -> dict[str, Any]:
        """Return what `Fn::GetAtt` gives."""
        return {self.name: name, self.arn: arn, "Id": arn}

    def exists(self, physical_id: str) -> bool:
        """Whether the resource is there."""
        try:
            self.describe(self.name_of(physical_id))
        except ClientError as error:
            if error.response["Error"]["Code"] in {"ResourceNotFound", "ValidationException"}:
                return False
            raise
        return True

    def describe(self, name: str) -> dict[str, Any]:
        """Describe the resource."""
        return self.call(f"Describe{self.kind}", {self.name: name})

    def retag(self, physical_id: str, old: Properties, new: Properties) -> None:
        """Bring the tags to what the template says."""
        wanted, had = own_tags(new), own_tags(old)
        arn = self.arn_of(physical_id)
        gone = {tag["Key"] for tag in had} - {tag["Key"] for tag in wanted}
        if gone:
            self.call("DeleteTags", {"ResourceArn": arn, "TagKeys": sorted(gone)})
        if wanted and wanted != had:
            self.call("AddTags", {"ResourceArn": arn, "Tags": wanted})

    def call(self, operation: str, arguments: Properties) -> dict[str, Any]:
        """Make one call as the role of the stack operation."""
        method: Callable[..., dict[str, Any]] = getattr(client("sagemaker"), xform_name(operation))
        return method(**arguments)


def _without_tags(properties: Properties) -> Properties:
    return {key: value for key, value in properties.items() if key != "Tags"}
