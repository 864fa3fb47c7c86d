"""What scores files: in a use case's own stack, and once per environment in the control stack."""

import json
import subprocess
import sys

import pytest
from constructs import batch_function_role, function_queue

from batch_transform import pipelines, storage
from batch_transform.events import Look, parse
from config import load_environment, load_use_case
from config.use_case.batch import BatchTransform
from ops import batch as ops_batch
from pipelines_src.definition import batch_pipeline
from shared.messages import Messages
from stacks import platform_stage

STACK = "dev-flight-delays-batch"


@pytest.fixture(scope="module")
def rules(templates):
    found = templates[STACK]["Resources"].values()
    return {
        resource["Properties"]["Targets"][0]["Input"]: resource["Properties"]
        for resource in found
        if resource["Type"] == "AWS::Events::Rule"
    }


def stage_with(monkeypatch, batch: BatchTransform | None):
    """Have the stage see a use case with another section `batch`."""
    use_case = load_use_case("flight_delays").model_copy(update={"batch": batch})
    monkeypatch.setattr(platform_stage, "load_use_case", lambda _: use_case)


def test_without_the_section_nothing_of_it_exists(synthesise, monkeypatch):
    stage_with(monkeypatch, None)
    templates = synthesise(load_environment("dev"))
    assert STACK not in templates
    resources = {
        f"{stack} {name}": json.dumps(resource)
        for stack, template in templates.items()
        for name, resource in template["Resources"].items()
    }
    assert [name for name in resources if "Batch" in name or "FailedLooks" in name] == []
    assert [name for name, text in resources.items() if "to-score" in text or "TransformJobs" in text] == []


@pytest.mark.parametrize(
    ("batch", "triggers"),
    [
        (BatchTransform(), {"a run is over": False, "an hour has passed": False}),
        (
            BatchTransform(schedule="rate(1 day)", scope="prefix"),
            {"a run is over": False, "an hour has passed": False, "the schedule rate(1 day)": True},
        ),
        (
            BatchTransform(on_new_files=True),
            {"a run is over": True, "an hour has passed": True, "a file has come": True},
        ),
    ],
)
def test_rules_ask_for_what_the_section_says(batch, triggers, synthesise, monkeypatch):
    stage_with(monkeypatch, batch)
    resources = synthesise(load_environment("dev"))[STACK]["Resources"].values()
    inputs = [r["Properties"]["Targets"][0]["Input"] for r in resources if r["Type"] == "AWS::Events::Rule"]
    looks = [Look.model_validate_json(text) for text in inputs]
    assert {look.trigger: look.begin for look in looks} == triggers
    assert {(look.use_case, look.scope, look.insist) for look in looks} == {("flight_delays", batch.scope, False)}


def test_rules_send_to_the_queue_and_keep_what_they_cannot_deliver(rules, templates, plain):
    assert len(rules) == 4
    control = templates["dev-control"]["Resources"]
    queue = next(r["Properties"] for name, r in control.items() if name.startswith("BatchLooks"))
    for rule in rules.values():
        (target,) = rule["Targets"]
        assert plain(target["Arn"]).endswith(f":{queue['QueueName']}")
        assert "UndeliveredEvents" in target["DeadLetterConfig"]["Arn"]["Fn::ImportValue"]
        assert target["RetryPolicy"]["MaximumRetryAttempts"] > 0
    policies = [r["Properties"] for r in control.values() if r["Type"] == "AWS::SQS::QueuePolicy"]
    reached = [json.dumps(policy["Queues"]) for policy in policies if "RulesOfThisEnvironment" in json.dumps(policy)]
    assert sum("BatchLooks" in name or "UndeliveredEvents" in name for name in reached) == 2


def test_new_files_are_those_of_the_use_cases_own_prefix(rules):
    (arrival,) = [
        rule["EventPattern"] for rule in rules.values() if rule.get("EventPattern", {}).get("source") == ["aws.s3"]
    ]
    assert arrival["detail"]["object"] == {"key": [{"prefix": "to-score/flight_delays/"}]}
    assert "Fn::ImportValue" in arrival["detail"]["bucket"]["name"][0]


def test_a_burst_of_messages_is_gathered_and_none_is_lost(templates):
    control = templates["dev-control"]["Resources"]
    resources = control.values()
    sources = [r["Properties"] for r in resources if r["Type"] == "AWS::Lambda::EventSourceMapping"]
    (source,) = [one for one in sources if "BatchLooks" in json.dumps(one["EventSourceArn"])]
    assert (source["BatchSize"], source["MaximumBatchingWindowInSeconds"]) == (1000, 60)
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert source["ScalingConfig"] == {"MaximumConcurrency": 2}
    queue = next(r["Properties"] for name, r in control.items() if name.startswith("BatchLooks"))
    assert queue["RedrivePolicy"]["maxReceiveCount"] == function_queue.ATTEMPTS
    functions = [r["Properties"] for r in resources if r["Type"] == "AWS::Lambda::Function"]
    (timeout,) = [f["Timeout"] for f in functions if f["Handler"].startswith("batch_transform")]
    assert queue["VisibilityTimeout"] >= 6 * timeout


def test_the_model_may_be_asked_on_the_machines_of_the_section(synthesise, monkeypatch):
    stage_with(monkeypatch, BatchTransform(instance="ml.c4.2xlarge"))
    templates = synthesise(load_environment("dev"))
    for stack in ("training", "batch"):
        definition = json.dumps(templates[f"dev-flight-delays-{stack}"])
        assert "ml.c4.2xlarge" in definition, stack


def test_function_jobs_rules_and_commands_mean_the_same_places():
    assert storage.INCOMING == batch_function_role.INCOMING == ops_batch.INCOMING
    of_function = (pipelines.RUN, pipelines.MODEL, pipelines.MODEL_DATA)
    assert of_function == (batch_pipeline.RUN, batch_pipeline.MODEL, batch_pipeline.MODEL_DATA)
    assert [scope.value for scope in ops_batch.Scope] == ["new", "prefix", "all"]
    # No use case can have this name, so that files to score are never among the raw data of one.
    with pytest.raises(ValueError, match="use_case"):
        Look(use_case=storage.INCOMING)


def test_the_function_loads_without_what_only_commands_need():
    code = "import sys, batch_transform.handler; print([m for m in ('boto3', 'pandas', 'aws_cdk') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd="lambda", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_messages_of_one_use_case_are_one_look():
    bodies = [
        Look(use_case="aa", begin=False, trigger="an hour has passed").model_dump_json(),
        *[Look(use_case="aa", begin=True, trigger="a file has come").model_dump_json()] * 999,
        Look(use_case="bb", begin=True, scope="prefix").model_dump_json(),
        '{"use_case": "../x"}',
        "{",
    ]
    event = {"Records": [{"messageId": str(number), "body": body} for number, body in enumerate(bodies)]}
    asked = parse(event)
    assert isinstance(asked, Messages)
    assert asked.looks["aa"] == Look(use_case="aa", begin=True, trigger="a file has come")
    assert asked.looks["bb"].scope == "prefix"
    assert sorted(asked.refused) == ["1001", "1002"]
    assert len(asked.messages["aa"]) == 1000
