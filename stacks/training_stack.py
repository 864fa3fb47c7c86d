"""One use case's training: its code, its pipeline, and the group its models are registered in."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from constructs import Construct

from config import Environment, UseCase
from config.images import XGBOOST_REPOSITORY, account, image, images, xgboost_account, xgboost_image
from config.loading import ROOT
from constructs.job_code import JobCode
from constructs.job_file import JobFile
from constructs.job_role import JobRole, job_role_path
from constructs.job_wheels import JobWheels
from constructs.model_package_group import ModelPackageGroup
from constructs.statements import (
    Statement,
    encrypt_volume,
    pull_image,
    read_folder,
    read_object,
    read_write_folder,
    use_key,
)
from constructs.training_pipeline import TrainingPipeline
from pipelines_src import job_wheels
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.spark_cluster import SparkSettings
from pipelines_src.definition.use_case_pipeline import build_pipeline
from pipelines_src.job_code import assembled

if TYPE_CHECKING:
    from stacks.data_stack import DataStack
    from stacks.network_stack import NetworkStack
    from stacks.security_stack import SecurityStack


class TrainingStack(cdk.Stack):
    """Model package group, execution role, code, wheels and pipeline of a use case.

    Args:
        environment: where it is deployed.
        use_case: what is trained.
        network: its private subnets and the security group of jobs.
        security: its keys.
        data: its buckets.
        sources: the folder with the steps and the use case.

    Raises:
        ConfigError: the region has no known image.
        DefinitionError: the pipeline is wrong.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        use_case: UseCase,
        network: "NetworkStack",
        security: "SecurityStack",
        data: "DataStack",
        sources: Path = ROOT / "pipelines_src",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        name = f"{environment.name}-{use_case.slug}"
        subnets = tuple(network.jobs.subnet_ids)
        security_groups = (network.jobs.security_group_id,)
        retention = environment.retention
        group = ModelPackageGroup(
            self,
            "ModelPackages",
            name=name,
            description=use_case.description,
            destroy=retention.removal == "destroy" and retention.allow_data_loss,
        )
        with assembled(use_case, sources) as folder:
            job_code = JobCode(self, "Code", folder=folder)
        wheels = JobWheels(
            self,
            "Wheels",
            digest=job_wheels.digest(job_wheels.XGBOOST),
            command=job_wheels.command(job_wheels.XGBOOST),
        )
        raw, processed, models = data.raw, data.processed, data.models
        data_key, models_key = security.data_key.key_arn, security.models_key.key_arn
        spark, spark_access = self._spark(environment.region, use_case, sources)
        jobs = JobRole(
            self,
            "JobRole",
            path=job_role_path(environment.name, use_case.slug),
            model_package_group=name,
            placement=network.jobs,
            access=[
                *pull_image(self._image_repository(environment.region)),
                *read_object(job_code.bucket_arn, job_code.file_name),
                *read_object(wheels.bucket_arn, wheels.file_name),
                *read_folder(raw.bucket_arn, use_case.name),
                *read_write_folder(processed.bucket_arn, use_case.name),
                *read_write_folder(models.bucket_arn, use_case.name),
                *use_key(data_key),
                *use_key(models_key),
                encrypt_volume(data_key),
                *spark_access,
            ],
            buckets=[raw, processed, models],
        )
        settings = PipelineSettings(
            role_arn=jobs.role.role_arn,
            image_uri=xgboost_image(environment.region),
            code_uri=job_code.uri,
            code_file=job_code.file_name,
            code_hash=job_code.content_hash,
            wheels_uri=wheels.uri,
            raw_uri=f"s3://{raw.bucket_name}/{use_case.name}/",
            processed_uri=f"s3://{processed.bucket_name}/{use_case.name}",
            models_uri=f"s3://{models.bucket_name}/{use_case.name}",
            data_key=data_key,
            models_key=models_key,
            subnets=subnets,
            security_groups=security_groups,
            processing_instance=use_case.prepare.instance or environment.sizes.processing_instance,
            training_instance=environment.sizes.training_instance,
            endpoint_instance=environment.sizes.endpoint_instance,
            volume_gb=environment.sizes.volume_gb,
            model_package_group=name,
            tags=job_tags(environment, use_case),
            spark=spark,
        )
        pipeline = TrainingPipeline(
            self,
            "Pipeline",
            name=name,
            description=use_case.description,
            definition=build_pipeline(use_case, settings).to_definition(),
            role_arn=jobs.role.role_arn,
        )
        # Its first job may start as soon as it exists.
        pipeline.resource.add_resource_dependency(jobs.policy)
        pipeline.resource.add_resource_dependency(group.resource)

    def _spark(self, region: str, use_case: UseCase, sources: Path) -> tuple[SparkSettings | None, list[Statement]]:
        """Return what a step on Spark needs, and the permissions to read it; nothing where no step is on Spark."""
        if use_case.prepare.engine != "spark":
            return None, []
        script = JobFile(self, "SparkScript", path=sources / "steps" / "__main__.py")
        spark = SparkSettings(image_uri=image("spark", region), script_uri=script.uri, script_file=script.file_name)
        repository = f"{account('spark', region)}:repository/{images()['spark'].repository}"
        pull = pull_image(f"arn:{self.partition}:ecr:{region}:{repository}")[1]
        return spark, [pull, *read_object(script.bucket_arn, script.file_name)]

    def _image_repository(self, region: str) -> str:
        return f"arn:{self.partition}:ecr:{region}:{xgboost_account(region)}:repository/{XGBOOST_REPOSITORY}"


def job_tags(environment: Environment, use_case: UseCase) -> tuple[tuple[str, str], ...]:
    """Return the tags of jobs, which CloudFormation does not make and so does not tag."""
    return (
        ("ml-loop:environment", environment.name),
        ("ml-loop:use-case", use_case.slug),
        ("ml-loop:owner", environment.owner),
        ("ml-loop:cost-center", environment.cost_center),
    )
