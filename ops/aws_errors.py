"""What an error of AWS means for the person who ran a command."""

from boto3.exceptions import Boto3Error
from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

AWS_ERRORS = (BotoCoreError, ClientError, Boto3Error)
_LOG_IN = (
    "Log in (`aws sso login`, or set AWS_PROFILE or the variables your administrator names); for the cloud on this "
    'laptop run: eval "$(python -m ops local env)"'
)
_NO_IDENTITY = (
    exceptions.NoCredentialsError,
    exceptions.PartialCredentialsError,
    exceptions.CredentialRetrievalError,
    exceptions.ProfileNotFound,
    exceptions.SSOError,
    exceptions.TokenRetrievalError,
)
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_UNKNOWN = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_FORBIDDEN = {"403", "AccessDenied", "AccessDeniedException", "Forbidden", "UnauthorizedOperation"}
_MISSING = {"404", "NoSuchBucket", "NoSuchKey", "NotFound", "ResourceNotFound", "ResourceNotFoundException"}


def explain(error: Exception) -> str:
    """Return what happened and what to do about it; for an error that is not AWS's, its own text."""
    if isinstance(error, ClientError):
        return _refused(error)
    if isinstance(error, _NO_IDENTITY):
        return f"There are no usable credentials: {error}. {_LOG_IN}"
    if isinstance(error, (exceptions.ConnectionError, exceptions.HTTPClientError)):
        return (
            f"AWS does not answer: {error}. Is the network there? If AWS_ENDPOINT_URL names the cloud on this laptop, "
            "`python -m ops local status` says whether it runs."
        )
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror or error}. Name a file or folder that is there and that you may use."
    return str(error)


def _refused(error: ClientError) -> str:
    code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
    what = f"{error.operation_name} was refused ({code}): {message.rstrip('.')}"
    if code in _EXPIRED:
        return f"The credentials have expired. {_LOG_IN}"
    if code in _UNKNOWN:
        return f"The credentials are not known to AWS ({code}). {_LOG_IN}"
    if code in _FORBIDDEN:
        return f"{what}. The credentials lack this permission; use others, or ask for it."
    if code in _MISSING or "Could not find" in message or "not found" in message or "does not exist" in message:
        return f"{what}. What it needs is not there: docs/deploying.md says what is deployed and run before it."
    return f"{what}."
