"""What code in a notebook may do, part by part; `names` are `<environment>-<slug>` of the use cases it works on."""

from collections.abc import Mapping, Sequence

from constructs.arns import Arns
from constructs.job_role import job_role_path
from constructs.sagemaker_role import SAGEMAKER
from constructs.statements import Statement, allow, pass_role

SANDBOX = "sandbox"
TRAININGS = "training"  # below a use case's models: a folder for each training job
_JOBS = {"processing": "Processing", "training": "Training", "hyper-parameter-tuning": "HyperParameterTuning"}


def files(raw: str, processed: str, folders: Sequence[str], notebook: str) -> list[Statement]:
    """Read the folders of use cases in the buckets `raw` and `processed` (ARNs), write in the notebook's sandbox there.

    The sandbox is `<processed>/<use case>/sandbox/<notebook>/`, inside the folder that jobs of the use case reach.
    """
    sandboxes = [f"{processed}/{folder}/{SANDBOX}/{notebook}/*" for folder in folders]
    prefixes = [prefix for folder in folders for prefix in (folder, f"{folder}/*")]
    return [
        allow(["s3:GetBucketLocation"], [raw, processed]),
        allow(["s3:ListBucket"], [raw, processed], {"StringLike": {"s3:prefix": prefixes}}),
        allow(["s3:GetObject"], [f"{bucket}/{folder}/*" for bucket in (raw, processed) for folder in folders]),
        allow(["s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"], sandboxes),
    ]


def pipelines(arns: Arns, names: Sequence[str]) -> list[Statement]:
    """Start the pipelines of the use cases, and follow and stop their executions."""
    return [
        allow(
            ["sagemaker:DescribePipeline", "sagemaker:ListPipelineExecutions", "sagemaker:StartPipelineExecution"],
            [arns.arn("sagemaker", f"pipeline/{name}") for name in names],
        ),
        allow(
            [
                "sagemaker:DescribePipelineExecution",
                "sagemaker:ListPipelineExecutionSteps",
                "sagemaker:ListPipelineParametersForExecution",
                "sagemaker:StopPipelineExecution",
            ],
            [arns.arn("sagemaker", f"pipeline/{name}/execution/*") for name in names],
        ),
    ]


def jobs(
    arns: Arns, names: Sequence[str], environment: str, slugs: Sequence[str], *, data_key: str, models_key: str
) -> list[Statement]:
    """Make jobs named after the use cases, under the job roles of these and no other role; read their logs.

    The environment's keys (ARNs) and no others encrypt them: volumes the data key, outputs one of both. Network and
    isolation are the permissions boundary's.
    """
    keys = {"sagemaker:VolumeKmsKeyArn": data_key, "sagemaker:OutputKmsKeyArn": [data_key, models_key]}
    made = [
        statement
        for kind, title in _JOBS.items()
        for jobs in [[arns.arn("sagemaker", f"{kind}-job/{name}-*") for name in names]]
        for statement in (
            allow([f"sagemaker:Create{title}Job"], jobs, {"ArnEquals": keys}),
            allow(["sagemaker:AddTags", *(f"sagemaker:{verb}{title}Job" for verb in ("Describe", "Stop"))], jobs),
        )
    ]
    roles = [f"arn:{arns.partition}:iam::{arns.account}:role{job_role_path(environment, slug)}*" for slug in slugs]
    groups = [arns.arn("logs", f"log-group:/aws/sagemaker/{title}Jobs") for title in ("Processing", "Training")]
    return [
        *made,
        pass_role(roles, SAGEMAKER),
        # CloudWatch Logs checks this on "<group>:log-stream:".
        allow(["logs:DescribeLogStreams"], [f"{group}:*" for group in groups]),
        allow(["logs:GetLogEvents"], [f"{group}:log-stream:{name}-*" for group in groups for name in names]),
    ]


def models(arns: Arns, names: Sequence[str]) -> list[Statement]:
    """Look at the registered models of the use cases, and ask their endpoints."""
    packages = [arns.arn("sagemaker", f"model-package/{name}/*") for name in names]
    groups = [arns.arn("sagemaker", f"model-package-group/{name}") for name in names]
    endpoints = [arns.arn("sagemaker", f"endpoint/{name}") for name in names]
    return [
        allow(["sagemaker:DescribeModelPackage"], packages),
        allow(["sagemaker:DescribeModelPackageGroup"], groups),
        allow(["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"], endpoints),
    ]


def fitted(arns: Arns, models: str, key: str, names: Mapping[str, str]) -> list[Statement]:
    """Read the models that jobs named after the use cases left, as the notebook's are; not those of pipelines.

    Args:
        arns: makes ARNs.
        models: ARN of the bucket.
        key: ARN of its key; through S3 alone, so that what may be read is what may be decrypted.
        names: the folder of each use case to the name that its jobs begin with.
    """
    objects = [f"{models}/{folder}/{TRAININGS}/{name}-*" for folder, name in names.items()]
    through_s3 = {"StringEquals": {"kms:ViaService": f"s3.{arns.region}.amazonaws.com"}}
    return [allow(["s3:GetObject"], objects), allow(["kms:Decrypt"], [key], through_s3)]


def own_instance(arns: Arns, notebook: str) -> Statement:
    """Look at the instance itself, and stop it."""
    actions = ["sagemaker:DescribeNotebookInstance", "sagemaker:StopNotebookInstance"]
    return allow(actions, [arns.arn("sagemaker", f"notebook-instance/{notebook}")])


def notebook_logs(arns: Arns, notebook: str) -> list[Statement]:
    """Let SageMaker write the instance's logs; it names the group itself, for all instances of the account."""
    group = arns.arn("logs", "log-group:/aws/sagemaker/NotebookInstances")
    return [
        allow(["logs:CreateLogGroup", "logs:DescribeLogStreams"], [f"{group}:*"]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{group}:log-stream:{notebook}/*"]),
    ]


def open_codecommit(arns: Arns, repository: str) -> list[Statement]:
    """Pull and push one CodeCommit repository of the same account and region."""
    return [allow(["codecommit:GitPull", "codecommit:GitPush"], [arns.arn("codecommit", repository)])]


def read_secret(secret_arn: str) -> list[Statement]:
    """Read the credentials of a Git repository."""
    return [allow(["secretsmanager:GetSecretValue"], [secret_arn])]
