"""Errors in the shape the SageMaker API gives them; a missing job, too, is a ValidationException."""

from local_cloud.service_errors import ServiceError as SageMakerError
from local_cloud.service_errors import not_implemented, validation_error

__all__ = ["SageMakerError", "in_use", "not_found", "not_implemented", "validation_error"]


def not_found(message: str) -> SageMakerError:
    """A named resource does not exist, for the operations that say ResourceNotFound."""
    return SageMakerError("ResourceNotFound", message)


def in_use(message: str) -> SageMakerError:
    """The name is taken, or the resource is busy."""
    return SageMakerError("ResourceInUse", message)
