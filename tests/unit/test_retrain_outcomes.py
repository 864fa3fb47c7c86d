"""What became of a turn's model is written at the turn, once: its experiment's end, or a person's decision."""

from typing import Any

import pytest
from botocore.stub import ANY

from experiment.records import _trial
from retrain.decisions import Decisions
from retrain.events import Look
from retrain.reconcile import reconcile
from retrain.records import Records
from retrain.state import Turn
from tests.unit.experiment_cloud_kit import CHALLENGER
from tests.unit.experiment_trial_kit import trial
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import ALWAYS, NOW, PLAIN, Cloud, cause

TURN = Turn("toys", 3, (), NOW, result="proposed", package=CHALLENGER)


def found(*trials: Any, table: str = "experiments", package: dict[str, Any] | None = None) -> dict[str, str]:
    """What became of the model, by experiments as their function writes them, newest first, and the registry."""
    asked = {
        "TableName": table, "Limit": 50, "ScanIndexForward": False, "ConsistentRead": True,
        "KeyConditionExpression": ANY, "ExpressionAttributeNames": ANY, "ExpressionAttributeValues": ANY,
    }  # fmt: skip
    with stubbed("dynamodb") as (dynamodb, kept), stubbed("sagemaker") as (sagemaker, registry):
        if table:
            kept.add_response("query", {"Items": [_trial(one) for one in trials]}, asked)
        if not trials and package is None:
            registry.add_client_error("describe_model_package", "ValidationException", "it does not exist")
        elif not trials and package is not None:
            described = {
                "ModelPackageName": "toys", "ModelPackageArn": CHALLENGER, "CreationTime": NOW,
                "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []}, **package,
            }  # fmt: skip
            registry.add_response("describe_model_package", described, {"ModelPackageName": CHALLENGER})
        return Decisions(dynamodb, table, sagemaker).of("toys", [TURN])


@pytest.mark.parametrize("result", ["promoted", "withdrawn", "stopped", "overtaken"])
def test_the_end_of_its_experiment_counts(result: Any) -> None:
    said = found(trial(result=result, detail="because"), trial(result="withdrawn", detail="an earlier one"))
    assert said == {CHALLENGER: f"{result}: because"}


def test_while_it_runs_nothing_is_decided_whatever_the_registry_says() -> None:
    assert found(trial()) == {}


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ({"ModelApprovalStatus": "PendingManualApproval"}, None),
        ({"ModelApprovalStatus": "Approved", "CustomerMetadataProperties": {"ml-loop:slot": "challenger"}}, None),
        ({"ModelApprovalStatus": "Approved", "ApprovalDescription": "good"}, "promoted: good"),
        ({"ModelApprovalStatus": "Rejected", "ApprovalDescription": "bad"}, "withdrawn: bad"),
        (None, "withdrawn: its model package is gone"),
    ],
)
def test_without_an_experiment_the_registry_says_what_a_person_decided(package: Any, said: str | None) -> None:
    assert found(package=package) == ({CHALLENGER: said} if said else {})
    assert found(package=package, table="") == ({CHALLENGER: said} if said else {})


def test_it_is_written_at_the_turn_once_and_the_next_one_begins() -> None:
    cloud = Cloud()
    reconcile(cloud, Look(use_case="toys", terms=ALWAYS, causes=(cause("command", NOW),)))
    cloud.end("Succeeded")
    reconcile(cloud, PLAIN)
    assert cloud.turns[0].decision == ""
    cloud.decisions["package/1"] = "promoted: better by 0.02"
    cloud.challenger = ""
    for _ in range(2):
        cloud.pass_time(1)
        reconcile(cloud, Look(use_case="toys", terms=ALWAYS, causes=(cause("drift", cloud.now),)))
        cloud.decisions["package/1"] = "withdrawn: another word"
    assert [turn.decision for turn in cloud.turns] == ["promoted: better by 0.02", ""]


def test_a_decision_is_written_on_the_condition_that_there_is_none() -> None:
    asked = {
        "TableName": "turns",
        "Key": {"use_case": {"S": "toys"}, "item": {"S": "turn#000000000003"}},
        "UpdateExpression": "SET decision = :decision",
        "ConditionExpression": "attribute_not_exists(decision) OR decision = :none",
        "ExpressionAttributeValues": {":decision": {"S": "promoted: good"}, ":none": {"S": ""}},
    }
    with stubbed("dynamodb") as (client, stub):
        stub.add_response("update_item", {}, asked)
        stub.add_client_error("update_item", "ConditionalCheckFailedException")
        records = Records(client, "turns")
        assert records.decide(TURN, "promoted: good")
        assert not records.decide(TURN, "promoted: good")
