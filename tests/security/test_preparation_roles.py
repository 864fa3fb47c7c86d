"""What the roles of Glue, Batch, Spark and Step Functions may do: what their own requests ask for, and no more."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from retrain.events import Look
from tests.preparation_engines import reading_labels, templates
from tests.security.simulate import ACCOUNT, REGION, Cloud, Request
from tests.security.test_job_role import Plain, bucket, creation, key, resources

TRAINING, PREPARATION = "dev-flight-delays-training", "dev-flight-delays-preparation"
LOOP, CONTROL = "dev-flight-delays-loop", "dev-control"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
LOGS = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group"
SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
RULE = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/StepFunctionsGetEventsForBatchJobsRule"
ASSETS = f"arn:aws:s3:::cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"


@pytest.fixture(scope="module")
def clouds(synthesise: Callable[..., Any]) -> Callable[[str], Plain]:
    made: dict[str, Plain] = {}

    def cloud(engine: str) -> Plain:
        if engine not in made:
            made[engine] = Plain(templates(engine, synthesise, reading_labels))
        return made[engine]

    return cloud


def answers(cloud: Cloud, stack: str, role: str, requests: list[Request]) -> dict[str, str]:
    return cloud.verdicts(stack, role, requests)


def prepares(cloud: Cloud) -> list[Request]:
    """What every role needs that prepares data."""
    return [
        Request("s3:ListBucket", bucket(cloud, "Raw"), {"s3:prefix": "flight_delays/"}),
        Request("s3:GetObject", f"{bucket(cloud, 'Raw')}/flight_delays/flights.parquet"),
        Request("s3:ListBucket", bucket(cloud, "Labelled"), {"s3:prefix": "flight_delays/labelled/"}),
        Request("s3:GetObject", f"{bucket(cloud, 'Labelled')}/flight_delays/labelled/run.manifest"),
        Request("s3:PutObject", f"{bucket(cloud, 'Processed')}/flight_delays/prepared/abc/train/train.csv"),
        Request("s3:GetObject", f"{bucket(cloud, 'Processed')}/flight_delays/prepared/abc/_SUCCESS"),
        Request("kms:Decrypt", key(cloud, "Data")),
        Request("kms:GenerateDataKey", key(cloud, "Data")),
    ]


def strays(cloud: Cloud) -> list[Request]:
    """What no role may that prepares data."""
    return [
        Request("s3:PutObject", f"{bucket(cloud, 'Raw')}/flight_delays/flights.parquet"),
        Request("s3:DeleteObject", f"{bucket(cloud, 'Raw')}/flight_delays/flights.parquet"),
        Request("s3:GetObject", f"{bucket(cloud, 'Raw')}/handwritten_digits/images.parquet"),
        Request("s3:ListBucket", bucket(cloud, "Raw")),
        Request("s3:GetObject", f"{bucket(cloud, 'Labelled')}/flight_delays/labelling/run/labels.json"),
        Request("s3:GetObject", f"{bucket(cloud, 'Labelled')}/handwritten_digits/labelled/run.manifest"),
        Request("s3:PutObject", f"{bucket(cloud, 'Labelled')}/flight_delays/labelled/run.manifest"),
        Request("s3:PutObject", f"{bucket(cloud, 'Processed')}/flight_delays/abc/train/train.csv"),
        Request("s3:GetObject", f"{bucket(cloud, 'Models')}/flight_delays/abc/package/model.tar.gz"),
        Request("s3:GetObject", f"{ASSETS}/another.zip"),
        Request("kms:Decrypt", key(cloud, "Models")),
        Request("kms:ScheduleKeyDeletion", key(cloud, "Data")),
        Request("sagemaker:CreateProcessingJob", f"{SAGEMAKER}:processing-job/pipelines-abc"),
        Request("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/dev-x", {"iam:PassedToService": "glue.amazonaws.com"}),
        Request("ec2:CreateTags", f"{EC2}:instance/i-0123", {"aws:TagKeys": ["ml-loop:environment"]}),
    ]


def allowed(found: dict[str, str]) -> set[str]:
    return {text for text, result in found.items() if result == "Allowed"}


def test_the_glue_job_may_do_what_it_needs_and_no_more(clouds: Callable[[str], Plain]) -> None:
    cloud = clouds("glue")
    [job] = resources(cloud, PREPARATION, "AWS::Glue::Job").values()
    arguments = cloud.value(PREPARATION, job["Properties"])
    files = [arguments["Command"]["ScriptLocation"], *arguments["DefaultArguments"]["--extra-py-files"].split(",")]
    prefix = arguments["DefaultArguments"]["--custom-logGroup-prefix"]
    needed = [
        *prepares(cloud),
        *(Request("s3:GetObject", f"arn:aws:s3:::{file.removeprefix('s3://')}") for file in files),
        Request("s3:DeleteObject", f"{bucket(cloud, 'Processed')}/flight_delays/prepared/abc/scratch/part-0"),
        Request("ec2:CreateNetworkInterface", f"{EC2}:network-interface/eni-0123"),
        Request("ec2:CreateTags", f"{EC2}:network-interface/eni-1", {"aws:TagKeys": ["aws-glue-service-resource"]}),
        Request("ec2:DescribeVpcEndpoints", "*"),
        Request("glue:GetConnection", f"arn:aws:glue:{REGION}:{ACCOUNT}:connection/JobConnection1-abc"),
        Request("glue:GetSecurityConfiguration", "*"),
        Request("logs:PutLogEvents", f"{LOGS}:{prefix}/error:log-stream:jr_1-driver"),
        Request("logs:CreateLogStream", f"{LOGS}:{prefix}/output:log-stream:jr_1-driver"),
    ]
    assert allowed(answers(cloud, PREPARATION, "GlueRole", needed)) == {str(request) for request in needed}
    more = [
        Request("s3:DeleteObject", f"{bucket(cloud, 'Processed')}/flight_delays/abc/train/train.csv"),
        Request("ec2:CreateTags", f"{EC2}:network-interface/eni-1", {"aws:TagKeys": ["ml-loop:environment"]}),
        Request("glue:StartJobRun", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/another"),
        Request("logs:PutLogEvents", f"{LOGS}:/aws-glue/jobs/prod-flight-delays/error:log-stream:x"),
    ]
    assert allowed(answers(cloud, PREPARATION, "GlueRole", [*strays(cloud), *more])) == set()


def test_the_batch_container_may_do_what_it_needs_and_no_more(clouds: Callable[[str], Plain]) -> None:
    cloud = clouds("batch")
    [definition] = resources(cloud, PREPARATION, "AWS::Batch::JobDefinition").values()
    container = cloud.value(PREPARATION, definition["Properties"])["ContainerProperties"]
    variables = {variable["Name"]: variable["Value"] for variable in container["Environment"]}
    needed = [
        *prepares(cloud),
        *(Request("s3:GetObject", f"arn:aws:s3:::{uri.removeprefix('s3://')}") for uri in variables.values()),
    ]
    assert len(variables) == 2
    assert allowed(answers(cloud, PREPARATION, "RolesJob", needed)) == {str(request) for request in needed}
    more = [
        Request("s3:DeleteObject", f"{bucket(cloud, 'Processed')}/flight_delays/prepared/abc/train/train.csv"),
        Request("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/prepare"),
    ]
    assert allowed(answers(cloud, PREPARATION, "RolesJob", [*strays(cloud), *more])) == set()


def test_what_starts_the_container_may_pull_one_image_and_log(clouds: Callable[[str], Plain]) -> None:
    cloud = clouds("batch")
    needed = [
        Request("ecr:GetAuthorizationToken", "*"),
        Request("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/prepare"),
        Request("logs:PutLogEvents", f"{LOGS}:/aws/batch/dev-flight-delays-preparation:log-stream:prepare/default/1"),
    ]
    assert allowed(answers(cloud, PREPARATION, "RolesExecution", needed)) == {str(request) for request in needed}
    more = [
        Request("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/team/other"),
        Request("s3:GetObject", f"{bucket(cloud, 'Raw')}/flight_delays/flights.parquet"),
    ]
    assert allowed(answers(cloud, PREPARATION, "RolesExecution", [*strays(cloud), *more])) == set()


@pytest.mark.parametrize("engine", ["glue", "batch"])
def test_the_state_machine_may_run_its_own_job_and_start_its_own_pipeline(
    engine: str, clouds: Callable[[str], Plain]
) -> None:
    cloud = clouds(engine)
    [machine] = resources(cloud, PREPARATION, "AWS::StepFunctions::StateMachine").values()
    definition = json.loads(cloud.value(PREPARATION, machine["Properties"]["DefinitionString"]))
    parameters = definition["States"]["Prepare"]["Parameters"]
    runs = {"glue": glue_requests, "batch": batch_requests}[engine](parameters)
    needed = [
        *runs,
        Request("s3:GetObject", f"{bucket(cloud, 'Processed')}/flight_delays/prepared/abc/_SUCCESS"),
        Request("kms:Decrypt", key(cloud, "Data")),
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/dev-flight-delays"),
        Request("logs:CreateLogDelivery", "*"),
        Request("xray:PutTraceSegments", "*"),
    ]
    assert allowed(answers(cloud, PREPARATION, "MachineRole", needed)) == {str(request) for request in needed}
    more = [
        Request("sagemaker:StartPipelineExecution", f"{SAGEMAKER}:pipeline/prod-flight-delays"),
        Request("s3:PutObject", f"{bucket(cloud, 'Processed')}/flight_delays/prepared/abc/_SUCCESS"),
        Request("s3:GetObject", f"{bucket(cloud, 'Raw')}/flight_delays/flights.parquet"),
        Request("glue:StartJobRun", f"arn:aws:glue:{REGION}:{ACCOUNT}:job/another"),
        Request("batch:SubmitJob", f"arn:aws:batch:{REGION}:{ACCOUNT}:job-queue/another"),
        Request("events:PutRule", f"arn:aws:events:{REGION}:{ACCOUNT}:rule/another"),
        Request("states:StartExecution", f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:another"),
    ]
    assert allowed(answers(cloud, PREPARATION, "MachineRole", [*strays(cloud), *more])) == set()


@pytest.mark.parametrize("engine", ["glue", "batch"])
def test_the_loop_starts_that_machine_and_hears_of_its_end(engine: str, clouds: Callable[[str], Plain]) -> None:
    cloud = clouds(engine)
    [machine] = resources(cloud, PREPARATION, "AWS::StepFunctions::StateMachine").values()
    name = machine["Properties"]["StateMachineName"]
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{name}"
    rules = [one["Properties"] for one in resources(cloud, LOOP, "AWS::Events::Rule").values()]
    [over] = [rule for rule in rules if "states" in rule.get("EventPattern", {}).get("source", [""])[0]]
    assert cloud.value(LOOP, over["EventPattern"]["detail"]["stateMachineArn"][0]) == arn
    for rule in rules:
        [target] = rule["Targets"]
        look = Look.model_validate_json(cloud.value(LOOP, target["Input"]))
        assert look.terms.machine == arn
    execution = arn.replace(":stateMachine:", ":execution:")
    needed = [
        Request("states:StartExecution", arn),
        Request("states:ListExecutions", arn),
        Request("states:DescribeExecution", f"{execution}:turn-1-20260101T000000Z"),
    ]
    assert allowed(answers(cloud, CONTROL, "RetrainRole", needed)) == {str(request) for request in needed}
    more = [
        Request("states:StopExecution", f"{execution}:turn-1-20260101T000000Z"),
        Request("states:StartExecution", arn.replace("-preparation", "-label")),
        Request("states:StartExecution", arn.replace("dev-", "prod-")),
    ]
    assert allowed(answers(cloud, CONTROL, "RetrainRole", more)) == set()


def glue_requests(parameters: dict[str, Any]) -> list[Request]:
    job = f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{parameters['JobName']}"
    return [Request(f"glue:{verb}", job) for verb in ("StartJobRun", "GetJobRun", "BatchStopJobRun")]


def batch_requests(parameters: dict[str, Any]) -> list[Request]:
    job = f"arn:aws:batch:{REGION}:{ACCOUNT}:job/0123"
    return [
        Request("batch:SubmitJob", parameters["JobDefinition"]),
        Request("batch:SubmitJob", parameters["JobQueue"]),
        Request("batch:TerminateJob", job),
        Request("batch:DescribeJobs", "*"),
        *(Request(f"events:{verb}", RULE) for verb in ("PutRule", "PutTargets", "DescribeRule")),
    ]


def test_the_step_on_spark_is_isolated_and_its_role_reads_what_it_needs(clouds: Callable[[str], Plain]) -> None:
    cloud = clouds("spark")
    [pipeline] = resources(cloud, TRAINING, "AWS::SageMaker::Pipeline").values()
    text = cloud.value(TRAINING, pipeline["Properties"]["PipelineDefinition"]["PipelineDefinitionBody"])
    prepare = json.loads(text)["Steps"][0]
    given = [item["S3Input"]["S3Uri"] for item in prepare["Arguments"]["ProcessingInputs"]]
    files = [uri.removeprefix("s3://") for uri in given if isinstance(uri, str) and not uri.endswith("/")]
    registry = prepare["Arguments"]["AppSpecification"]["ImageUri"].split(".")[0]
    needed = [
        creation(prepare),
        *(Request("s3:GetObject", f"arn:aws:s3:::{file}") for file in files),
        Request("ecr:BatchGetImage", f"arn:aws:ecr:{REGION}:{registry}:repository/sagemaker-spark-processing"),
    ]
    assert len(files) == 3  # code, wheels, script
    assert allowed(answers(cloud, TRAINING, "JobRole", needed)) == {str(request) for request in needed}
    refused = answers(cloud, TRAINING, "JobRole", [creation(prepare, NetworkIsolation="false")])
    assert set(refused.values()) == {"ExplicitlyDenied"}


@pytest.mark.parametrize(
    ("engine", "role", "service"),
    [
        ("glue", "GlueRole", "glue.amazonaws.com"),
        ("glue", "MachineRole", "states.amazonaws.com"),
        ("batch", "RolesJob", "ecs-tasks.amazonaws.com"),
        ("batch", "RolesExecution", "ecs-tasks.amazonaws.com"),
    ],
)
def test_only_the_service_of_this_account_takes_a_role(
    engine: str, role: str, service: str, clouds: Callable[[str], Plain]
) -> None:
    roles = resources(clouds(engine), PREPARATION, "AWS::IAM::Role").items()
    [found] = [resource for name, resource in roles if name.startswith(role)]
    [trust] = found["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": service}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert "aws:SourceArn" in trust["Condition"]["ArnLike"]
