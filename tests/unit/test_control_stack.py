"""The control stack: every asynchronous call is tried again, kept when it fails, and alarmed about."""

import importlib
import json
import re
from pathlib import Path

import pytest

from config import load_environment
from constructs.control_function import POWERTOOLS_LAYER

LAMBDA = Path(__file__).resolve().parents[2] / "lambda"


@pytest.fixture(scope="module")
def of_type(templates):
    """Return a function from a type to the properties of its resources in a control stack."""

    def find(kind: str, environment: str = "dev"):
        resources = templates[f"{environment}-control"]["Resources"]
        return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}

    return find


FUNCTIONS = ("release", "batch_transform", "assignment", "collector", "experiment", "monitor", "retrain")


@pytest.fixture(scope="module")
def named(of_type):
    """Return a function from a folder of lambda/ to the properties of its function."""

    def find(package: str, environment: str = "dev"):
        functions = of_type("AWS::Lambda::Function", environment).values()
        return next(found for found in functions if found["Handler"] == f"{package}.handler.lambda_handler")

    return find


@pytest.fixture(scope="module", params=FUNCTIONS)
def function(request, named):
    return named(request.param)


def test_functions_are_traced_and_their_settings_encrypted(of_type, function):
    assert len(of_type("AWS::Lambda::Function")) == len(FUNCTIONS)
    assert (LAMBDA / function["Handler"].partition(".")[0] / "handler.py").exists()
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert "KmsKeyArn" in function
    assert "ReservedConcurrentExecutions" not in function


def test_runtime_architecture_and_layer_agree(function):
    layer = re.search(r"V3-python(\d+)-(\w+):\d+$", POWERTOOLS_LAYER)
    assert layer
    python, architecture = layer.groups()
    assert function["Runtime"].replace(".", "") == f"python{python}"
    assert function["Architectures"] == [architecture]
    assert POWERTOOLS_LAYER in json.dumps(function["Layers"])


@pytest.mark.parametrize("package", FUNCTIONS)
def test_settings_are_those_the_function_reads(named, package):
    variables = named(package)["Environment"]["Variables"]
    fields = importlib.import_module(f"{package}.settings").Settings.model_fields.values()
    assert {field.alias for field in fields if field.is_required()} <= set(variables)
    assert set(variables) <= {field.alias for field in fields}
    assert variables["ML_LOOP_ENVIRONMENT"] == "dev"


def test_the_alarms_of_releases_find_the_functions_metrics(function, templates, monkeypatch, capsys):
    from shared.metrics import count

    for name, value in function["Environment"]["Variables"].items():
        monkeypatch.setenv(name, value if isinstance(value, str) else "somewhere")
    stacks = [templates[f"dev-flight-delays-{part}"]["Resources"].values() for part in ("serving", "batch")]
    resources = [resource["Properties"] for stack in stacks for resource in stack]
    alarms = [properties for properties in resources if properties.get("Namespace") == "MlLoop"]
    assert len(alarms) == 4
    for alarm in alarms:
        count(alarm["MetricName"], environment="dev", use_case="flight-delays")
        written = json.loads(capsys.readouterr().out)
        (dimensions,) = written["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
        assert {name: written[name] for name in dimensions} == {d["Name"]: d["Value"] for d in alarm["Dimensions"]}


def test_its_role_has_no_policy_but_its_own(templates, of_type):
    assert of_type("AWS::IAM::Policy") == {}
    assert all("ManagedPolicyArns" not in role for role in of_type("AWS::IAM::Role").values())


def test_every_rule_retries_and_keeps_what_it_cannot_deliver(of_type):
    rules = of_type("AWS::Events::Rule")
    assert len(rules) == 4
    for name, rule in rules.items():
        for target in rule["Targets"]:
            assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0, name
            assert "Arn" in target["DeadLetterConfig"], name


def test_the_rules_are_about_this_environment(of_type, plain):
    patterns = {
        rule["EventPattern"]["detail-type"][0]: plain(rule["EventPattern"])
        for rule in of_type("AWS::Events::Rule").values()
        if "EventPattern" in rule
    }
    assert patterns["SageMaker Model Package State Change"]["detail"] == {"ModelPackageGroupName": [{"prefix": "dev-"}]}
    assert patterns["SageMaker Endpoint State Change"]["detail"] == {
        "EndpointName": [{"prefix": "dev-"}],
        "EndpointStatus": ["IN_SERVICE", "FAILED"],
    }
    stacks = patterns["CloudFormation Stack Status Change"]["detail"]
    assert stacks["stack-id"][0]["prefix"].endswith(":stack/dev-")
    schedules = [
        rule["ScheduleExpression"] for rule in of_type("AWS::Events::Rule").values() if "ScheduleExpression" in rule
    ]
    assert schedules == ["rate(1 hour)"]


def test_failed_invocations_are_tried_again_and_kept(of_type, named):
    # What a queue invokes has that queue's dead letters.
    kept = [package for package in FUNCTIONS if "DeadLetterConfig" in named(package)]
    assert kept == ["release", "assignment"]
    configs = of_type("AWS::Lambda::EventInvokeConfig").values()
    assert len(configs) == len(kept)
    for config in configs:
        assert config["MaximumRetryAttempts"] == 2
        assert config["MaximumEventAgeInSeconds"] == 6 * 3600


def test_every_queue_is_encrypted_and_what_ends_there_kept_long_and_alarmed_about(of_type):
    queues = of_type("AWS::SQS::Queue")
    assert all("KmsMasterKeyId" in queue for queue in queues.values())
    dead_letters = {name: queue for name, queue in queues.items() if "RedrivePolicy" not in queue}
    assert (len(queues), len(dead_letters)) == (12, 7)
    watched = json.dumps(list(of_type("AWS::CloudWatch::Alarm").values()))
    for name, queue in dead_letters.items():
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert f'"{name}", "QueueName"' in watched


def test_every_alarm_has_the_topic(of_type):
    alarms = of_type("AWS::CloudWatch::Alarm")
    assert sorted(alarm["MetricName"] for alarm in alarms.values()) == [
        *["ApproximateNumberOfMessagesVisible"] * 7,
        *["Errors"] * len(FUNCTIONS),
        *["Throttles"] * len(FUNCTIONS),
    ]
    (topic,) = of_type("AWS::SNS::Topic")
    for name, alarm in alarms.items():
        assert alarm["AlarmActions"] == [{"Ref": topic}], name


def test_the_topic_is_encrypted_and_mails_only_where_configured(of_type, synthesise):
    (topic,) = of_type("AWS::SNS::Topic").values()
    assert "KmsMasterKeyId" in topic
    assert of_type("AWS::SNS::Subscription") == {}
    dev = load_environment("dev").model_copy(update={"alarm_email": "on-call@example.com"})
    resources = synthesise(dev)["dev-control"]["Resources"].values()
    (mail,) = [r["Properties"] for r in resources if r["Type"] == "AWS::SNS::Subscription"]
    assert (mail["Protocol"], mail["Endpoint"]) == ("email", "on-call@example.com")


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_budget_tells_the_topic_what_the_environment_spends(of_type, plain, environment):
    (budget,) = of_type("AWS::Budgets::Budget", environment).values()
    (topic,) = of_type("AWS::SNS::Topic", environment)
    assert budget["Budget"] == {
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": load_environment(environment).budget.monthly_usd, "Unit": "USD"},
        "CostFilters": {"TagKeyValue": [f"user:ml-loop:environment${environment}"]},
    }
    told = {}
    for one in budget["NotificationsWithSubscribers"]:
        assert one["Subscribers"] == [{"SubscriptionType": "SNS", "Address": {"Ref": topic}}]
        found = one["Notification"]
        assert (found["ComparisonOperator"], found["ThresholdType"]) == ("GREATER_THAN", "PERCENTAGE")
        told[found["NotificationType"]] = found["Threshold"]
    assert told == {"ACTUAL": 80, "FORECASTED": 100}


def test_the_budget_comes_after_the_policy_that_lets_it_publish(templates, plain):
    resources = templates["dev-control"]["Resources"]
    (budget,) = (found for found in resources.values() if found["Type"] == "AWS::Budgets::Budget")
    (name,) = (name for name, found in resources.items() if found["Type"] == "AWS::SNS::TopicPolicy")
    assert name in budget["DependsOn"]
    statements = plain(resources[name]["Properties"]["PolicyDocument"])["Statement"]
    (allowed,) = (one for one in statements if one["Principal"] == {"Service": "budgets.amazonaws.com"})
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", "sns:Publish")
    assert list(allowed["Condition"]) == ["StringEquals"]
    assert allowed["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_records_are_encrypted_recoverable_and_kept_as_configured(of_type, templates, environment):
    releases, *others = of_type("AWS::DynamoDB::Table", environment).values()
    assert len(others) == 4
    keep = load_environment(environment).retention.removal == "retain"
    for table, sort_key in ((releases, "number"), *((other, "item") for other in others)):
        assert table["SSESpecification"]["SSEType"] == "KMS"
        assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert table["DeletionProtectionEnabled"] is keep
        assert table["KeySchema"] == [
            {"AttributeName": "use_case", "KeyType": "HASH"},
            {"AttributeName": sort_key, "KeyType": "RANGE"},
        ]


@pytest.mark.parametrize(("environment", "inside"), [("dev", False), ("staging", False), ("prod", True)])
def test_the_function_is_in_the_network_only_where_every_service_is(of_type, templates, environment, inside):
    for function in of_type("AWS::Lambda::Function", environment).values():
        assert ("VpcConfig" in function) is inside
    for role in of_type("AWS::IAM::Role", environment).values():
        assert ("ec2:CreateNetworkInterface" in json.dumps(role)) is inside
    services = json.dumps(templates[f"{environment}-network"])
    needed = ("cloudformation", "sagemaker.api", "sagemaker.runtime", "monitoring", "logs", "kms", "sqs", "xray")
    assert all(f".{name}" in services for name in needed) is inside


def test_the_asset_holds_the_functions_and_no_caches(synthesise, tmp_path):
    from aws_cdk import App, AssetStaging, Stack

    stack = Stack(App(outdir=str(tmp_path)), "Assets")
    staging = AssetStaging(stack, "Lambda", source_path=str(LAMBDA), exclude=["**/__pycache__", "**/*.pyc"])
    names = {
        path.relative_to(staging.absolute_staged_path).as_posix()
        for path in Path(staging.absolute_staged_path).rglob("*")
    }
    assert {"release/handler.py", "shared/metrics.py"} <= names
    assert not [name for name in names if "__pycache__" in name]
