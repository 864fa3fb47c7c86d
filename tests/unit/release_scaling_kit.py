"""Scaling of an endpoint's variants, behind the operations of Application Auto Scaling."""

from tests.unit.release_serving_kit import Members, RefusalError, Serving

SCALED = ("champion", "challenger")
_TARGET = "endpoint/dev-flight-delays/variant/"


class ScaledServing(Serving):
    """A stack whose variants scale, if `scales`.

    Attributes:
        held: registered variants, and whether taking their instances away is suspended.
        held_in_updates: of each update when it began, whether that was so for all that are registered.
    """

    def __init__(self) -> None:
        super().__init__()
        self.scales = False
        self.held: dict[str, bool] = {}
        self.held_in_updates: list[bool] = []

    def stack_ends(self) -> None:
        """Let CloudFormation finish; it registers variants that are new."""
        super().stack_ends()
        if self.scales:
            self.held = {variant: self.held.get(variant, False) for variant in SCALED if variant in self.live}

    def describe_stacks(self, asked: Members) -> Members:
        answer = super().describe_stacks(asked)
        if self.scales:
            output = {"OutputKey": "ScaledVariants", "OutputValue": ",".join(SCALED)}
            answer["Stacks"][0].setdefault("Outputs", []).append(output)
        return answer

    def update_stack(self, asked: Members) -> Members:
        if self.scales and asked["ClientRequestToken"] != self._token:
            self.held_in_updates.append(all(self.held.values()))
        return super().update_stack(asked)

    def describe_scalable_targets(self, asked: Members) -> Members:
        found = [
            {
                "ServiceNamespace": "sagemaker",
                "ResourceId": _TARGET + variant,
                "ScalableDimension": asked["ScalableDimension"],
                "MinCapacity": 1,
                "MaxCapacity": 4,
                "RoleARN": "arn:aws:iam::111122223333:role/scaling",
                "CreationTime": 0,
                "SuspendedState": {"DynamicScalingInSuspended": held},
            }
            for variant, held in self.held.items()
            if _TARGET + variant in asked["ResourceIds"]
        ]
        return {"ScalableTargets": found}

    def register_scalable_target(self, asked: Members) -> Members:
        variant = asked["ResourceId"].removeprefix(_TARGET)
        self.held[variant] = asked["SuspendedState"]["DynamicScalingInSuspended"]
        return {}

    def deregister_scalable_target(self, asked: Members) -> Members:
        if self.held.pop(asked["ResourceId"].removeprefix(_TARGET), None) is None:
            raise RefusalError("ObjectNotFoundException", "No scalable target found")
        return {}
