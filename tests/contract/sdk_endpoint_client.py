"""What a person does with the SageMaker SDK's resources; run as a program, since the SDK wants its region at import.

Arguments: role ARN, image, artifact, and the file to write what was seen into; the SDK prints progress on both streams.
"""

import json
import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from sagemaker.core.resources import Endpoint, EndpointConfig, Model
from sagemaker.core.shapes import (
    CaptureOption,
    ContainerDefinition,
    DataCaptureConfig,
    DesiredWeightAndCapacity,
    ProductionVariant,
)


def main(role: str, image: str, artifact: str, report: str) -> None:
    """Create everything, look at it, use it, change it, remove it."""
    container = ContainerDefinition(
        image=image, model_data_url=artifact, environment={"SAGEMAKER_PROGRAM": "inference.py"}
    )
    Model.create(
        model_name="sdk-model", primary_container=container, execution_role_arn=role, enable_network_isolation=True
    )
    capture = DataCaptureConfig(
        initial_sampling_percentage=100,
        destination_s3_uri=artifact.rpartition("/")[0] + "/captured",
        capture_options=[CaptureOption(capture_mode="Input")],
    )
    variants = [
        ProductionVariant(
            variant_name=name,
            model_name="sdk-model",
            initial_instance_count=1,
            instance_type="ml.t2.medium",
            initial_variant_weight=1.0,
        )
        for name in ("champion", "challenger")
    ]
    EndpointConfig.create(endpoint_config_name="sdk-config", production_variants=variants, data_capture_config=capture)
    EndpointConfig.create(endpoint_config_name="sdk-config-2", production_variants=variants[:1])
    endpoint = Endpoint.create(endpoint_name="sdk-endpoint", endpoint_config_name="sdk-config")
    endpoint.wait_for_status("InService", poll=1, timeout=60)
    endpoint = Endpoint.get("sdk-endpoint")
    seen = {
        "arn": endpoint.endpoint_arn,
        "status": endpoint.endpoint_status,
        "variants": [variant.variant_name for variant in endpoint.production_variants],
        "capture": endpoint.data_capture_config.capture_status,
        "listed": [found.endpoint_name for found in Endpoint.get_all(name_contains="sdk")],
    }
    answer = endpoint.invoke(body="1,2", content_type="text/csv", target_variant="challenger", inference_id="1")
    seen["answer"] = json.loads(answer.body.read())
    seen["variant"] = answer.invoked_production_variant
    try:
        endpoint.invoke(body="fail", content_type="text/csv")
    except ClientError as error:
        response: dict[str, Any] = {**error.response}  # has the error's own members too
        seen["error"] = [response["Error"]["Code"], response["OriginalStatusCode"]]
    endpoint.update_weights_and_capacities([DesiredWeightAndCapacity(variant_name="champion", desired_weight=3.0)])
    endpoint.wait_for_status("InService", poll=1, timeout=60)
    seen["weights"] = [variant.current_weight for variant in Endpoint.get("sdk-endpoint").production_variants]
    endpoint.endpoint_config_name = "sdk-config-2"
    endpoint.update()
    endpoint.wait_for_status("InService", poll=1, timeout=60)
    seen["config"] = Endpoint.get("sdk-endpoint").endpoint_config_name
    endpoint.delete()
    endpoint.wait_for_delete(poll=1, timeout=60)
    Path(report).write_text(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
