"""The workforce and its work teams as resource types of CloudFormation. Labeling jobs have none, on AWS neither."""

from typing import Any

from local_cloud.cloudformation.named_type import NamedType
from local_cloud.cloudformation.requests import Made, Properties, request


class Changeable(NamedType):
    """A type whose properties but the create-only ones change in place; Describe wraps the resource in its kind."""

    def __init__(self, kind: str, fixed: tuple[str, ...]) -> None:
        super().__init__(kind, f"{kind}Name", f"{kind}Arn")
        self._fixed = fixed

    def describe(self, name: str) -> dict[str, Any]:
        """Describe the resource."""
        found: dict[str, Any] = super().describe(name)[self.kind]
        return found

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Update it; what is create-only makes another one."""
        if any(old.get(key) != new.get(key) for key in self._fixed) or not self.exists(physical_id):
            return self.create(logical_id, new, stack_name)
        name, operation = self.name_of(physical_id), f"Update{self.kind}"
        self.call(operation, request("sagemaker", operation, {**self.translate(new), self.name: name}))
        self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)

    def attributes(self, name: str, arn: str) -> dict[str, Any]:
        """Return what `Fn::GetAtt` gives."""
        return {**super().attributes(name, arn), "SubDomain": self.describe(name)["SubDomain"]}


class Workteam(Changeable):
    """A work team, whose members CloudFormation spells in its own way."""

    def translate(self, properties: Properties) -> Properties:
        """Return the properties as the API names them."""
        return {
            key: [_member(member) for member in value] if key == "MemberDefinitions" else value
            for key, value in properties.items()
        }


def _member(member: dict[str, Any]) -> dict[str, Any]:
    # CognitoUserPool is UserPool, OidcGroups is Groups.
    return {
        kind: {name.removeprefix("Cognito").removeprefix("Oidc"): value for name, value in definition.items()}
        for kind, definition in member.items()
    }


TYPES: dict[str, NamedType] = {
    "AWS::SageMaker::Workforce": Changeable("Workforce", ("WorkforceName", "CognitoConfig")),
    "AWS::SageMaker::Workteam": Workteam("Workteam", ("WorkteamName", "WorkforceName")),
}
