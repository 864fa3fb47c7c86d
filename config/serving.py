"""What serves a use case: the machines of each variant, and how a release moves the traffic."""

from typing import Literal, Self

from pydantic import Field, StrictInt, model_validator

from config import scaling_rules, serverless, serving_rules
from config.instance_types import EndpointInstanceType
from config.scaling import Scaling
from config.section import Section
from config.serverless import Serverless


class Machines(Section):
    """The instances behind one variant."""

    instance_type: EndpointInstanceType = Field(default="ml.m5.large", description="SageMaker instance type")
    instances: StrictInt = Field(default=2, ge=1, le=100, description="how many a new endpoint starts with")


class Shift(Section):
    """How a release inside the same variants moves the traffic from the old instances to the new ones.

    Limits as SageMaker's TrafficRoutingConfig: a canary is at most half of the instances, a linear step 10 % to half.
    """

    type: Literal["canary", "linear"] = Field(
        default="canary", description="canary: a part, then all; linear: part by part"
    )
    percent: StrictInt = Field(default=10, ge=1, le=50, description="size of a part, percent of the instances")
    wait_minutes: StrictInt = Field(
        default=10, ge=1, le=60, description="how long each part is watched before the next; an alarm rolls back"
    )

    @property
    def waits(self) -> int:
        """How many parts are watched before the last one."""
        return 1 if self.type == "canary" else -(-100 // self.percent) - 1

    @model_validator(mode="after")
    def _a_step_that_sagemaker_takes(self) -> Self:
        serving_rules.linear_step(self.type, self.percent)
        return self


class Serving(Section):
    """An endpoint: two slots, `champion` and `challenger` or a shadow, and what a release may do to it.

    With `serverless` it is one slot, `champion`, and no instances; what speaks of them stands at its default, unread.
    """

    serverless: Serverless | None = Field(
        default=None,
        description="in place of instances: memory, and how many requests at once. The environment must say "
        "network.allow_internet and capture.allow_no_capture (docs/decisions/serverless.md)",
    )
    champion: Machines = Field(default=Machines(), description="machines of the variant that serves")
    challenger: Machines | None = Field(
        default=None,
        description="machines of the second variant, challenger or shadow, while there is one; left out: as champion",
    )
    scaling: Scaling | None = Field(
        default=None,
        description="how the instances of champion and challenger follow the requests; null: their number stays. While "
        "it is set no instance type can change (docs/runbooks/release.md)",
    )
    shift: Shift | None = Field(
        default=Shift(), description="how a release moves the traffic; null: all at once, as one instance needs"
    )
    bake_minutes: StrictInt = Field(
        default=10, ge=0, le=60, description="how long the old instances are kept after a release, to go back to"
    )
    latency_ms: StrictInt = Field(
        default=1000, ge=1, le=60_000, description="one in a hundred answers may take longer than this, milliseconds"
    )

    @property
    def second(self) -> Machines:
        """The machines of the challenger or the shadow."""
        return self.challenger or self.champion

    @model_validator(mode="after")
    def _has_instances_or_none(self) -> Self:
        if self.serverless:
            serverless.excludes({key: getattr(self, key) for key in self.model_fields_set})
        return self

    @model_validator(mode="after")
    def _enough_instances_for_parts(self) -> Self:
        if self.shift and not self.serverless:
            serving_rules.ends_in_time(self.shift.waits * self.shift.wait_minutes + self.bake_minutes)
            serving_rules.parts_of(self.shift.type, {"champion": self.champion, "challenger": self.second})
        return self

    @model_validator(mode="after")
    def _scales_as_sagemaker_can(self) -> Self:
        if self.scaling:
            scaling_rules.starts_within(self.scaling, {"champion": self.champion, "challenger": self.second})
            if self.shift:
                scaling_rules.parts_of(self.shift.type, self.scaling.every_bounds)
        return self
