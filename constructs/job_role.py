"""The role that makes the jobs of a use case's pipeline, and that those jobs run with."""

from collections.abc import Iterable

from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs.arns import Arns
from constructs.placement import Placement
from constructs.sagemaker_role import job_logs, job_metrics, jobs_role, join_network, own_policy
from constructs.statements import Statement, allow

_NAMES = ("pipelines-*",)
# A search's name has 32 characters at most and no "pipelines-": <execution>-<step>-<random>. Its training jobs have its
# name and a number. Whether ARNs keep the step's capitals is not documented.
_NAMES_OF_SEARCHES = ("*-Train-*", "*-train-*")


def job_role_path(environment: str, slug: str) -> str:
    """Return the path of the job roles of a use case, by which policies that are deployed earlier know them.

    >>> job_role_path("dev", "flight-delays")
    '/ml-loop/dev/flight-delays/jobs/'
    """
    return f"/ml-loop/{environment}/{slug}/jobs/"


class JobRole(Construct):
    """Makes, watches and stops the jobs of a pipeline, and registers models in one group.

    Jobs that people start with it are named after the group, `<group>-*`; they too write logs.

    What SageMaker does with the role: "How to use SageMaker execution roles" (CreateProcessingJob, CreateTrainingJob,
    CreateHyperParameterTuningJob) and "IAM access management" of pipelines, in the developer guide. The training jobs
    of a search are made by SageMaker, so that a role with a search makes none itself.

    Args:
        path: of the role, as `job_role_path` has it.
        model_package_group: name of the group.
        searches: whether the pipeline searches for hyperparameters, in the place of training once.
        placement: where jobs run.
        access: what jobs reach: image, code, data, keys.
        buckets: those that `access` names.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        path: str,
        model_package_group: str,
        searches: bool,
        placement: Placement,
        access: Iterable[Statement],
        buckets: Iterable[s3.IBucket],
    ) -> None:
        super().__init__(scope, construct_id)
        arns = Arns.of(scope)
        self.role = jobs_role(
            self, path=path, description=f"Runs the training pipeline of {model_package_group} and its jobs"
        )
        statements = [
            *_jobs(arns, searches),
            _registration(arns, model_package_group),
            *_logs_and_metrics(arns, model_package_group, searches),
            *join_network(arns, placement),
            *access,
        ]
        self.policy = own_policy(
            self,
            self.role,
            name="jobs",
            statements=statements,
            why="Jobs and log streams are named by the pipeline or by who starts them, versions of the model package "
            "group by number, network interfaces by nobody before they exist, objects lie in the use case's own "
            "folder; metrics, login to ECR and what EC2 describes know no resource.",
            buckets=buckets,
        )


def _jobs(arns: Arns, searches: bool) -> list[Statement]:
    training = "HyperParameterTuningJob" if searches else "TrainingJob"
    kinds = {
        "ProcessingJob": [arns.arn("sagemaker", f"processing-job/{name}") for name in _NAMES],
        "TrainingJob": [arns.arn("sagemaker", f"training-job/{name}") for name in _NAMES],
        "HyperParameterTuningJob": [
            arns.arn("sagemaker", f"hyper-parameter-tuning-job/{name}") for name in _NAMES_OF_SEARCHES
        ],
    }
    more = ["sagemaker:ListTrainingJobsForHyperParameterTuningJob"] if searches else []
    return [
        allow(
            ["sagemaker:AddTags", *(f"sagemaker:{verb}{kind}" for verb in ("Create", "Describe", "Stop")), *also],
            kinds[kind],
        )
        for kind, also in (("ProcessingJob", []), (training, more))
    ]


def _registration(arns: Arns, group: str) -> Statement:
    return allow(
        [
            "sagemaker:AddTags",
            "sagemaker:CreateModelPackage",
            "sagemaker:DescribeModelPackage",
            "sagemaker:DescribeModelPackageGroup",
        ],
        [arns.arn("sagemaker", f"model-package{suffix}") for suffix in (f"-group/{group}", f"/{group}/*")],
    )


def _logs_and_metrics(arns: Arns, group: str, searches: bool) -> list[Statement]:
    # SageMaker names these groups itself; all jobs of an account share them.
    jobs = {
        "/aws/sagemaker/ProcessingJobs": _NAMES,
        "/aws/sagemaker/TrainingJobs": _NAMES_OF_SEARCHES if searches else _NAMES,
    }
    return [
        *job_logs(arns, {name: [*made, f"{group}-*"] for name, made in jobs.items()}),
        job_metrics(jobs),
    ]
