"""A SageMaker notebook instance."""

from dataclasses import dataclass

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.placement import Placement

# CloudFormation replaces an instance, with its volume, when this changes.
PLATFORM = "notebook-al2023-v1"


@dataclass(frozen=True)
class Machine:
    """Instance type, and the volume that outlives a stop: GiB and the key that encrypts it."""

    instance_type: str
    volume_gb: int
    volume_key: kms.IKey


class NotebookInstance(Construct):
    """A notebook instance in the private network: no internet, no root, an encrypted volume, IMDSv2 only.

    Security Hub controls SageMaker.1, .2, .3, .8 and .21; `constructs/sagemaker_rules.py` holds every template to them.

    Args:
        name: physical name, by which people open it; another name is another instance with an empty volume.
        machine: its size.
        role: what code in it may do.
        placement: where it is; of the subnets, the first, since an instance is in one.
        lifecycle: name of its lifecycle configuration.
        repository: name of the code repository that it opens in, None for none.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        machine: Machine,
        role: iam.IRole,
        placement: Placement,
        lifecycle: str,
        repository: str | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource = sagemaker.CfnNotebookInstance(
            self,
            "Resource",
            notebook_instance_name=name,
            platform_identifier=PLATFORM,
            instance_type=machine.instance_type,
            volume_size_in_gb=machine.volume_gb,
            kms_key_id=machine.volume_key.key_arn,
            role_arn=role.role_arn,
            subnet_id=placement.subnet_ids[0],
            security_group_ids=[placement.security_group_id],
            direct_internet_access="Disabled",
            root_access="Disabled",
            instance_metadata_service_configuration={"minimumInstanceMetadataServiceVersion": "2"},
            lifecycle_config_name=lifecycle,
            default_code_repository=repository,
        )
