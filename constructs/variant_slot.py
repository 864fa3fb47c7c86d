"""A slot of an endpoint: a variant of a stable name that exists while its parameter names a model package."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.conditional import exists_if

Name = Literal["champion", "challenger", "shadow"]
CHAMPION: Name = "champion"
CHALLENGER: Name = "challenger"
SHADOW: Name = "shadow"
SLOTS: tuple[Name, ...] = (CHAMPION, CHALLENGER, SHADOW)
# Stands before the version in names of models, so that one version can be in two slots while one follows the other.
_LETTERS: dict[Name, str] = {CHAMPION: "", CHALLENGER: "c", SHADOW: "s"}


NOTHING = {"Ref": "AWS::NoValue"}


def named(*parts: Any) -> dict[str, Any]:
    """Return a name made of parts, as templates spell it."""
    return {"Fn::Join": ["", [part for part in parts if part]]}


@dataclass(frozen=True)
class Fleet:
    """The machines of a variant: SageMaker instance type, and how many it starts with."""

    instance_type: str
    instances: int

    @property
    def properties(self) -> dict[str, object]:
        """What a production variant says of it, spelled as in a template."""
        return {"InstanceType": self.instance_type, "InitialInstanceCount": self.instances}


@dataclass(frozen=True)
class Serverless:
    """Containers of a variant that come and go with requests.

    Attributes:
        memory_mb: of each.
        maximum_concurrency: how many requests at once.
        provisioned_concurrency: for how many of these a container is kept; None: for none.
    """

    memory_mb: int
    maximum_concurrency: int
    provisioned_concurrency: int | None = None

    @property
    def properties(self) -> dict[str, object]:
        """What a production variant says of it, spelled as in a template."""
        size = {"MemorySizeInMB": self.memory_mb, "MaxConcurrency": self.maximum_concurrency}
        if self.provisioned_concurrency is not None:
            size["ProvisionedConcurrency"] = self.provisioned_concurrency
        return {"ServerlessConfig": size}


class VariantSlot(Construct):
    """The parameter of a slot, the condition that it is not empty, and the model.

    Args:
        slot: its name, which is that of the variant; the parameter is `<Slot>ModelPackage`.
        group: model package group whose versions it takes.

    Attributes:
        filled: there is a model package in it.
        condition: the logical id of `filled`.
        version: of the model package, with the letter of the slot before it: parts of a name.
        weight: share of the requests that a new variant starts with. A challenger gets none before it has proved that
            it answers; a shadow gets a copy of all.
    """

    def __init__(self, scope: Construct, construct_id: str, *, slot: Name, group: str) -> None:
        super().__init__(scope, construct_id)
        self.slot = slot
        self.weight = 0 if slot == CHALLENGER else 1
        package = f"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{{12}}:model-package/{group}/[0-9]{{1,4}}"
        parameter = cdk.CfnParameter(
            self,
            "Package",
            default="",
            allowed_pattern=f"^$|^{package}$",
            constraint_description=f"is empty or the ARN of a version of the model package group {group}",
            description=f"Model package of the {slot}; empty: none. The release function sets it.",
        )
        parameter.override_logical_id(f"{slot.capitalize()}ModelPackage")
        # From here on as templates spell it: each function of the CDK is a round trip to its JavaScript.
        self.package = {"Ref": f"{slot.capitalize()}ModelPackage"}
        self.condition = f"{slot.capitalize()}Filled"
        self.empty = cdk.Fn.condition_equals(self.package, "")
        self.filled = cdk.CfnCondition(self, "Filled", expression=cdk.Fn.condition_not(self.empty))
        self.filled.override_logical_id(self.condition)
        # arn:...:model-package/group/version. The slashes keep Fn::Select valid when it is empty.
        parts = {"Fn::Split": ["/", {"Fn::Join": ["", [self.package, "//"]]}]}
        self.version = [_LETTERS[slot], {"Fn::Select": [2, parts]}]

    def model(
        self, prefix: str, properties: dict[str, object], variables: Mapping[str, str] | None = None
    ) -> sagemaker.CfnModel:
        """Return the slot's model, named by a prefix and its version; `variables` add to the container's own."""
        added = {"Environment": dict(variables)} if variables else {}
        model = sagemaker.CfnModel(self, "Model", **properties)  # type: ignore[arg-type] # properties by name
        model.add_property_override("ModelName", named(f"{prefix}-", *self.version))
        model.add_property_override("PrimaryContainer", {"ModelPackageName": self.package, **added})
        exists_if(model, self.condition)
        return model

    def only_filled(self, value: Any, otherwise: Any = NOTHING) -> Any:
        """Return what is a value in the template while the slot is filled, and else nothing."""
        return {"Fn::If": [self.condition, value, otherwise]}

    def variant(self, capacity: Fleet | Serverless, model_name: str) -> dict[str, object]:
        """Return the slot's production variant, spelled as in a template."""
        return {
            "VariantName": self.slot,
            "ModelName": model_name,
            **capacity.properties,
            "InitialVariantWeight": self.weight,
        }
