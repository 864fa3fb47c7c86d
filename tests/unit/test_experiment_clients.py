"""The experiment function's requests, checked against the service models by botocore, and what it reads."""

import io
from typing import Any

import pytest
from botocore.response import StreamingBody
from botocore.stub import ANY

from experiment.observation import Package
from experiment.reading import UnreadableError, read
from experiment.records import Records
from experiment.serving import Serving
from experiment.steps import Register
from experiment.storage import Storage
from experiment.trial import Stretch
from shared import pipelines
from shared.pipelines import RefusedError
from tests.unit.experiment_cloud_kit import BEGAN, CHALLENGER, CHAMPION
from tests.unit.experiment_trial_kit import LOOK, NAME, trial
from tests.unit.release_stub_kit import stubbed


def test_a_step_is_written_whole_on_the_version_that_was_read_and_comes_back_as_it_was() -> None:
    stretch = Stretch(1, 0.1, BEGAN, LOOK.at)
    with stubbed("dynamodb") as (client, stub):
        table, written = Records(client, "experiments"), []
        client.meta.events.register(
            "provide-client-params.dynamodb.TransactWriteItems", lambda params, **_: written.append(params)
        )
        stub.add_response("transact_write_items", {})
        assert table.advance(trial(), (LOOK,), stretch)
        [mine, look, closed] = [each["Put"] for each in written[0]["TransactItems"]]
        assert (mine["ConditionExpression"], mine["ExpressionAttributeValues"]) == (
            "#version = :version", {":version": {"N": "4"}},
        )  # fmt: skip
        assert mine["Item"]["version"] == {"N": "5"}
        keys = [each["Item"]["item"]["S"] for each in (mine, look, closed)]
        assert keys == ["experiment#000003", "look#000003#000002", "stretch#000003#000001"]
        stub.add_response("query", {"Items": [mine["Item"]]})
        assert table.newest("flight_delays") == trial(version=5)
        for item, found in ((look, table.looks), (closed, table.stretches)):
            stub.add_response("query", {"Items": [item["Item"]]})
            assert found(trial()) == ((LOOK,) if item is look else (stretch,))


def test_another_version_is_no_error_and_anything_else_is() -> None:
    with stubbed("dynamodb") as (client, stub):
        table = Records(client, "experiments")

        def cancelled(*codes: str) -> None:
            reasons = {"CancellationReasons": [{"Code": code} for code in codes]}
            stub.add_client_error("transact_write_items", "TransactionCanceledException", modeled_fields=reasons)

        cancelled("ConditionalCheckFailed", "None")
        assert not table.begin(trial())
        cancelled("TransactionConflict")
        assert not table.advance(trial())
        cancelled("ConditionalCheckFailed", "ThrottlingError")
        with pytest.raises(client.exceptions.TransactionCanceledException):
            table.advance(trial())


def test_weights_are_moved_unless_the_endpoint_is_busy() -> None:
    with stubbed("sagemaker") as (client, stub):
        serving = Serving(client, "dev")
        weights = [
            {"VariantName": "champion", "DesiredWeight": 0.9},
            {"VariantName": "challenger", "DesiredWeight": 0.1},
        ]
        expected = {"EndpointName": "dev-flight-delays", "DesiredWeightsAndCapacities": weights}
        stub.add_response("update_endpoint_weights_and_capacities", {"EndpointArn": "a" * 20}, expected)
        assert serving.weigh("flight_delays", 0.1)
        busy = 'Cannot update in-progress endpoint "arn".'
        stub.add_client_error("update_endpoint_weights_and_capacities", "ValidationException", busy)
        assert not serving.weigh("flight_delays", 0.1)
        stub.add_client_error("update_endpoint_weights_and_capacities", "ValidationException", "no variant x")
        with pytest.raises(client.exceptions.ClientError):
            serving.weigh("flight_delays", 0.1)


def test_the_package_is_read_and_decided_about_as_the_commands_do() -> None:
    with stubbed("sagemaker") as (client, stub):
        serving = Serving(client, "dev")
        described: dict[str, Any] = {
            "ModelPackageName": "x", "ModelPackageArn": CHALLENGER, "CreationTime": BEGAN,
            "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": "Approved", "CustomerMetadataProperties": {"ml-loop:slot": "challenger"},
        }  # fmt: skip
        stub.add_response("describe_model_package", described, {"ModelPackageName": CHALLENGER})
        assert serving.package(CHALLENGER) == Package(True, "challenger", BEGAN.isoformat())
        stub.add_client_error("describe_model_package", "ValidationException", "ModelPackage x does not exist.")
        assert serving.package(CHALLENGER) is None
        meant = {"ml-loop:slot": "champion", "ml-loop:slot-since": "2026-01-01T00:00:00.000+00:00"}
        approved = {
            "ModelPackageArn": CHALLENGER, "ModelApprovalStatus": "Approved", "ApprovalDescription": "better",
            "CustomerMetadataProperties": meant,
        }  # fmt: skip
        stub.add_response("update_model_package", {"ModelPackageArn": CHALLENGER}, approved)
        serving.register(Register(CHALLENGER, True, "better", BEGAN))
        rejected = {
            "ModelPackageArn": CHALLENGER, "ModelApprovalStatus": "Rejected", "ApprovalDescription": "w" * 1024,
        }  # fmt: skip
        stub.add_response("update_model_package", {"ModelPackageArn": CHALLENGER}, rejected)
        serving.register(Register(CHALLENGER, False, "w" * 2000, BEGAN))


def test_the_live_endpoint_has_weights_and_packages() -> None:
    variants = [{"VariantName": "champion", "ModelName": "m1", "InitialVariantWeight": 1.0}]
    with stubbed("sagemaker") as (client, stub):
        times = {"CreationTime": BEGAN, "LastModifiedTime": BEGAN}
        described = {
            "EndpointName": "e", "EndpointArn": "a" * 20, "EndpointConfigName": "c", "EndpointStatus": "InService",
            "ProductionVariants": [{"VariantName": "champion", "CurrentWeight": 0.9}], **times,
        }  # fmt: skip
        stub.add_response("describe_endpoint", described, {"EndpointName": "dev-flight-delays"})
        config = {"EndpointConfigName": "c", "EndpointConfigArn": "a" * 20, "ProductionVariants": variants}
        stub.add_response("describe_endpoint_config", {**config, "CreationTime": BEGAN})
        model = {"ModelName": "m1", "ModelArn": "a" * 20, "CreationTime": BEGAN}
        stub.add_response("describe_model", {**model, "PrimaryContainer": {"ModelPackageName": CHAMPION}})
        live = Serving(client, "dev").live("flight_delays")
    assert live
    assert (live.status, live.packages, live.weights) == ("InService", {"champion": CHAMPION}, {"champion": 0.9})


def test_a_look_asks_for_sums_and_reads_them_once_they_are_there() -> None:
    folder = f"flight_delays/experiments/{NAME}/20260101T020000Z"
    with stubbed("s3") as (client, stub):
        storage = Storage(client, "processed")
        asked = {"Bucket": "processed", "Key": f"{folder}/request.json", "Body": b'{\n "a": 1\n}\n'}
        stub.add_response("put_object", {}, asked)
        storage.ask(trial(), LOOK, {"a": 1})
        wanted = {"Bucket": "processed", "Prefix": f"{folder}/sums.json"}
        stub.add_response("list_objects_v2", {}, wanted)
        assert storage.sums(trial(), LOOK) is None
        stub.add_response("list_objects_v2", {"Contents": [{"Key": f"{folder}/sums.json"}]}, wanted)
        body = StreamingBody(io.BytesIO(b'{"n": 1}'), 8)
        stub.add_response("get_object", {"Body": body}, {"Bucket": "processed", "Key": f"{folder}/sums.json"})
        assert storage.sums(trial(), LOOK) == {"n": 1}


def test_a_pipeline_is_started_once_for_a_look() -> None:
    with stubbed("sagemaker") as (client, stub):
        expected = {
            "PipelineName": "dev-x-outcomes", "PipelineExecutionDisplayName": "l1", "ClientRequestToken": ANY,
            "PipelineParameters": [{"Name": "LookUri", "Value": "s3://b/l1"}],
        }  # fmt: skip
        arn = "arn:aws:sagemaker:ap-northeast-1:111122223333:pipeline/dev-x-outcomes/execution/abcdefabcdef"
        stub.add_response("start_pipeline_execution", {"PipelineExecutionArn": arn}, expected)
        assert pipelines.start(client, "dev-x-outcomes", "l1", {"LookUri": "s3://b/l1"}, "dev x l1") == arn
        stub.add_client_error("start_pipeline_execution", "ResourceNotFound", "no such pipeline")
        with pytest.raises(RefusedError, match="no such pipeline"):
            pipelines.start(client, "dev-x-outcomes", "l1", {}, "dev x l1")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"experiment": "other"}, "'other'"),
        ({"metric": "auc"}, "'auc'"),
        ({"counts": {}}, "KeyError"),
        ({"strata": [{}]}, "KeyError"),
    ],
)
def test_sums_that_are_not_those_asked_for_are_refused(change: dict[str, Any], says: str) -> None:
    count, part = {"captured": 5, "invalid": 1}, {"n": 4, "total": 1.0, "squares": 1.0}
    sums: dict[str, Any] = {
        "experiment": NAME, "metric": "error_rate", "counts": {"champion": count, "challenger": count},
        "strata": [{"share": 0.1, "champion": part, "challenger": part}],
    }  # fmt: skip
    assert read(sums, trial()).answers == (5, 1, 5, 1)
    with pytest.raises(UnreadableError, match=says):
        read(sums | change, trial())


def test_an_area_under_the_curve_comes_from_counts_of_scores() -> None:
    part = {"positives": {"600": 3, "10": 1}, "negatives": {"10": 4}}
    count = {"captured": 8, "invalid": 0}
    sums: dict[str, Any] = {
        "experiment": NAME, "metric": "auc", "counts": {"champion": count, "challenger": count},
        "strata": [{"share": 0.1, "champion": part, "challenger": part}],
    }  # fmt: skip
    [stratum] = read(sums, trial(terms={"metric": "auc", "direction": "higher"})).strata
    assert (stratum.champion.n, stratum.champion.value) == (8, 0.875)
