"""What the release function asks the model registry and the endpoint."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from release.registry import Registry
from release.state import Live, Standing
from tests.unit.release_stub_kit import GROUP, NOW, stubbed


@pytest.fixture
def registry():
    with stubbed("sagemaker") as (client, stubber):
        yield Registry(client, "dev"), stubber


def test_only_complete_approved_packages_count(registry):
    models, stub = registry
    summaries = [
        {
            "ModelPackageArn": f"{GROUP}/{version}",
            "ModelPackageVersion": version,
            "CreationTime": NOW,
            "ModelPackageStatus": status,
        }
        for version, status in ((1, "Completed"), (2, "Failed"))
    ]
    expected = {"ModelPackageGroupName": "dev-flight-delays", "ModelApprovalStatus": "Approved"}
    stub.add_response("list_model_packages", {"ModelPackageSummaryList": summaries}, expected)
    assert models.approved("flight-delays") == {f"{GROUP}/1"}


def test_a_group_that_does_not_exist_has_nothing_approved(registry):
    models, stub = registry
    stub.add_client_error("list_model_packages", "ValidationException", "Model Package Group x does not exist.")
    assert models.approved("x") == frozenset()


def test_other_trouble_with_the_registry_is_raised(registry):
    models, stub = registry
    stub.add_client_error("list_model_packages", "AccessDeniedException", "no")
    with pytest.raises(ClientError):
        models.approved("x")


@pytest.mark.parametrize(
    ("more", "approved_at", "approved_by"),
    [
        ({}, NOW, None),
        ({"LastModifiedTime": NOW + timedelta(hours=1)}, NOW + timedelta(hours=1), None),
        (
            {"LastModifiedTime": NOW, "LastModifiedBy": {"IamIdentity": {"Arn": "arn:aws:iam::1:user/ann"}}},
            NOW,
            "arn:aws:iam::1:user/ann",
        ),
        ({"LastModifiedBy": {"UserProfileName": "ann"}}, NOW, "ann"),
    ],
)
def test_the_approval_is_the_last_modification(registry, more, approved_at, approved_by):
    models, stub = registry
    answer = {
        "ModelPackageName": "dev-flight-delays",
        "ModelPackageArn": f"{GROUP}/4",
        "CreationTime": NOW,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Approved",
        **more,
    }
    stub.add_response("describe_model_package", answer, {"ModelPackageName": f"{GROUP}/4"})
    package = models.package(f"{GROUP}/4")
    assert package is not None
    assert (package.approved_at, package.approved_by) == (approved_at, approved_by)


@pytest.mark.parametrize(
    ("metadata", "slot", "since"),
    [
        ({}, "champion", NOW),
        ({"code": "s3://c", "ml-loop:slot": "challenger"}, "challenger", NOW),
        (
            {"ml-loop:slot": "shadow", "ml-loop:slot-since": "2026-11-24T01:02:03+00:00"},
            "shadow",
            datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC),
        ),
        ({"ml-loop:slot": "chalenger"}, None, NOW),
        ({"ml-loop:slot-since": "yesterday"}, "champion", NOW),
        ({"ml-loop:slot-since": "2026-11-24T01:02:03"}, "champion", NOW),
    ],
)
def test_a_package_is_meant_for_what_its_metadata_say(registry, metadata, slot, since):
    models, stub = registry
    answer = {
        "ModelPackageName": "dev-flight-delays",
        "ModelPackageArn": f"{GROUP}/4",
        "CreationTime": NOW,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Approved",
        "ApprovalDescription": "good",
        "CustomerMetadataProperties": metadata,
    }
    stub.add_response("describe_model_package", answer)
    package = models.package(f"{GROUP}/4")
    assert (package.slot, package.meant_at, package.why) == (slot, since, "good")


def test_a_rejected_package_is_known_where_it_may_be_and_a_deleted_one_is_none(registry):
    models, stub = registry
    answer = {
        "ModelPackageName": "dev-flight-delays",
        "ModelPackageArn": f"{GROUP}/4",
        "CreationTime": NOW,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelApprovalStatus": "Rejected",
        "ApprovalDescription": "it forgets holidays",
    }
    stub.add_response("describe_model_package", answer)
    assert models.package(f"{GROUP}/4") is None
    stub.add_response("describe_model_package", answer)
    assert models.package(f"{GROUP}/4", approved=False).why == "it forgets holidays"
    stub.add_client_error("describe_model_package", "ValidationException", "ModelPackage x does not exist.")
    assert models.package(f"{GROUP}/4", approved=False) is None


def test_how_an_endpoint_stands_is_asked_alone(registry):
    models, stub = registry
    endpoint = {
        "EndpointName": "dev-flight-delays",
        "EndpointArn": "arn:aws:sagemaker:ap-northeast-1:111122223333:endpoint/dev-flight-delays",
        "EndpointStatus": "Updating",
        "ProductionVariants": [
            {"VariantName": "champion", "CurrentWeight": 0.0},
            {"VariantName": "challenger", "CurrentWeight": 1.0},
            {"VariantName": "new"},
        ],
        "CreationTime": NOW,
        "LastModifiedTime": NOW,
    }
    stub.add_response("describe_endpoint", endpoint, {"EndpointName": "dev-flight-delays"})
    assert models.standing("flight-delays") == Standing("Updating", {"champion": 0.0, "challenger": 1.0})
    stub.add_client_error("describe_endpoint", "ValidationException", 'Could not find endpoint "x".')
    assert models.standing("flight-delays") is None


def test_live_is_what_is_behind_every_variant(registry):
    models, stub = registry
    arn = "arn:aws:sagemaker:ap-northeast-1:111122223333"
    stub.add_response(
        "describe_endpoint",
        {
            "EndpointName": "dev-flight-delays",
            "EndpointArn": f"{arn}:endpoint/dev-flight-delays",
            "EndpointConfigName": "config-4",
            "EndpointStatus": "InService",
            "CreationTime": NOW,
            "LastModifiedTime": NOW,
        },
        {"EndpointName": "dev-flight-delays"},
    )
    variants = [
        {"VariantName": name, "ModelName": f"model-{name}", "InitialInstanceCount": 1, "InstanceType": "ml.t2.medium"}
        for name in ("challenger", "champion", "shadow")
    ]
    config = {
        "EndpointConfigName": "config-4",
        "EndpointConfigArn": f"{arn}:endpoint-config/config-4",
        "ProductionVariants": variants[:2],
        "ShadowProductionVariants": variants[2:],
        "CreationTime": NOW,
    }
    stub.add_response("describe_endpoint_config", config, {"EndpointConfigName": "config-4"})
    for version, name in ((5, "challenger"), (4, "champion"), (6, "shadow")):
        model = {
            "ModelName": f"model-{name}",
            "ModelArn": f"{arn}:model/model-{name}",
            "CreationTime": NOW,
            "PrimaryContainer": {"ModelPackageName": f"{GROUP}/{version}"},
        }
        stub.add_response("describe_model", model, {"ModelName": f"model-{name}"})
    packages = {"challenger": f"{GROUP}/5", "champion": f"{GROUP}/4", "shadow": f"{GROUP}/6"}
    assert models.live("flight-delays") == Live("InService", "config-4", packages)


def test_no_endpoint_is_none(registry):
    models, stub = registry
    stub.add_client_error("describe_endpoint", "ValidationException", 'Could not find endpoint "x".')
    assert models.live("flight-delays") is None
