"""A monitor of SageMaker Model Monitor: a job definition, and the schedule that runs it."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.conditional import exists_if
from constructs.hashed_name import hashed_name
from constructs.model_endpoint import ModelEndpoint
from constructs.monitor_definition import Analysis, MonitorJobs, definition_properties
from constructs.variant_slot import CHAMPION, named


class NativeMonitor(Construct):
    """Compares an endpoint's captures with the baseline of its champion, while it has one.

    The baseline belongs to the model, and so follows the champion's parameter: its files lie in a folder named after
    the model package's version. Nothing of a job definition can be changed, so that a release gives it another name,
    and the schedule that of the new one; then the old definition goes. Of a stack that is deleted the schedule
    goes first, then the definition, then the endpoint.

    Args:
        endpoint: whose captures.
        analysis: what is looked at.
        jobs: how.
        schedule: hourly, daily or every so many hours, as SageMaker spells it.
        baselines_uri: folder with a folder for each version: `<version>/<label of the type>/<file>`.
        tags: the definition's, all that it gets: they are part of its name, since they can be changed as little as the
            rest.

    Attributes:
        definition_prefix: beginning of the names of its job definitions.
        schedule_name: name of its schedule.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        endpoint: ModelEndpoint,
        analysis: Analysis,
        jobs: MonitorJobs,
        schedule: str,
        baselines_uri: str,
        tags: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        self.type = analysis.type
        slot = endpoint.slots[CHAMPION]
        folder, label = f"{baselines_uri}/", self.type.label
        files = {key: named(folder, *slot.version, f"/{label}/{file}") for key, file in analysis.baseline.items()}
        properties = definition_properties(analysis, jobs, endpoint.endpoint_name, files)
        # A resource without a class of the CDK's, so that no aspect adds a tag which the name would not know of.
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in sorted(tags.items())]
        self.definition_prefix = hashed_name(self, endpoint.endpoint_name, properties)
        name = named(f"{self.definition_prefix}-", *slot.version)
        definition = cdk.CfnResource(self, "Definition", type=self.type.resource_type, properties=properties)
        definition.add_property_override("JobDefinitionName", name)
        self.schedule_name = f"{endpoint.endpoint_name}-{label}"
        self.resource = sagemaker.CfnMonitoringSchedule(
            self,
            "Resource",
            monitoring_schedule_name=self.schedule_name,
            monitoring_schedule_config=sagemaker.CfnMonitoringSchedule.MonitoringScheduleConfigProperty(
                monitoring_type=self.type.name,
                schedule_config=sagemaker.CfnMonitoringSchedule.ScheduleConfigProperty(schedule_expression=schedule),
            ),
        )
        # It has no attribute that is the name.
        self.resource.add_property_override("MonitoringScheduleConfig.MonitoringJobDefinitionName", name)
        self.resource.add_resource_dependency(definition)
        # SageMaker refuses a schedule of an endpoint that is not there.
        definition.add_resource_dependency(endpoint.endpoint)
        for resource in (definition, self.resource):
            exists_if(resource, slot.condition)
