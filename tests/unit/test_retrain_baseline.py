"""The baseline that a sample's drift is held against."""

import pytest

from retrain.pipelines import Pipelines
from tests.unit.release_stub_kit import stubbed
from tests.unit.retrain_cloud_kit import NOW


@pytest.mark.parametrize("folder", ["e1", "another"])
def test_the_baseline_is_the_champions_own_that_its_monitor_has(folder: str) -> None:
    group = "arn:aws:sagemaker:ap-northeast-1:111122223333:model-package/dev-flight-delays"
    uri = "s3://processed/flight_delays/e1/baseline/constraints.json"
    described = {
        "ModelPackageName": "p", "ModelPackageArn": f"{group}/1", "CreationTime": NOW,
        "ModelPackageStatus": "Completed", "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "ModelMetrics": {"ModelDataQuality": {"Constraints": {"ContentType": "application/json", "S3Uri": uri}}},
    }  # fmt: skip
    if folder != "e1":
        compared = {"ContentType": "application/json", "S3Uri": uri.replace("e1", folder)}
        described["DriftCheckBaselines"] = {"ModelDataQuality": {"Constraints": compared}}
    with stubbed("sagemaker") as (client, stub):
        stub.add_response(
            "describe_endpoint",
            {"EndpointName": "e", "EndpointArn": f"{group.replace('model-package', 'endpoint')}", "CreationTime": NOW,
             "EndpointStatus": "InService", "LastModifiedTime": NOW, "EndpointConfigName": "c"},
        )  # fmt: skip
        variant = {
            "VariantName": "champion",
            "ModelName": "m",
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
        }
        stub.add_response(
            "describe_endpoint_config",
            {"EndpointConfigName": "c", "EndpointConfigArn": f"{group.replace('model-package', 'endpoint-config')}",
             "ProductionVariants": [variant], "CreationTime": NOW},
        )  # fmt: skip
        stub.add_response(
            "describe_model",
            {"ModelName": "m", "ModelArn": f"{group.replace('model-package', 'model')}", "CreationTime": NOW,
             "PrimaryContainer": {"ModelPackageName": f"{group}/1"}},
        )  # fmt: skip
        stub.add_response("describe_model_package", described, {"ModelPackageName": f"{group}/1"})
        found = Pipelines(client, "dev").baseline("flight_delays")
        assert found == f"s3://processed/flight_delays/{folder}/baseline"
