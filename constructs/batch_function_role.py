"""What the batch transform function may do."""

from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from constructs.arns import Arns
from constructs.function_role import function_role
from constructs.function_statements import Running, run_function, take_messages
from constructs.statements import Statement, allow, use_key

INCOMING = "to-score"  # in the raw bucket: a folder for each use case; no use case can have this name


@dataclass(frozen=True)
class BatchReach:
    """What the function works on: files to score, runs, and the queue that it takes messages from.

    `raw` and `processed` are buckets, `data_key` encrypts both, `runs` is the table of runs.
    """

    raw: s3.IBucket
    processed: s3.IBucket
    data_key: kms.IKey
    runs: dynamodb.ITable
    looks: sqs.IQueue


class BatchFunctionRole(Construct):
    """Lists files to score, starts batch pipelines of one environment, and writes their manifests.

    It reads no file to score: of the raw bucket it may list one prefix. In the bucket of processed data it reaches the
    folders `batch` of use cases alone.

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
        reach: BatchReach,
        running: Running,
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        score = _pipelines(arns, environment)
        files = _files(reach)
        run = run_function(
            running,
            allow(
                ["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
                [reach.runs.table_arn],
            ),
            take_messages(reach.looks),
        )
        self.role = function_role(
            self,
            description=f"The batch transform function of {environment}",
            policies={"Score": score, "Files": files, "Run": run},
            why=(
                "Pipelines, endpoints, models and folders of one environment, told by their names, so that a new use "
                "case needs no change here; tracing and a function's network interfaces know no resource."
            ),
            buckets=[reach.raw, reach.processed],
        )


def _pipelines(arns: Arns, environment: str) -> list[Statement]:
    def sagemaker(resource: str) -> str:
        return arns.arn("sagemaker", f"{resource}/{environment}-*")

    pipelines = sagemaker("pipeline") + "-batch"
    return [
        allow(["sagemaker:StartPipelineExecution"], [pipelines]),
        allow(
            ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps"],
            [f"{pipelines}/execution/*"],
        ),
        allow(["sagemaker:DescribeEndpoint"], [sagemaker("endpoint")]),
        allow(["sagemaker:DescribeEndpointConfig"], [sagemaker("endpoint-config")]),
        allow(["sagemaker:DescribeModel"], [sagemaker("model")]),
        allow(["sagemaker:DescribeModelPackage"], [sagemaker("model-package")]),
    ]


def _files(reach: BatchReach) -> list[Statement]:
    processed = reach.processed.bucket_arn
    return [
        allow(["s3:ListBucketVersions"], [reach.raw.bucket_arn], {"StringLike": {"s3:prefix": f"{INCOMING}/*"}}),
        allow(["s3:ListBucket", "s3:ListBucketVersions"], [processed], {"StringLike": {"s3:prefix": "*/batch/*"}}),
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], [f"{processed}/*/batch/*"]),
        *use_key(reach.data_key.key_arn),
    ]
