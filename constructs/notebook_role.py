"""The role that code in a notebook instance runs with."""

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.notebook_statements import files, fitted, jobs, models, notebook_logs, own_instance, pipelines
from constructs.placement import Placement
from constructs.sagemaker_role import join_network, sagemaker_of
from constructs.statements import Statement, document, encrypt_volume_in_reach, use_key
from constructs.wildcard_findings import wildcards


@dataclass(frozen=True)
class NotebookReach:
    """What a notebook works on.

    `environment` prefixes names; `use_cases` are folder name to slug; `raw`, `processed` and `models` are the buckets
    with a folder for each use case; `data_key` encrypts the first two, and the volumes of notebooks and jobs,
    `models_key` the models.
    """

    environment: str
    use_cases: dict[str, str]
    raw: s3.IBucket
    processed: s3.IBucket
    models: s3.IBucket
    data_key: kms.IKey
    models_key: kms.IKey

    @property
    def names(self) -> list[str]:
        """What pipelines, model package groups and jobs of the use cases are named after."""
        return [f"{self.environment}-{slug}" for slug in self.use_cases.values()]


class NotebookRole(Construct):
    """Reads the data of some use cases, writes in a sandbox of its own, and starts their jobs, under their roles only.

    It approves and deploys nothing, and reaches no model but what such jobs left, and endpoints.

    Args:
        notebook: name of the one instance that has it.
        reach: what it works on.
        placement: where its network interface is.
        repository: statements that its Git repository needs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        notebook: str,
        reach: NotebookReach,
        placement: Placement,
        repository: Sequence[Statement],
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        data, work = _data(arns, reach, notebook), _work(arns, reach)
        instance = [
            own_instance(arns, notebook),
            *notebook_logs(arns, notebook),
            *join_network(arns, placement),
            *repository,
        ]
        self.role = iam.Role(
            self,
            "Resource",
            description=f"Code in the notebook {notebook}",
            assumed_by=sagemaker_of(arns),
            inline_policies={"Data": document(data), "Work": document(work), "Instance": document(instance)},
        )
        folder = "The folders of its use cases in a bucket, its own sandbox in them, and what its jobs trained."
        why = (
            "Jobs and log streams are named by who starts them, after environment and use case, versions of a model "
            "and executions of a pipeline by number, job roles by CloudFormation, network interfaces by nobody before "
            "they exist; what EC2 describes knows no resource."
        )
        inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "The policies belong to this one role and go with it."}
        acknowledge(
            self.role,
            lambda: (
                wildcards(self.role, data, folder, [reach.raw, reach.processed, reach.models])
                | wildcards(self.role, [*work, *instance], why)
                | inline
            ),
        )


def _data(arns: Arns, reach: NotebookReach, notebook: str) -> list[Statement]:
    key = reach.data_key.key_arn
    groups = dict(zip(reach.use_cases, reach.names, strict=True))
    return [
        *files(reach.raw.bucket_arn, reach.processed.bucket_arn, list(reach.use_cases), notebook),
        *use_key(key),
        encrypt_volume_in_reach(key),
        *fitted(arns, reach.models.bucket_arn, reach.models_key.key_arn, groups),
    ]


def _work(arns: Arns, reach: NotebookReach) -> list[Statement]:
    return [
        *pipelines(arns, reach.names),
        *jobs(
            arns,
            reach.names,
            reach.environment,
            list(reach.use_cases.values()),
            data_key=reach.data_key.key_arn,
            models_key=reach.models_key.key_arn,
        ),
        *models(arns, reach.names),
    ]
