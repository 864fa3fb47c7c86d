"""Monitors of SageMaker Model Monitor beside the endpoint: what they say, and what follows the champion."""

import json
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.validate import ParamValidator

from config import load_environment
from config.images import image
from constructs.monitor_definition import (
    MODEL_BIAS,
    MODEL_EXPLAINABILITY,
    Analysis,
    MonitorJobs,
    definition_properties,
)
from local_cloud.clients import service_model
from local_cloud.sagemaker import constraints
from monitor import native
from monitor.events import Look
from shared.messages import Messages
from tests.cfn_lint import problems
from tests.unit import native_monitor_kit as kit

SERVING, MONITORING = "dev-flight-delays-serving", "dev-flight-delays-monitoring"
VERSION = {"Fn::Select": [2, {"Fn::Split": ["/", {"Fn::Join": ["", [{"Ref": "ChampionModelPackage"}, "//"]]}]}]}


@pytest.fixture(scope="module")
def made(synthesise: Callable[..., Any]) -> dict[str, Any]:
    """The templates of dev whose use case SageMaker watches."""
    return kit.synthesised(synthesise, load_environment("dev"))


@pytest.fixture(scope="module")
def serving(made: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = made[SERVING]["Resources"]
    return found


def one(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    [found] = [each for each in resources.values() if each["Type"] == kind]
    return dict(found)


def names(value: Any) -> str:
    return json.dumps(value)


def test_definitions_are_private_encrypted_and_of_the_champions_version(serving: dict[str, Any]) -> None:
    resource = one(serving, "AWS::SageMaker::DataQualityJobDefinition")
    assert resource["Condition"] == "ChampionFilled"
    properties = resource["Properties"]
    network = properties["NetworkConfig"]
    assert (network["EnableNetworkIsolation"], network["EnableInterContainerTrafficEncryption"]) == (True, True)
    assert network["VpcConfig"]["Subnets"]
    assert network["VpcConfig"]["SecurityGroupIds"]
    assert "VolumeKmsKeyId" in properties["JobResources"]["ClusterConfig"]
    assert "KmsKeyId" in properties["DataQualityJobOutputConfig"]
    assert properties["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}
    application = properties["DataQualityAppSpecification"]
    assert application["ImageUri"] == image("model-monitor", "ap-northeast-1")
    assert application["Environment"] == {"publish_cloudwatch_metrics": "Disabled"}
    for key, file in (("ConstraintsResource", "constraints"), ("StatisticsResource", "statistics")):
        parts = properties["DataQualityBaselineConfig"][key]["S3Uri"]["Fn::Join"][1]
        assert VERSION in parts
        text = names(parts)
        assert "flight_delays/monitoring/baselines/" in text
        assert f"/data-quality/{file}.json" in text
    assert properties["JobDefinitionName"]["Fn::Join"][1][1] == VERSION
    assert {tag["Key"] for tag in properties["Tags"]} == {
        "ml-loop:cost-center", "ml-loop:environment", "ml-loop:owner", "ml-loop:use-case",
    }  # fmt: skip


def test_model_quality_knows_where_predictions_stand_and_how_late_outcomes_come(serving: dict[str, Any]) -> None:
    properties = one(serving, "AWS::SageMaker::ModelQualityJobDefinition")["Properties"]
    given = properties["ModelQualityJobInput"]
    assert given["EndpointInput"] == {
        "EndpointName": "dev-flight-delays", "LocalPath": "/opt/ml/processing/input/endpoint", "S3InputMode": "File",
        "InferenceAttribute": "prediction", "ProbabilityAttribute": "probability",
        "StartTimeOffset": "-PT24H", "EndTimeOffset": "-PT24H",
    }  # fmt: skip
    assert "flight_delays/ground-truth" in names(given["GroundTruthS3Input"])
    application = properties["ModelQualityAppSpecification"]
    assert application["ProblemType"] == "BinaryClassification"
    assert application["Environment"]["ML_LOOP_POSITIVE"] == "1"


def test_schedules_name_their_definitions_and_go_before_them_and_the_endpoint(serving: dict[str, Any]) -> None:
    schedules = {key: each for key, each in serving.items() if each["Type"] == "AWS::SageMaker::MonitoringSchedule"}
    assert {each["Properties"]["MonitoringScheduleName"] for each in schedules.values()} == {
        native.schedule_name("dev-flight-delays", monitor) for monitor in ("data_quality", "model_quality")
    }
    for each in schedules.values():
        config = each["Properties"]["MonitoringScheduleConfig"]
        assert config["ScheduleConfig"] == {"ScheduleExpression": "cron(0 18 ? * * *)"}
        kind = f"AWS::SageMaker::{config['MonitoringType']}JobDefinition"
        [(key, definition)] = [(key, other) for key, other in serving.items() if other["Type"] == kind]
        assert config["MonitoringJobDefinitionName"] == definition["Properties"]["JobDefinitionName"]
        assert key in each["DependsOn"]
        [endpoint] = [key for key, other in serving.items() if other["Type"] == "AWS::SageMaker::Endpoint"]
        assert endpoint in definition["DependsOn"]
        assert each["Condition"] == definition["Condition"] == "ChampionFilled"


def test_a_name_changes_with_everything_that_a_definition_is(made: dict[str, Any], synthesise: Any) -> None:
    def prefix(templates: dict[str, Any], kind: str) -> str:
        found = one(templates[SERVING]["Resources"], f"AWS::SageMaker::{kind}JobDefinition")
        return str(found["Properties"]["JobDefinitionName"]["Fn::Join"][1][0])

    dev = load_environment("dev")
    other = kit.synthesised(synthesise, dev.model_copy(update={"owner": "others"}), kit.use_case(outcome_hours=6))
    for kind in ("DataQuality", "ModelQuality"):
        assert prefix(made, kind).startswith("dev-flight-delays-")
        assert prefix(made, kind) != prefix(other, kind)
    assert prefix(made, "DataQuality") != prefix(made, "ModelQuality")


def test_requests_that_come_of_the_template_are_valid(serving: dict[str, Any], plain: Callable[[Any], Any]) -> None:
    """As SageMaker's service model has it: types, patterns, limits."""
    for resource in serving.values():
        kind = resource["Type"].removeprefix("AWS::SageMaker::")
        if kind != "MonitoringSchedule" and not kind.endswith("JobDefinition"):
            continue
        text = json.dumps(resource["Properties"]).replace(json.dumps(VERSION), '"12"')
        request = plain(json.loads(re.sub(r'\{"Fn::Sub": ("[^"]*")\}', r"\1", text)))
        shape = service_model("sagemaker").operation_model(f"Create{kind}").input_shape
        assert shape is not None
        report = ParamValidator().validate(request, shape)
        assert not report.has_errors(), report.generate_report()
        found = constraints.breaches(shape, request, kind)
        # What other stacks give is a name here.
        assert [each for each in found if not re.search(r"VpcConfig|RoleArn|KmsKeyId", each)] == []


def test_cfn_lint_finds_nothing(made: dict[str, Any]) -> None:
    assert problems({name: made[name] for name in (SERVING, MONITORING)}) == []


def test_rules_send_what_the_function_reads(made: dict[str, Any]) -> None:
    found = [
        each["Properties"] for each in made[MONITORING]["Resources"].values() if each["Type"] == "AWS::Events::Rule"
    ]
    every = {rule["Description"].partition(": ")[2]: rule for rule in found}
    rules = {description: rule for description, rule in every.items() if "alarm" not in description}  # not the loop's
    assert set(rules) == {
        "an hour has passed", "SageMaker has looked at captured requests", "its endpoint came to rest",
        "a model package has changed",
    }  # fmt: skip
    for rule in rules.values():
        [target] = rule["Targets"]
        [look] = Messages.of(Look, {"Records": [{"messageId": "m", "body": target["Input"]}]}).looks.values()
        assert look.terms.backend == "model_monitor"
        assert look.terms.monitors == ("data_quality", "model_quality")
        assert (look.terms.window_hours, look.terms.outcome_hours) == (24, 24)
    heard = rules["SageMaker has looked at captured requests"]["EventPattern"]["detail"]
    assert "monitoring-schedule/dev-flight-delays-data-quality" in names(heard["MonitoringScheduleArn"])


def test_alarms_are_on_all_variants_together(made: dict[str, Any]) -> None:
    alarms = [
        each["Properties"]
        for each in made[MONITORING]["Resources"].values()
        if each["Type"] == "AWS::CloudWatch::Alarm" and each["Properties"].get("MetricName", "").endswith("_violations")
    ]
    assert {alarm["MetricName"] for alarm in alarms} == {"data_quality_violations", "model_quality_violations"}
    for alarm in alarms:
        assert {"Name": "Variant", "Value": native.TOGETHER} in alarm["Dimensions"]


def test_no_pipeline_of_ones_own_watches_as_well(made: dict[str, Any], templates: dict[str, Any]) -> None:
    kinds = {each["Type"] for each in made[MONITORING]["Resources"].values()}
    assert "AWS::SageMaker::Pipeline" not in kinds
    assert "AWS::IAM::Role" not in kinds
    others = {each["Type"] for each in templates[SERVING]["Resources"].values()}
    assert "AWS::SageMaker::MonitoringSchedule" not in others


@pytest.mark.parametrize(("kind", "isolated"), [(MODEL_BIAS, True), (MODEL_EXPLAINABILITY, False)])
def test_definitions_of_clarify_are_valid_too(kind: Any, isolated: bool) -> None:
    placement: Any = SimpleNamespace(subnet_ids=["subnet-1"], security_group_id="sg-1")
    role = "arn:aws:iam::111122223333:role/jobs"
    jobs = MonitorJobs(role, placement, "key", "s3://out", "ml.m5.large", 1, 20, 1800)
    truth = "s3://truth" if kind is MODEL_BIAS else None
    analysis = Analysis(
        kind, image("clarify", "ap-northeast-1"), {"ConstraintsResource": "analysis.json"},
        {"ConfigUri": "s3://config/analysis_config.json"}, {"InferenceAttribute": "prediction"}, truth,
    )  # fmt: skip
    found = definition_properties(analysis, jobs, "dev-flights", {"ConstraintsResource": "s3://base/analysis.json"})
    assert found["NetworkConfig"]["EnableNetworkIsolation"] is isolated
    shape = service_model("sagemaker").operation_model(f"Create{kind.name}JobDefinition").input_shape
    assert shape is not None
    report = ParamValidator().validate({"JobDefinitionName": "a", **json.loads(json.dumps(found))}, shape)
    assert not report.has_errors(), report.generate_report()
