"""What the annotation function of one use case may do."""

from constructs import Construct

from constructs.function_role import function_role
from constructs.function_statements import Running, run_function
from constructs.labelling_role import JOBS, LabellingPlaces
from constructs.statements import allow


class AnnotationRole(Construct):
    """Reads what workers answered in the labelling jobs of one use case, and nothing else of it.

    Args:
        places: where they lie.
        running: how the function runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        places: LabellingPlaces,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        statements = run_function(
            running,
            allow(["s3:GetObject"], [f"{places.labelled.bucket_arn}/{places.use_case}/{JOBS}/*"]),
            allow(["kms:Decrypt"], [places.data_key]),
        )
        self.role = function_role(
            self,
            description=f"The annotation function of {places.use_case}",
            policies={"Run": statements},
            why="Jobs have folders of their own; tracing and a function's network interfaces know no resource.",
            buckets=[places.labelled],
        )
