"""What a use case's pipeline takes from its environment. Texts may be CDK tokens, so nothing here reads them."""

from dataclasses import dataclass
from typing import Any

from pipelines_src.definition.spark_cluster import SparkSettings


@dataclass(frozen=True, kw_only=True)
class Script:
    """The archive with a use case's training script: its S3 URI, and its file name, which is its content's hash."""

    uri: str
    file: str


@dataclass(frozen=True, kw_only=True)
class PipelineSettings:
    """Plain values; the stack fills them in.

    Attributes:
        role_arn: the role that jobs run with.
        image_uri: SageMaker's XGBoost image.
        training_image_uri: the image that trains, if it is another one.
        code_uri: S3 URI of the zip with the use case's code.
        code_file: the zip's file name, which is its content's hash.
        code_hash: that hash, recorded with each model package.
        script: the use case's training script, where it has one.
        wheels_uri: S3 URI of the zip with what the image lacks.
        raw_uri: where raw files lie, `s3://<raw>/<use case>/`.
        labels_uri: where the labelled set lies, `s3://<labelled>/<use case>/labelled/`; empty where nothing reads it.
        processed_uri: where splits and evaluations go, `s3://<processed>/<use case>`.
        models_uri: where models go, `s3://<models>/<use case>`.
        data_key: ARN of the key for volumes and data.
        models_key: ARN of the key for models.
        subnets: ids of private subnets.
        security_groups: ids of security groups.
        processing_instance: default instance type of processing jobs.
        training_instance: default instance type of training jobs.
        endpoint_instances: instance types that the model must be allowed to run on.
        transform_instance: instance type that the model must be allowed to be asked on by batch transform; empty: none
            but the usual.
        volume_gb: a job's volume, GiB.
        model_package_group: name of the group that models are registered in.
        tags: tags of every job, as (key, value).
        processing_runtime_seconds: after which a processing job is stopped.
        spark: what a step on Spark needs; None where no step is.
    """

    role_arn: str
    image_uri: str
    code_uri: str
    code_file: str
    code_hash: str
    wheels_uri: str
    raw_uri: str
    processed_uri: str
    models_uri: str
    data_key: str
    models_key: str
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    processing_instance: str
    training_instance: str
    endpoint_instances: tuple[str, ...]
    volume_gb: int
    model_package_group: str
    tags: tuple[tuple[str, str], ...] = ()
    processing_runtime_seconds: int = 3600
    spark: SparkSettings | None = None
    training_image_uri: str = ""
    transform_instance: str = ""
    script: Script | None = None
    labels_uri: str = ""

    def vpc(self) -> dict[str, Any]:
        """Return the private network as requests take it."""
        return {"SecurityGroupIds": list(self.security_groups), "Subnets": list(self.subnets)}

    def tag_list(self) -> list[dict[str, str]]:
        """Return the tags as requests take them."""
        return [{"Key": key, "Value": value} for key, value in self.tags]
