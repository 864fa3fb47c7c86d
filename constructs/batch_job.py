"""A container of the user's own on AWS Batch: Fargate in the private network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_batch as batch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.arns import Arns
from constructs.placement import Placement

_DISK = range(21, 201)  # GiB of scratch space that Fargate can give
_PLATFORM = "1.4.0"  # of Fargate; encrypts the scratch space, with a key of AWS


@dataclass(frozen=True)
class Container:
    """An image with its command and machine: CPUs, memory and disk in GiB, seconds after which it is stopped."""

    image: str
    command: Sequence[str]
    variables: Mapping[str, str]
    cpus: int
    memory_gb: int
    disk_gb: int
    max_seconds: int


class BatchJob(Construct):
    """Compute environment, queue and job definition; nothing runs, and nothing costs, until a job is submitted.

    Args:
        container: what runs.
        job_role, execution_role: what it may do, and what may start it.
        placement: where it runs.
        log_group: where it logs.
        parameters: names that the command refers to as `Ref::<name>`, with what they are if a job says nothing.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        container: Container,
        job_role: iam.IRole,
        execution_role: iam.IRole,
        placement: Placement,
        log_group: logs.ILogGroup,
        parameters: Mapping[str, str],
    ) -> None:
        super().__init__(scope, construct_id)
        environment = batch.CfnComputeEnvironment(
            self,
            "Machines",
            type="MANAGED",
            state="ENABLED",
            # An update in place, so that the queue keeps its machines.
            replace_compute_environment=False,
            compute_resources=batch.CfnComputeEnvironment.ComputeResourcesProperty(
                type="FARGATE",
                maxv_cpus=container.cpus,
                subnets=placement.subnet_ids,
                security_group_ids=[placement.security_group_id],
            ),
        )
        order = batch.CfnJobQueue.ComputeEnvironmentOrderProperty(compute_environment=environment.ref, order=1)
        self.queue = batch.CfnJobQueue(self, "Queue", priority=1, state="ENABLED", compute_environment_order=[order])
        self.definition = batch.CfnJobDefinition(
            self,
            "Resource",
            type="container",
            platform_capabilities=["FARGATE"],
            parameters=dict(parameters),
            propagate_tags=True,
            retry_strategy=batch.CfnJobDefinition.RetryStrategyProperty(attempts=1),
            timeout=batch.CfnJobDefinition.TimeoutProperty(attempt_duration_seconds=container.max_seconds),
            container_properties=self._container(
                container, job_role.role_arn, execution_role.role_arn, log_group.log_group_name
            ),
        )

    def _container(
        self, container: Container, job_role: str, execution_role: str, log_group: str
    ) -> batch.CfnJobDefinition.ContainerPropertiesProperty:
        definition = batch.CfnJobDefinition
        requirements = {"VCPU": str(container.cpus), "MEMORY": str(container.memory_gb * 1024)}
        return definition.ContainerPropertiesProperty(
            image=container.image,
            command=list(container.command),
            environment=[
                definition.EnvironmentProperty(name=name, value=value) for name, value in container.variables.items()
            ],
            job_role_arn=job_role,
            execution_role_arn=execution_role,
            resource_requirements=[
                definition.ResourceRequirementProperty(type=kind, value=value) for kind, value in requirements.items()
            ],
            ephemeral_storage=definition.EphemeralStorageProperty(
                size_in_gib=min(max(container.disk_gb, _DISK[0]), _DISK[-1])
            ),
            fargate_platform_configuration=definition.FargatePlatformConfigurationProperty(platform_version=_PLATFORM),
            network_configuration=definition.NetworkConfigurationProperty(assign_public_ip="DISABLED"),
            log_configuration=definition.LogConfigurationProperty(
                log_driver="awslogs",
                options={
                    "awslogs-group": log_group,
                    "awslogs-region": Arns.of(self).region,
                    "awslogs-stream-prefix": "prepare",
                },
            ),
        )
