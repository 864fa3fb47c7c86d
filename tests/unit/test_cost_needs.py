"""What resources need that AWS bills, counted by hand. In these tables everything costs one dollar."""

import json
from decimal import Decimal
from typing import Any

import pytest

from config.usage import Usage, UseCaseUsage
from ops.assembly.model import Resource, Stack
from ops.cost.model import Bill, Part
from ops.cost.needs.functions import runs_a_month
from tests.unit.cost_kit import SERVING, billed, nothing, ones, resource, stack

EMPTY = nothing()


def amounts(bill: Bill) -> dict[tuple[str, str], Decimal]:
    """Return what is paid, by what it is and when; of nothing nothing is said."""
    return {(line.need.what, line.need.part.value): line.usd for line in bill.lines if line.usd}


def each(**usage: Any) -> UseCaseUsage:
    return EMPTY.each.model_copy(update=usage)


def uses(**usage: Any) -> Usage:
    return EMPTY.model_copy(update=usage)


def alarm(**properties: Any) -> Resource:
    return resource("AWS::CloudWatch::Alarm", **properties)


def door(service: str, zones: int) -> Resource:
    subnets = [{"Ref": f"Subnet{place}"} for place in range(zones)]
    return resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", ServiceName=service, SubnetIds=subnets)


def stat(period: int) -> dict[str, Any]:
    return {"Id": f"m{period}", "MetricStat": {"Period": period, "Stat": "Sum"}}


@pytest.mark.parametrize(
    ("found", "paid"),
    [
        (resource("AWS::KMS::Key"), {("key", "idle"): 1}),
        (alarm(Period=300), {("alarm", "idle"): 1}),
        (alarm(Metrics=[stat(300), stat(60), {"Id": "e", "Expression": "m300/m60"}]), {("alarm", "idle"): 2}),
        (alarm(Period=10), {("alarm", "idle"): 1}),
        (resource("AWS::CloudWatch::CompositeAlarm"), {("composite alarm", "idle"): 1}),
        (resource("AWS::CloudWatch::Dashboard"), {("dashboard", "idle"): 1}),
        (door("com.amazonaws.eu-west-1.api", 2), {("interface endpoint api in 2 zones", "idle"): 1460}),
        (door("aws.sagemaker.eu-west-1.notebook", 1), {("interface endpoint notebook in 1 zone", "idle"): 730}),
        (resource("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway", ServiceName="s3"), {}),
        (resource("AWS::EC2::VPCEndpoint", ServiceName="s3"), {}),
        (resource("AWS::EC2::FlowLog", LogDestinationType="s3"), {}),
        (resource("AWS::SQS::Queue"), {}),
        (resource("AWS::IAM::Role"), {}),
        (resource("Custom::Something"), {}),
        (resource("AWS::Budgets::Budget"), {}),
    ],
)  # fmt: skip
def test_what_is_paid_while_nobody_does_anything(found: Resource, paid: dict[tuple[str, str], int]) -> None:
    assert amounts(billed(stack(found))) == paid


def test_an_alarm_that_looks_every_ten_seconds_is_of_another_price() -> None:
    (line,) = (line for line in billed(stack(alarm(Period=10))).lines if line.type)
    assert line.price == "AmazonCloudWatch:CW:HighResAlarmMonitorUsage"


@pytest.mark.parametrize("type_", ["AWS::EC2::NatGateway", "AWS::EC2::Instance", "Vendor::Of::Something"])
def test_a_type_that_nobody_knows_is_unpriced_and_not_free(type_: str) -> None:
    bill = billed(stack(resource(type_)))
    assert bill.unpriced == (f"{type_}: the resource itself",)
    assert bill.usd() == 0


QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}


@pytest.mark.parametrize(
    ("properties", "polls"),
    [
        ({"EventSourceArn": QUEUE, "ScalingConfig": {"MaximumConcurrency": 2}}, 5 * 180 * 730),
        ({"EventSourceArn": QUEUE}, 2 * 180 * 730),
        ({"EventSourceArn": "arn:aws:sqs:eu-west-1:1:queue"}, 2 * 180 * 730),
        ({"EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]}}, 0),
        ({"EventSourceArn": "arn:aws:dynamodb:eu-west-1:1:table/x/stream/y"}, 0),
        ({}, 0),
    ],
)
def test_lambda_polls_queues_day_and_night(properties: dict[str, Any], polls: int) -> None:
    mapping = resource("AWS::Lambda::EventSourceMapping", **properties)
    others = resource("AWS::SQS::Queue", "Queue"), resource("AWS::DynamoDB::Table", "Table")
    assert billed(stack(mapping, *others)).usd() == polls


FUNCTION = resource("AWS::Lambda::Function", "Function", MemorySize=512, Architectures=["arm64"])


def test_a_schedule_calls_the_largest_function_at_most() -> None:
    rule = resource("AWS::Events::Rule", ScheduleExpression="rate(1 hour)", Targets=[{"Arn": "x"}])
    smaller = resource("AWS::Lambda::Function", "Smaller", MemorySize=128)
    bill = billed(stack(rule, FUNCTION, smaller), usage=uses(function_ms=2000))
    assert amounts(bill) == {
        ("calls on a schedule: requests", "idle"): 730,
        ("calls on a schedule: GB-seconds", "idle"): 730 * 2 * Decimal("0.5"),
    }
    assert {line.price for line in bill.lines if line.usd} == {
        "AWSLambda:Request-ARM",
        "AWSLambda:Lambda-GB-Second-ARM",
    }


def test_a_function_that_is_traced_pays_for_traces() -> None:
    traced = resource("AWS::Lambda::Function", "F", MemorySize=1024, TracingConfig={"Mode": "Active"})
    bill = billed(stack(traced), usage=uses(function_calls=10, function_ms=1000))
    assert amounts(bill) == {
        ("calls of functions: requests", "used"): 10,
        ("calls of functions: GB-seconds", "used"): 10,
        ("calls of functions: traces", "used"): 10,
    }


@pytest.mark.parametrize(
    ("rule", "calls"),
    [
        ({"ScheduleExpression": "rate(1 hour)", "State": "DISABLED"}, 0),
        ({"EventPattern": {"source": ["aws.sagemaker"]}}, 0),
        ({"ScheduleExpression": "rate(1 day)", "Targets": [1, 2]}, 730 * 2 / 24),
        ({"ScheduleExpression": "nonsense"}, 0),
    ],
)
def test_only_schedules_that_run_are_paid(rule: dict[str, Any], calls: float) -> None:
    bill = billed(stack(resource("AWS::Events::Rule", **rule), FUNCTION))
    assert float(bill.usd()) == pytest.approx(calls)


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("rate(1 minute)", 43_800),
        ("rate(6 hours)", 730 / 6),
        ("cron(0 18 * * ? *)", 730 / 24),
        ("cron(0/15 * * * ? *)", 4 * 730),
        ("cron(0,30 8-17 ? * MON-FRI *)", 2 * 10 * 730 / 24),
        ("cron(5/10 0-5/2 * * ? *)", 6 * 3 * 730 / 24),
        ("cron(* * * * ? *)", 60 * 730),
        ("cron(1)", 0),
        ("", 0),
        ("rate(0 minutes)", 43_800),
    ],
)
def test_how_often_a_schedule_runs_at_most(schedule: str, runs: float) -> None:
    assert float(runs_a_month(schedule)) == pytest.approx(runs)


def serving(*variants: Any, shadow: Any = None, **config: Any) -> Stack:
    more = {"ShadowProductionVariants": shadow} if shadow is not None else {}
    found = {"ProductionVariants": list(variants), **more, **config}
    endpoint = resource("AWS::SageMaker::EndpointConfig", condition="ChampionFilled", **found)
    return stack(endpoint, name="flight-delays-serving", use_case="flight-delays", sections=SERVING)


CHAMPION = {"VariantName": "champion", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
CHALLENGER = {"Fn::If": ["ChallengerFilled", {**CHAMPION, "VariantName": "challenger"}, {"Ref": "AWS::NoValue"}]}


def test_instances_are_paid_by_the_hour_while_a_model_is_live() -> None:
    tables = ones("AmazonSageMaker:Host:ml.m5.large")
    bill = billed(serving(CHAMPION, CHALLENGER), tables=tables)
    assert amounts(bill) == {("ml.m5.large, champion", "live"): 1460}
    assert billed(serving(CHAMPION, CHALLENGER), tables=tables, live={}).usd() == 0
    half = billed(serving(CHAMPION), tables=tables, each=each(live_hours=365))
    assert half.usd(Part.LIVE) == 730
    assert half.usd(Part.IDLE) == 0


def test_a_shadow_and_a_volume_are_paid_like_a_champion() -> None:
    shadow = [{**CHAMPION, "VariantName": "shadow", "InitialInstanceCount": "1", "VolumeSizeInGB": 10}]
    bill = billed(serving(CHAMPION, shadow=shadow), tables=ones("AmazonSageMaker:Host:ml.m5.large"))
    assert amounts(bill) == {
        ("ml.m5.large, champion", "live"): 1460,
        ("ml.m5.large, shadow", "live"): 730,
        ("volume, shadow", "live"): 10,
    }


def test_bytes_of_requests_and_answers_are_paid() -> None:
    found = billed(serving(CHAMPION), each=each(requests=1_000_000, request_kb=100, answer_kb=7))
    assert amounts(found) == {("data in", "used"): 100, ("data out", "used"): 7}


def test_a_serverless_endpoint_is_paid_by_the_time_of_its_requests() -> None:
    variant = {"VariantName": "champion", "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}
    bill = billed(serving(variant), each=each(requests=1000, request_ms=250))
    assert amounts(bill) == {("serverless 2 GB, champion", "used"): 250}
    kept = {**variant, "ServerlessConfig": {**variant["ServerlessConfig"], "ProvisionedConcurrency": 1}}  # type: ignore[dict-item]
    assert billed(serving(kept)).unpriced == ("AWS::SageMaker::EndpointConfig: serverless 2 GB, champion: kept ready",)


def test_a_notebook_is_paid_while_it_runs_and_its_volume_always() -> None:
    notebook = resource("AWS::SageMaker::NotebookInstance", InstanceType="ml.t3.medium", VolumeSizeInGB=20)
    tables = ones("AmazonSageMaker:Studio:KernelGateway-ml.t3.medium")
    bill = billed(stack(notebook), tables=tables, usage=uses(notebook_hours=40))
    assert amounts(bill) == {("ml.t3.medium, notebook", "used"): 40, ("volume of a notebook", "idle"): 20}
    assert {line.need.what for line in bill.lines if line.instead} == {"ml.t3.medium, notebook"}


def processing(name: str, instance_type: Any = "ml.m5.large", count: int = 1) -> dict[str, Any]:
    cluster = {"InstanceCount": count, "InstanceType": instance_type, "VolumeSizeInGB": 30}
    return {"Name": name, "Type": "Processing", "Arguments": {"ProcessingResources": {"ClusterConfig": cluster}}}


def pipeline(*steps: Any, part: str = "training", parameters: Any = ()) -> Stack:
    text = json.dumps({"Version": "2020-12-01", "Parameters": list(parameters), "Steps": list(steps)})
    first, last = text[:40], text[40:]
    body = {"Fn::Join": ["", [first, last.replace("KEY", ""), {"Ref": "AWS::NoValue"}]]}
    found = resource("AWS::SageMaker::Pipeline", PipelineDefinition={"PipelineDefinitionBody": body})
    return stack(found, name=f"flight-delays-{part}", use_case="flight-delays")


MACHINES = ones(*(f"AmazonSageMaker:{name}:ml.m5.large" for name in ("Processing", "Train", "Tsform")))
TIMES = each(pipeline_runs=2, batch_runs=3, experiment_looks=5, monitor_looks=7, processing_minutes=30)


@pytest.mark.parametrize(
    ("part", "runs"), [("training", 2), ("batch", 3), ("experiment", 5), ("monitoring", 7), ("other", 2)]
)
def test_a_step_is_paid_for_each_run_of_its_kind_of_pipeline(part: str, runs: int) -> None:
    bill = billed(pipeline(processing("Prepare", count=2), part=part), tables=MACHINES, each=TIMES)
    hours = Decimal(runs)  # two machines, half an hour each
    found = amounts(bill)
    assert found.pop(("ml.m5.large, Prepare", "used")) == hours
    assert float(found.pop(("volumes of processing jobs", "used"))) == pytest.approx(float(30 * hours / 730))
    assert not found


def test_steps_of_every_kind_are_found_and_of_a_condition_the_longer_branch() -> None:
    cluster = {"InstanceCount": 1, "InstanceType": {"Get": "Parameters.Machine"}, "VolumeSizeInGB": 0}
    train = {"Name": "Train", "Type": "Training", "Arguments": {"ResourceConfig": cluster}}
    tune = {
        "Name": "Tune",
        "Type": "Tuning",
        "Arguments": {
            "HyperParameterTuningJobConfig": {"ResourceLimits": {"MaxNumberOfTrainingJobs": 10}},
            "TrainingJobDefinition": {"ResourceConfig": cluster},
        },
    }
    transform = {"Name": "Score", "Type": "Transform", "Arguments": {"TransformResources": cluster}}
    branches = {"IfSteps": [transform, processing("Collect")], "ElseSteps": [processing("CollectErrors")]}
    condition = {"Name": "Has", "Type": "Condition", "Arguments": branches}
    fail = {"Name": "Fails", "Type": "Fail", "Arguments": {}}
    given = [{"Name": "Machine", "Type": "String", "DefaultValue": "ml.m5.large"}]
    times = each(pipeline_runs=1, processing_minutes=60, training_minutes=120, transform_minutes=180)
    bill = billed(pipeline(train, tune, condition, fail, parameters=given), tables=MACHINES, each=times)
    found = {what: usd for (what, _), usd in amounts(bill).items() if not what.startswith("volumes")}
    assert found == {
        "ml.m5.large, Train": 2,
        "ml.m5.large, Tune": 20,
        "ml.m5.large, Score": 3,
        "ml.m5.large, Collect": 1,
    }


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"Steps": [{}]}', {"Ref": "Elsewhere"}, None, '{"Steps": 3}', "[" * 3000], ids=range(7)
)
def test_a_definition_that_cannot_be_read_is_unpriced(body: Any) -> None:
    found = resource("AWS::SageMaker::Pipeline", PipelineDefinition={"PipelineDefinitionBody": body})
    assert "cannot be read" in billed(stack(found)).unpriced[0]


def test_looks_of_model_monitor_are_paid() -> None:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 20}
    definition = resource("AWS::SageMaker::DataQualityJobDefinition", JobResources={"ClusterConfig": cluster})
    bill = billed(stack(definition), tables=MACHINES, each=TIMES)
    assert amounts(bill)["ml.m5.large, It", "used"] == Decimal("3.5")


def test_preparation_on_glue_and_batch_is_paid() -> None:
    job = resource("AWS::Glue::Job", "Glue", WorkerType="G.1X", NumberOfWorkers=3)
    asked = [{"Type": "VCPU", "Value": "4"}, {"Type": "MEMORY", "Value": "16384"}]
    batch = resource("AWS::Batch::JobDefinition", "Batch", ContainerProperties={"ResourceRequirements": asked})
    machine = resource(
        "AWS::StepFunctions::StateMachine", "Machine", DefinitionString=json.dumps({"States": {"A": {}, "B": {}}})
    )
    assert amounts(billed(stack(job, batch, machine), each=TIMES)) == {
        ("preparation on Glue", "used"): 3,
        ("preparation on Batch: CPUs", "used"): 4,
        ("preparation on Batch: memory", "used"): 16,
        ("transitions", "used"): 4,
    }


def test_buckets_hold_what_is_declared_for_their_names() -> None:
    stored = EMPTY.stored_gb.model_copy(update={"raw": 100, "capture": 5})
    raw = resource("AWS::S3::Bucket", "Raw2403193C", path="Raw/Resource")
    capture = resource("AWS::S3::Bucket", "Capture7E7C0655")
    other = resource("AWS::S3::Bucket", "Somebody")
    bill = billed(stack(raw, capture, other), usage=uses(stored_gb=stored, object_writes=3))
    assert amounts(bill) == {
        ("storage of raw", "used"): 100,
        ("storage of capture", "used"): 5,
        ("requests to S3 that write", "used"): 3,
    }


def test_what_the_environment_uses_as_a_whole_is_paid_once() -> None:
    group = resource("AWS::Logs::LogGroup", "Jobs", RetentionInDays=90)
    flows = resource("AWS::Logs::LogGroup", "Flows", RetentionInDays=30)
    flow_log = resource("AWS::EC2::FlowLog", "Log", LogGroupName={"Ref": "Flows"})
    others = [
        resource(type_, type_[-5:].replace(":", "")) for type_ in ("AWS::KMS::Key", "AWS::SNS::Topic", "AWS::EC2::VPC")
    ]
    usage = uses(log_gb=2, flow_log_gb=4, key_requests=7, mails=8, internet_gb=9, image_gb=10, interface_endpoint_gb=11)
    bill = billed(stack(group, flows, flow_log), stack(*others, name="other"), usage=usage)
    assert amounts(bill) == {
        ("key", "idle"): 1,
        ("flow logs", "used"): 4,
        ("logs written", "used"): 2,
        ("logs kept", "used"): 2 * 3 + 4,
        ("requests to KMS", "used"): 7,
        ("mails", "used"): 8,
        ("data to the internet", "used"): 9,
        ("images in ECR", "used"): 10,
    }


def test_a_use_case_has_metrics_and_labels() -> None:
    bill = billed(
        stack(resource("AWS::SQS::Queue"), use_case="digits"), each=each(custom_metrics=3, labelled_objects=500)
    )
    assert amounts(bill) == {("custom metrics", "idle"): 3}
    assert bill.unpriced == ("the environment: objects labelled by Ground Truth",)
