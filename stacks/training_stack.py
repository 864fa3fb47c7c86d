"""One use case's training: its code, its pipeline, and the group its models are registered in."""

from typing import TYPE_CHECKING, Any, NamedTuple

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from config import Environment, UseCase
from config.entry_point import require_entry_point
from config.images import XGBOOST_REPOSITORY, account, image, images, xgboost_account, xgboost_image
from config.training_image import TrainingImage, training_image
from constructs.job_code import JobCode
from constructs.job_file import JobFile
from constructs.job_role import JobRole, job_role_path
from constructs.job_wheels import JobWheels
from constructs.label_function_role import LABELLED
from constructs.model_package_group import ModelPackageGroup
from constructs.script_code import ScriptCode
from constructs.statements import (
    Statement,
    delete_in_folder,
    encrypt_volume,
    pull_images,
    read_folder,
    read_object,
    read_write_folder,
    use_key,
)
from constructs.training_pipeline import TrainingPipeline
from pipelines_src import job_wheels
from pipelines_src.definition.settings import PipelineSettings, Script
from pipelines_src.definition.spark_cluster import SparkSettings
from pipelines_src.definition.use_case_pipeline import CHECKPOINTS_FOLDER, build_pipeline
from pipelines_src.job_code import SOURCES, Sources
from pipelines_src.script_code import archived

if TYPE_CHECKING:
    from stacks.data_stack import DataStack
    from stacks.network_stack import NetworkStack
    from stacks.security_stack import SecurityStack


class _Used(NamedTuple):
    """What the jobs of a use case use beside its data."""

    code: JobCode
    wheels: JobWheels
    script: ScriptCode | None
    image: TrainingImage
    spark_script: JobFile | None  # where the data is prepared on Spark


class TrainingStack(cdk.Stack):
    """Model package group, execution role, code, wheels and pipeline of a use case.

    Attributes:
        settings: what its pipeline takes from the environment.
        job_files: code, wheels and Spark's script: ARN of the bucket and name.
        images: statements that let a role pull the images of jobs.
        placement: where its jobs run.

    Args:
        environment: where it is deployed.
        use_case: what is trained.
        network: its private subnets and the security group of jobs.
        security: its keys.
        data: its buckets.
        sources: the steps and the use case.

    Raises:
        ConfigError: the region has no known image, or the use case's own image or script is not there.
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
        sources: Sources = SOURCES,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        self._environment, self._use_case = environment, use_case
        self._network, self._security, self._data = network, security, data
        self.placement = network.jobs
        self._name = f"{environment.name}-{use_case.slug}"
        require_entry_point(use_case, sources.folder)
        group = self._group()
        with sources.code(use_case) as folder:
            code = JobCode(self, "Code", folder=folder)
        used = _Used(
            code,
            self._wheels(),
            self._script(sources),
            training_image(use_case, environment.region),
            self._spark_script(sources),
        )
        self.images = self._images(used)
        jobs = self._role(used)
        settings = self.settings = self._settings(jobs, used)
        self.job_files = [(one.bucket_arn, one.file_name) for one in (code, used.wheels, used.spark_script) if one]
        pipeline = TrainingPipeline(
            self,
            "Pipeline",
            name=self._name,
            description=use_case.description,
            definition=build_pipeline(use_case, settings).to_definition(),
            role_arn=settings.role_arn,
        )
        # Its first job may start as soon as it exists.
        pipeline.resource.add_resource_dependency(jobs.policy)
        pipeline.resource.add_resource_dependency(group.resource)

    def _group(self) -> ModelPackageGroup:
        destroys = self._environment.retention.destroys
        return ModelPackageGroup(self, "ModelPackages", name=self._name, destroy=destroys)

    def _script(self, sources: Sources) -> ScriptCode | None:
        with archived(self._use_case, sources.folder) as archive:
            if archive is None:
                return None
            return ScriptCode(self, "Script", archive=archive.path, content_hash=archive.content_hash)

    def _spark_script(self, sources: Sources) -> JobFile | None:
        if self._use_case.prepare.engine != "spark":
            return None
        return JobFile(self, "SparkScript", path=sources.folder / "steps" / "__main__.py")

    def _spark(self, script: JobFile | None) -> SparkSettings | None:
        if script is None:
            return None
        uri = image("spark", self._environment.region)
        return SparkSettings(image_uri=uri, script_uri=script.uri, script_file=script.file_name)

    def _wheels(self) -> JobWheels:
        image = job_wheels.XGBOOST
        return JobWheels(self, "Wheels", digest=job_wheels.digest(image), command=job_wheels.command(image))

    def _role(self, used: _Used) -> JobRole:
        brought = (used.code, used.wheels, used.script, used.spark_script)
        files = [(one.bucket_arn, one.file_name) for one in brought if one]
        return JobRole(
            self,
            "JobRole",
            path=job_role_path(self._environment.name, self._use_case.slug),
            model_package_group=self._name,
            searches=self._use_case.train.tuning is not None,
            placement=self._network.jobs,
            access=[
                *self.images,
                *(statement for bucket, name in files for statement in read_object(bucket, name)),
                *self._files(),
            ],
            buckets=[self._data.raw, *self._labelled(), self._data.processed, self._data.models],
        )

    def _images(self, used: _Used) -> list[Statement]:
        region = self._environment.region
        repositories = [(xgboost_account(region), XGBOOST_REPOSITORY), (used.image.account, used.image.repository)]
        if used.spark_script:
            repositories.append((account("spark", region), images()["spark"].repository))
        return pull_images(
            *(
                f"arn:{self.partition}:ecr:{region}:{owner}:repository/{repository}"
                for owner, repository in dict.fromkeys(repositories)
            )
        )

    def _files(self) -> list[Statement]:
        data, folder = self._data, self._use_case.name
        data_key, models_key = self._security.data_key.key_arn, self._security.models_key.key_arn
        statements = [
            *read_folder(data.raw.bucket_arn, folder),
            *read_write_folder(data.processed.bucket_arn, folder),
            *read_write_folder(data.models.bucket_arn, folder),
            *use_key(data_key),
            *use_key(models_key),
            encrypt_volume(data_key),
        ]
        for bucket in self._labelled():
            statements += read_folder(bucket.bucket_arn, f"{folder}/{LABELLED}")
        if self._use_case.train.spot is not None:
            # SageMaker keeps the place like the job's folder, where old checkpoints go.
            statements.append(delete_in_folder(data.models.bucket_arn, f"{folder}/{CHECKPOINTS_FOLDER}"))
        return statements

    def _labelled(self) -> list[s3.IBucket]:
        return [] if self._use_case.data.label_from == "raw" else [self._data.labelled]

    def _settings(self, jobs: JobRole, used: _Used) -> PipelineSettings:
        environment, data, folder = self._environment, self._data, self._use_case.name
        script, serving = used.script, environment.serves(folder)
        return PipelineSettings(
            role_arn=jobs.role.role_arn,
            image_uri=xgboost_image(environment.region),
            training_image_uri=used.image.uri,
            code_uri=used.code.uri,
            code_file=used.code.file_name,
            code_hash=used.code.content_hash,
            wheels_uri=used.wheels.uri,
            script=Script(uri=script.uri, file=script.file_name) if script else None,
            raw_uri=f"s3://{data.raw.bucket_name}/{folder}/",
            processed_uri=f"s3://{data.processed.bucket_name}/{folder}",
            models_uri=f"s3://{data.models.bucket_name}/{folder}",
            data_key=self._security.data_key.key_arn,
            models_key=self._security.models_key.key_arn,
            subnets=tuple(self._network.jobs.subnet_ids),
            security_groups=(self._network.jobs.security_group_id,),
            processing_instance=self._use_case.prepare.instance or environment.sizes.processing_instance,
            training_instance=environment.sizes.training_instance,
            endpoint_instances=(serving.champion.instance_type, serving.second.instance_type),
            transform_instance=self._use_case.batch.instance if self._use_case.batch else "",
            volume_gb=environment.sizes.volume_gb,
            model_package_group=self._name,
            tags=job_tags(environment, self._use_case),
            labels_uri="".join(f"s3://{one.bucket_name}/{folder}/{LABELLED}/" for one in self._labelled()),
            spark=self._spark(used.spark_script),
        )


def job_tags(environment: Environment, use_case: UseCase) -> tuple[tuple[str, str], ...]:
    """Return the tags of jobs, which CloudFormation does not make and so does not tag."""
    return (
        ("ml-loop:environment", environment.name),
        ("ml-loop:use-case", use_case.slug),
        ("ml-loop:owner", environment.owner),
        ("ml-loop:cost-center", environment.cost_center),
    )
