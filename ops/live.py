"""What the endpoint of a use case serves."""

import time
from datetime import datetime

from botocore.exceptions import ClientError

from ops.logs import end_of_endpoint
from ops.target import OperationError, Target

_ANSWERS = {"InService", "Updating", "SystemUpdating", "RollingBack"}


def live_packages(target: Target) -> dict[str, str]:
    """Return variant name -> ARN of the model package it serves; empty while there is no endpoint that answers.

    While SageMaker updates an endpoint, it answers as before, and is described with the configuration it had.
    """
    try:
        endpoint = target.sagemaker.describe_endpoint(EndpointName=target.name)
    except ClientError as error:
        if "Could not find" in str(error):
            return {}
        raise
    if endpoint["EndpointStatus"] not in _ANSWERS:
        return {}
    config = target.sagemaker.describe_endpoint_config(EndpointConfigName=endpoint["EndpointConfigName"])
    return {
        variant["VariantName"]: _package_of(target, variant["ModelName"])
        for variant in (*config["ProductionVariants"], *config.get("ShadowProductionVariants", []))
        if "ModelName" in variant
    }


def champion_model(target: Target) -> str:
    """Return the S3 URI of the champion's model.tar.gz, as the serving stack names it; empty while there is none."""
    package = target.parameter("serving", "ChampionModelPackage")
    if not package:
        return ""
    described = target.sagemaker.describe_model_package(ModelPackageName=package)
    return described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"]


def wait_until_live(target: Target, package_arn: str, timeout: float = 1800, every: float = 1.0) -> None:
    """Return when the endpoint serves a model package.

    Raises:
        OperationError: the release failed, or the endpoint does not serve it after `timeout` seconds.
    """
    approved = target.sagemaker.describe_model_package(ModelPackageName=package_arn)
    since, end = approved.get("LastModifiedTime", approved["CreationTime"]), time.monotonic() + timeout
    while package_arn not in live_packages(target).values():
        if reason := _failure(target, since):
            raise OperationError(f"The release of {package_arn} failed. {reason}{end_of_endpoint(target)}")
        if time.monotonic() > end:
            raise OperationError(
                f"{target.name} does not serve {package_arn} after {timeout:.0f} s. Look at the events of the stack "
                f"{target.name}-serving and at the log of the release function."
            )
        time.sleep(every)


def _failure(target: Target, since: datetime) -> str:
    """Return why the serving stack went back after `since`, by the clock of AWS; empty if it did not."""
    stack = f"{target.name}-serving"
    status = target.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    if "ROLLBACK" not in status:
        return ""
    pages = target.cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
    newest_first = (event for page in pages for event in page["StackEvents"])
    failures = []
    for event in newest_first:
        if event["Timestamp"] < since:
            break
        if event.get("ResourceStatus", "").endswith("_FAILED"):
            failures.append(f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', status)}")
    # The first failure is the cause; what follows was cancelled because of it.
    return f"The stack {stack} is in {status}; {failures[-1]}" if failures else ""


def _package_of(target: Target, model: str) -> str:
    container = target.sagemaker.describe_model(ModelName=model).get("PrimaryContainer", {})
    return container.get("ModelPackageName", "")
