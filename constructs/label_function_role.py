"""What the label function may do."""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function, take_messages
from constructs.labelling_role import JOBS, TO_LABEL
from constructs.statements import Statement, allow, use_key

LABELLED, IMPORTS, CHOSEN = "labelled", "imports", "chosen"  # below the use case's own, in the bucket of labels


@dataclass(frozen=True)
class LabelReach:
    """What the function works on: objects in `raw`, labels in `labelled`, their key, its table, its queue."""

    raw: s3.IBucket
    labelled: s3.IBucket
    data_key: kms.IKey
    labels: dynamodb.ITable
    looks: sqs.IQueue


class LabelFunctionRole(Construct):
    """Lists objects to label, starts the state machines that make labelling jobs, and writes labels.

    It makes no job and passes no role: the machine of each use case does.

    Args:
        environment: whose use cases.
        reach: what it works on.
        running: how the function runs.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        reach: LabelReach,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        label = _jobs(Arns.of(scope), environment)
        files = _files(reach)
        run = run_function(
            running,
            allow(
                ["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                [reach.labels.table_arn],
            ),
            take_messages(reach.looks),
        )
        self.role = function_role(
            self,
            description=f"The label function of {environment}",
            policies={"Label": label, "Files": files, "Run": run},
            why=(
                "Jobs, machines, parameters and folders of one environment, told by their names, so that a new use "
                "case needs no change here; tracing and a function's network interfaces know no resource."
            ),
            buckets=[reach.raw, reach.labelled],
        )


def _jobs(arns: Arns, environment: str) -> list[Statement]:
    machine = f"{environment}-*-label"
    return [
        allow(["states:StartExecution"], [arns.arn("states", f"stateMachine:{machine}")]),
        allow(["states:DescribeExecution"], [arns.arn("states", f"execution:{machine}:*")]),
        allow(["sagemaker:DescribeLabelingJob"], [arns.arn("sagemaker", f"labeling-job/{environment}-*")]),
        allow(["ssm:GetParameter"], [arns.arn("ssm", f"parameter/ml-loop/{environment}/*/label")]),
    ]


def _files(reach: LabelReach) -> list[Statement]:
    labelled, objects = reach.labelled.bucket_arn, f"{reach.raw.bucket_arn}/{TO_LABEL}/*"
    listed = [f"*/{folder}/*" for folder in (JOBS, IMPORTS, CHOSEN)]
    return [
        allow(["s3:ListBucketVersions"], [reach.raw.bucket_arn], {"StringLike": {"s3:prefix": f"{TO_LABEL}/*"}}),
        allow(["s3:GetObjectVersion"], [objects]),  # texts, which stand in manifests themselves
        allow(["s3:ListBucket", "s3:ListBucketVersions"], [labelled], {"StringLike": {"s3:prefix": listed}}),
        allow(["s3:GetObject"], [f"{labelled}/{folder}" for folder in listed]),
        # Of what is chosen the answers alone: requests end with .jsonl.
        allow(
            ["s3:PutObject"], [f"{labelled}/*/{JOBS}/*", f"{labelled}/*/{LABELLED}/*", f"{labelled}/*/{CHOSEN}/*.json"]
        ),
        *use_key(reach.data_key.key_arn),
    ]
