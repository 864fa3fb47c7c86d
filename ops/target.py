"""One use case in one environment, as commands see it: its names, its buckets, and clients of its region."""

import importlib
from dataclasses import dataclass
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from config import Environment, UseCase, load_environment, load_use_case
from ops.errors import OperationError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

__all__ = ["RETRIES", "OperationError", "Target", "client", "module"]
RETRIES = Config(retries={"mode": "standard", "max_attempts": 4})


@dataclass(frozen=True)
class Target:
    """A use case of an environment.

    Attributes:
        environment: the environment's file.
        use_case: the use case's file.
    """

    environment: Environment
    use_case: UseCase

    @classmethod
    def of(cls, environment: str, use_case: str) -> "Target":
        """Load both; ConfigError if a file is wrong, OperationError if the environment does not have the use case."""
        loaded = load_environment(environment)
        if use_case not in loaded.use_cases:
            known = ", ".join(loaded.use_cases) or "none"
            raise OperationError(
                f"{environment} does not deploy {use_case}; it has {known}. Add it (python -m ops use-case add "
                f"{use_case} {environment}) and deploy, or name another."
            )
        return cls(loaded, load_use_case(use_case))

    @classmethod
    def alone(cls, environment: str, use_case: str) -> "Target":
        """Load both, as if the environment named this use case and no other; ConfigError if a file is wrong."""
        loaded = load_use_case(use_case)  # first: its message names the folders that there are
        return cls(load_environment(environment, use_cases=(use_case,)), loaded)

    @property
    def name(self) -> str:
        """Name of the pipeline, of the model package group and of the endpoint: `dev-flight-delays`."""
        return f"{self.environment.name}-{self.use_case.slug}"

    @cached_property
    def sagemaker(self) -> "SageMakerClient":
        """Client of SageMaker."""
        client: SageMakerClient = self._client("sagemaker")
        return client

    @cached_property
    def runtime(self) -> "SageMakerRuntimeClient":
        """Client of SageMaker Runtime."""
        client: SageMakerRuntimeClient = self._client("sagemaker-runtime")
        return client

    @cached_property
    def s3(self) -> "S3Client":
        """Client of S3."""
        client: S3Client = self._client("s3")
        return client

    @cached_property
    def cloudformation(self) -> "CloudFormationClient":
        """Client of CloudFormation."""
        client: CloudFormationClient = self._client("cloudformation")
        return client

    @cached_property
    def dynamodb(self) -> Any:
        """Client of DynamoDB."""
        return self._client("dynamodb")

    @cached_property
    def logs(self) -> Any:
        """Client of CloudWatch Logs."""
        return self._client("logs")

    @cached_property
    def functions(self) -> Any:
        """Client of Lambda."""
        return self._client("lambda")

    @cached_property
    def cloudwatch(self) -> Any:
        """Client of CloudWatch."""
        return self._client("cloudwatch")

    @cached_property
    def sts(self) -> Any:
        """Client of the Security Token Service."""
        return self._client("sts")

    @cached_property
    def states(self) -> Any:
        """Client of Step Functions."""
        return self._client("stepfunctions")

    def bucket(self, purpose: str) -> str:
        """Return the name of one of the environment's buckets: raw, labelled, processed, models, capture, logs.

        Raises:
            OperationError: the data stack is not deployed.
        """
        return self.output("data", f"{purpose.capitalize()}BucketName")

    def output(self, part: str, key: str) -> str:
        """Return an output of one of the environment's stacks, such as data or control.

        Raises:
            OperationError: the stack is not deployed, or lacks it.
        """
        for output in self._stack(part).get("Outputs", []):
            if output["OutputKey"] == key:
                return str(output["OutputValue"])
        raise OperationError(f"The stack {self.environment.name}-{part} has no output {key}. Deploy it again.")

    def parameter(self, part: str, key: str) -> str:
        """Return a parameter of one of the use case's stacks, such as serving; empty if there is none."""
        try:
            stack = self.cloudformation.describe_stacks(StackName=f"{self.name}-{part}")["Stacks"][0]
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            return ""
        found = {item["ParameterKey"]: item.get("ParameterValue", "") for item in stack.get("Parameters", [])}
        return found.get(key, "")

    def _stack(self, part: str) -> dict[str, Any]:
        stack = f"{self.environment.name}-{part}"
        try:
            return dict(self.cloudformation.describe_stacks(StackName=stack)["Stacks"][0])
        except ClientError as error:
            if "does not exist" not in str(error):
                raise
            raise OperationError(
                f"There is no stack {stack} in {self.environment.region}. Deploy the environment "
                f"(cdk deploy '{self.environment.name.capitalize()}/*'), or use credentials of its account."
            ) from error

    def _client(self, service: str) -> Any:
        return client(self.environment, service)


def module(use_case: str, name: str) -> ModuleType:
    """Import a module of a use case's folder, such as raw_data; OperationError if the folder does not have it."""
    wanted = f"pipelines_src.{use_case}.{name}"
    try:
        return importlib.import_module(wanted)
    except ModuleNotFoundError as error:
        if error.name != wanted:
            raise
        raise OperationError(
            f"There is no {wanted.replace('.', '/')}.py and no folder raw beside it. Bring a file (python -m ops "
            f"use-case data {use_case} --data FILE), or write the module (docs/use-cases.md)."
        ) from error


def client(environment: Environment, service: str) -> Any:
    """Return a client of a service in an environment's region; OperationError as `in_region`."""
    return in_region(environment.region, service)


def in_region(region: str, service: str) -> Any:
    """Return a client of a service in a region.

    Raises:
        OperationError: AWS_ENDPOINT_URL, or what names an address in AWS's configuration, names none.
    """
    try:
        return _client(region, service)
    except ValueError as error:  # botocore's, for an address that is none
        raise OperationError(
            f"{error}. AWS_ENDPOINT_URL, or endpoint_url in AWS's configuration, must be an address such as "
            "http://127.0.0.1:4566; unset it to use AWS."
        ) from error


def _client(region: str, service: str) -> Any:
    return boto3.client(service, region_name=region or None, config=RETRIES)  # type: ignore[call-overload]  # the name is a variable
