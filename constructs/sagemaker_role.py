"""What every role that SageMaker takes has in common."""

from collections.abc import Iterable, Mapping, Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge
from constructs.placement import Placement
from constructs.statements import Statement, allow, pass_role, service_of
from constructs.wildcard_findings import wildcards

SAGEMAKER = "sagemaker.amazonaws.com"
_PIPELINE_JOBS = "pipelines-*"  # as Pipelines names them
_PROCESSING_LOGS = "/aws/sagemaker/ProcessingJobs"  # SageMaker's; all jobs of an account share it

_INTERFACES = ("CreateNetworkInterfacePermission", "DeleteNetworkInterface", "DeleteNetworkInterfacePermission")
_NETWORK = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")


def sagemaker_of(arns: Arns) -> iam.ServicePrincipal:
    """Return SageMaker as a principal, acting for this account and region only (the confused deputy)."""
    return service_of(SAGEMAKER, arns, "*")


def jobs_role(scope: Construct, *, path: str, description: str) -> iam.Role:
    """Make the role, `Resource` of its scope, that SageMaker runs jobs with."""
    principal = sagemaker_of(Arns.of(scope))
    return iam.Role(scope, "Resource", path=path, description=description, assumed_by=principal)


def own_policy(
    scope: Construct,
    role: iam.Role,
    *,
    name: str,
    statements: Sequence[Statement],
    why: str,
    buckets: Iterable[s3.IBucket],
) -> iam.CfnPolicy:
    """Give a role a policy of its own, which lets it pass itself to the jobs that it makes as well.

    One inside the role could not name the role.

    Args:
        scope: what has the role; the policy's id in it is `Policy`.
        role: whose policy it is.
        name: of the policy.
        statements: what else it allows.
        why: the reason for its wildcards, as a reviewer would accept it.
        buckets: those that the statements name.
    """
    allowed = [*statements, pass_role([role.role_arn], SAGEMAKER)]
    policy = iam.CfnPolicy(
        scope,
        "Policy",
        policy_name=name,
        policy_document={"Version": "2012-10-17", "Statement": allowed},
        roles=[role.role_name],
    )
    inline = {"NIST.800.53.R5-IAMNoInlinePolicy": "The policy belongs to this one role and goes with it."}
    acknowledge(policy, lambda: wildcards(policy, allowed, why, buckets) | inline)
    return policy


def job_logs(arns: Arns, jobs: Mapping[str, Sequence[str]]) -> list[Statement]:
    """Allow jobs to log: names of the groups, which are SageMaker's, each with the beginnings of its streams' names."""
    groups = {arns.arn("logs", f"log-group:{name}"): names for name, names in jobs.items()}
    streams = [f"{group}:log-stream:{name}" for group, names in groups.items() for name in names]
    return [
        # CloudWatch Logs checks these two on "<group>:log-stream:", so that the group alone would not match.
        allow(["logs:CreateLogGroup", "logs:DescribeLogStreams"], [f"{group}:*" for group in groups]),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], streams),
    ]


def job_metrics(namespaces: Iterable[str]) -> Statement:
    """Allow jobs to write metrics, which are no resources; the namespace is the limit."""
    return allow(["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": list(namespaces)}})


def pipeline_jobs(arns: Arns, kinds: Mapping[str, str]) -> list[Statement]:
    """Allow jobs that a pipeline makes and names, with their logs and metrics.

    Args:
        arns: of the stack.
        kinds: such as `ProcessingJob`, with the part of an ARN: `processing-job`.
    """
    verbs = ("Create", "Describe", "Stop")
    return [
        *(
            allow(
                ["sagemaker:AddTags", *(f"sagemaker:{verb}{kind}" for verb in verbs)],
                [arns.arn("sagemaker", f"{part}/{_PIPELINE_JOBS}")],
            )
            for kind, part in kinds.items()
        ),
        *job_logs(arns, {_PROCESSING_LOGS: [_PIPELINE_JOBS]}),
        job_metrics([_PROCESSING_LOGS]),
    ]


def join_network(arns: Arns, placement: Placement) -> list[Statement]:
    """Allow network interfaces in the subnets and with the security group of a placement.

    As "Give SageMaker jobs access to resources in your Amazon VPC", in the developer guide; what is described knows no
    resource, and interfaces have no name before they exist.
    """
    interfaces = arns.arn("ec2", "network-interface/*")
    return [
        allow(["ec2:CreateNetworkInterface"], [interfaces, *placement.arns(arns)]),
        allow([f"ec2:{action}" for action in _INTERFACES], [interfaces]),
        allow([f"ec2:Describe{things}" for things in _NETWORK], ["*"]),
    ]
