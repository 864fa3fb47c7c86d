"""AWS clients with a role's credentials: whatever a pipeline does passes the API and its permissions."""

from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from local_cloud.sagemaker import role_clients
from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.pipelines import retries

_CONFIG = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=900, max_pool_connections=50)


class CallFailedError(Exception):
    """An AWS call failed. `exception` is the retry policies' word for it, None if a retry is of no use."""

    def __init__(self, action: str, code: str, message: str, exception: str | None) -> None:
        super().__init__(f"Failed to invoke {action}. Error Details: {message}")
        self.code = code
        self.message = message
        self.exception = exception


class RoleClients:
    """The clients of one role; threads may share it."""

    def __init__(self, call: Call, role_arn: str) -> None:
        self._clients = role_clients.RoleClients(call.platform, call.store.region, role_arn, "SageMaker")

    def invoke(self, service: str, operation: str, **arguments: Any) -> Any:
        """Call an operation, `create_training_job`, and return its answer.

        Raises:
            CallFailedError: whatever went wrong, the arguments' own form included.
        """
        action = f"{service}:{''.join(word.capitalize() for word in operation.split('_'))}"
        try:
            answer = getattr(self._clients.get(service, _CONFIG), operation)(**arguments)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            message = error.response.get("Error", {}).get("Message", str(error))
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            raise CallFailedError(action, code, message, retries.of_create_error(status, code)) from error
        except ParamValidationError as error:
            raise CallFailedError(action, "ValidationException", str(error), None) from error
        except BotoCoreError as error:
            raise CallFailedError(action, "ServiceUnavailable", str(error), retries.SERVICE_FAULT) from error
        except SageMakerError as error:
            raise CallFailedError("sts:AssumeRole", error.code, error.message, None) from error
        answer.pop("ResponseMetadata", None)
        return answer


def plain(value: Any) -> Any:
    """Return an answer with times as text, so that it can be kept as JSON."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value
