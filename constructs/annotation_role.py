"""What the annotation function of one use case may do."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.function_role import function_role
from constructs.function_statements import run_function
from constructs.labelling_role import JOBS, LabellingPlaces
from constructs.statements import allow


class AnnotationRole(Construct):
    """Reads what workers answered in the labelling jobs of one use case, and nothing else of it.

    Args:
        places: where they lie.
        key: of the function's settings.
        log_group: where the function logs.
        inside_network: whether it needs network interfaces.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        places: LabellingPlaces,
        key: kms.IKey,
        log_group: logs.ILogGroup,
        inside_network: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = run_function(
            allow(["s3:GetObject"], [f"{places.labelled.bucket_arn}/{places.use_case}/{JOBS}/*"]),
            allow(["kms:Decrypt"], [places.data_key]),
            key=key,
            log_group=log_group,
            inside_network=inside_network,
        )
        self.role = function_role(
            self,
            description=f"The annotation function of {places.use_case}",
            policies={"Run": statements},
            why="Jobs have folders of their own; tracing and a function's network interfaces know no resource.",
            buckets=[places.labelled],
        )
