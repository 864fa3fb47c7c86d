"""Monitoring schedules and the four job definitions as resource types of CloudFormation."""

import time

from local_cloud.cloudformation.named_type import NamedType
from local_cloud.cloudformation.requests import Made, Properties, own_tags, request
from local_cloud.sagemaker.monitoring.kinds import KINDS

_POLL_SECONDS = 0.1
_SECONDS = 60


class JobDefinition(NamedType):
    """A job definition. All of it is create-only, its tags as well: another name, or a failure."""

    def update(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str | None = None
    ) -> Made:
        """Make another one if anything differs."""
        if old == new and self.exists(physical_id):
            return physical_id, self.attributes(self.name_of(physical_id), physical_id)
        return self.create(logical_id or physical_id, new, stack_name)

    def attributes(self, name: str, arn: str) -> dict[str, str]:
        """Return what `Fn::GetAtt` gives."""
        return {**super().attributes(name, arn), "CreationTime": str(self.describe(name)["CreationTime"])}


class MonitoringSchedule(NamedType):
    """A schedule: all but its name changes in place, and each change takes a while, in which it is Pending."""

    def replace_or_change(
        self, physical_id: str, old: Properties, new: Properties, stack_name: str, logical_id: str
    ) -> Made:
        """Update it; another name makes another schedule."""
        if old.get(self.name) != new.get(self.name) or not self.exists(physical_id):
            return self.create(logical_id, new, stack_name)
        name = self.name_of(physical_id)
        self.call(f"Update{self.kind}", request("sagemaker", f"Update{self.kind}", {**new, self.name: name}))
        self.settle(name)
        if own_tags(old) != own_tags(new):
            self.retag(physical_id, old, new)
        return physical_id, self.attributes(name, physical_id)

    def settle(self, name: str) -> None:
        """Wait until it is not Pending any more."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            if self.describe(name)["MonitoringScheduleStatus"] != "Pending":
                return
            time.sleep(_POLL_SECONDS)
        raise ValueError(f"The monitoring schedule {name} was Pending for {_SECONDS} s")


TYPES: dict[str, NamedType] = {
    **{
        f"AWS::SageMaker::{kind.definition}": JobDefinition(kind.definition, "JobDefinitionName", "JobDefinitionArn")
        for kind in KINDS.values()
    },
    "AWS::SageMaker::MonitoringSchedule": MonitoringSchedule(
        "MonitoringSchedule", "MonitoringScheduleName", "MonitoringScheduleArn"
    ),
}
