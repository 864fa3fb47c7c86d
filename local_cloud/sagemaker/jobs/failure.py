"""What makes a job fail, in the words of FailureReason."""

from botocore.exceptions import BotoCoreError, ClientError

_LIMIT = 1024  # the length of FailureReason and ExitMessage


class JobFailureError(Exception):
    """The job fails; its text becomes FailureReason and starts with AlgorithmError, ClientError or the like."""


class JobStoppedError(Exception):
    """The job was asked to stop before its program ran."""


def shorten(text: str) -> str:
    """Cut a text to what FailureReason and ExitMessage may hold."""
    return text.strip()[:_LIMIT]


def client_error(what: str, error: ClientError | BotoCoreError) -> JobFailureError:
    """Say that a call made with the job's role failed."""
    return JobFailureError(shorten(f"ClientError: {what}: {error}"))
