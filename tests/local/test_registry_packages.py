"""The model registry's life cycle, and tags."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.pipelines_cloud import Cloud
from tests.local.pipelines_server import serve

IMAGE = "111122223333.dkr.ecr.ap-northeast-1.amazonaws.com/image:1"


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud, server = serve(tmp_path)
    cloud.objects["models/churn/model.tar.gz"] = b"model"
    yield cloud
    server.shutdown()
    server.server_close()


def specification(url: str = "s3://models/churn/model.tar.gz") -> dict[str, Any]:
    return {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": url}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }


def register(cloud: Cloud, group: str = "churn", **more: object) -> str:
    answer = cloud.client().create_model_package(
        ModelPackageGroupName=group, InferenceSpecification=specification(), **more
    )
    return str(answer["ModelPackageArn"])


def test_versions_count_up_and_are_not_used_again(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    first, second = register(cloud), register(cloud)
    assert first == "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/churn/1"
    client.delete_model_package(ModelPackageName=second)
    assert register(cloud).endswith("/churn/3")


def test_a_package_is_described_as_it_was_given(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    metrics = {"ModelQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://models/e.json"}}}
    baselines = {"ModelDataQuality": {"Statistics": {"ContentType": "application/json", "S3Uri": "s3://models/s.json"}}}
    arn = register(
        cloud,
        ModelMetrics=metrics,
        DriftCheckBaselines=baselines,
        CustomerMetadataProperties={"auc": "0.8"},
        MetadataProperties={"GeneratedBy": "pipeline"},
    )
    found = client.describe_model_package(ModelPackageName=arn)
    assert found == client.describe_model_package(ModelPackageName="churn/1") | {
        "ResponseMetadata": found["ResponseMetadata"]
    }
    assert found["ModelApprovalStatus"] == "PendingManualApproval"
    assert found["ModelPackageStatus"] == "Completed"
    assert (found["ModelMetrics"], found["DriftCheckBaselines"]) == (metrics, baselines)
    assert found["CustomerMetadataProperties"] == {"auc": "0.8"}
    assert found["InferenceSpecification"]["Containers"][0]["ModelDataETag"] == "e7a9"
    assert found["CreatedBy"]["IamIdentity"]["Arn"].endswith("user/person")


def test_approval_is_told(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    arn = register(cloud)
    client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="good")
    client.update_model_package(ModelPackageArn=arn, CustomerMetadataProperties={"seen": "yes"})
    created, approved, noted = cloud.events
    assert {event["DetailType"] for event in cloud.events} == {"SageMaker Model Package State Change"}
    assert created["Detail"]["ModelApprovalStatus"] == "PendingManualApproval"
    detail = approved["Detail"]
    assert approved["Resources"] == [arn] == [detail["ModelPackageArn"]]
    assert (detail["ModelPackageGroupName"], detail["ModelPackageVersion"]) == ("churn", 1)
    assert (detail["ModelApprovalStatus"], detail["ApprovalDescription"]) == ("Approved", "good")
    assert detail["UpdatedModelPackageFields"] == ["ModelApprovalStatus", "ApprovalDescription"]
    assert detail["CreationTime"].endswith("Z")
    assert noted["Detail"]["UpdatedModelPackageFields"] == ["CustomerMetadataProperties"]


def test_metadata_is_merged_and_removed(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    arn = register(cloud, CustomerMetadataProperties={"a": "1", "b": "2"})
    client.update_model_package(
        ModelPackageArn=arn, CustomerMetadataProperties={"c": "3"}, CustomerMetadataPropertiesToRemove=["a"]
    )
    found = client.describe_model_package(ModelPackageName=arn)
    assert found["CustomerMetadataProperties"] == {"b": "2", "c": "3"}


def test_lists_filter_sort_and_page(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    client.create_model_package_group(ModelPackageGroupName="other")
    arns = [register(cloud) for _ in range(11)]
    register(cloud, "other")
    client.update_model_package(ModelPackageArn=arns[3], ModelApprovalStatus="Approved")
    pages = client.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName="churn", SortBy="Name", SortOrder="Descending", PaginationConfig={"PageSize": 4}
    )
    sizes, versions = [], []
    for page in pages:
        sizes.append(len(page["ModelPackageSummaryList"]))
        versions += [item["ModelPackageVersion"] for item in page["ModelPackageSummaryList"]]
    assert (sizes, versions) == ([4, 4, 3], list(range(11, 0, -1)))
    approved = client.list_model_packages(ModelPackageGroupName="churn", ModelApprovalStatus="Approved")
    assert [item["ModelPackageArn"] for item in approved["ModelPackageSummaryList"]] == [arns[3]]
    everything = client.list_model_packages(ModelPackageType="Versioned")["ModelPackageSummaryList"]
    assert len(everything) == 12
    with pytest.raises(ClientError, match="NextToken"):
        client.list_model_packages(NextToken="made-up")


def test_missing_model_data_is_refused(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    with pytest.raises(ClientError, match=r"s3://models/nothing\.tar\.gz"):
        client.create_model_package(
            ModelPackageGroupName="churn", InferenceSpecification=specification("s3://models/nothing.tar.gz")
        )
    assert client.list_model_packages(ModelPackageGroupName="churn")["ModelPackageSummaryList"] == []


def test_a_group_goes_only_when_empty(cloud: Cloud) -> None:
    client = cloud.client()
    client.create_model_package_group(ModelPackageGroupName="churn")
    arn = register(cloud)
    with pytest.raises(ClientError, match="ConflictException"):
        client.delete_model_package_group(ModelPackageGroupName="churn")
    client.delete_model_package(ModelPackageName=arn)
    client.delete_model_package_group(ModelPackageGroupName="churn")
    with pytest.raises(ClientError, match="does not exist"):
        client.describe_model_package_group(ModelPackageGroupName="churn")


def test_a_group_is_named_once_and_must_exist(cloud: Cloud) -> None:
    cloud.client().create_model_package_group(ModelPackageGroupName="churn")
    with pytest.raises(ClientError, match="already exists"):
        cloud.client().create_model_package_group(ModelPackageGroupName="churn")
    with pytest.raises(ClientError, match="does not exist"):
        register(cloud, "nobody")


def test_a_client_token_makes_one_package(cloud: Cloud) -> None:
    cloud.client().create_model_package_group(ModelPackageGroupName="churn")
    assert register(cloud, ClientToken="once") == register(cloud, ClientToken="once")


def test_a_package_without_group_is_its_own(cloud: Cloud) -> None:
    client = cloud.client()
    answer = client.create_model_package(ModelPackageName="alone", InferenceSpecification=specification())
    assert client.describe_model_package(ModelPackageName="alone")["ModelPackageArn"] == answer["ModelPackageArn"]
    listed = client.list_model_packages(NameContains="alo")["ModelPackageSummaryList"]
    assert [item["ModelPackageArn"] for item in listed] == [answer["ModelPackageArn"]]
    with pytest.raises(ClientError, match="does not apply"):
        client.update_model_package(ModelPackageArn=answer["ModelPackageArn"], ModelApprovalStatus="Approved")


def test_what_is_not_implemented_is_refused_by_name(cloud: Cloud) -> None:
    cloud.client().create_model_package_group(ModelPackageGroupName="churn")
    with pytest.raises(ClientError, match="ModelCard"):
        register(cloud, ModelCard={"ModelCardStatus": "Draft"})


def test_tags_are_kept_with_the_resource(cloud: Cloud) -> None:
    client = cloud.client()
    tags = [{"Key": "owner", "Value": "us"}, {"Key": "stage", "Value": "dev"}]
    arn = client.create_model_package_group(ModelPackageGroupName="churn", Tags=tags)["ModelPackageGroupArn"]
    assert client.list_tags(ResourceArn=arn)["Tags"] == tags
    client.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "prod"}, {"Key": "new", "Value": "1"}])
    client.delete_tags(ResourceArn=arn, TagKeys=["owner"])
    assert client.list_tags(ResourceArn=arn)["Tags"] == [
        {"Key": "stage", "Value": "prod"},
        {"Key": "new", "Value": "1"},
    ]
    with pytest.raises(ClientError, match="does not exist"):
        client.list_tags(ResourceArn=arn.replace("churn", "nobody"))
    with pytest.raises(ClientError, match="50"):
        client.add_tags(ResourceArn=arn, Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
    client.delete_model_package_group(ModelPackageGroupName="churn")
    client.create_model_package_group(ModelPackageGroupName="churn")
    assert client.list_tags(ResourceArn=arn)["Tags"] == []
