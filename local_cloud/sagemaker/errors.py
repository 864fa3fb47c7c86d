"""Errors in the shape the SageMaker API gives them."""


class SageMakerError(Exception):
    """An error answer: `code` as in the service model (ValidationException, ResourceNotFound, ResourceInUse, ...)."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> SageMakerError:
    """The request is understood but not allowed; AWS's code for most refusals, a missing job included."""
    return SageMakerError("ValidationException", message)


def not_implemented(what: str) -> SageMakerError:
    """AWS would do this, and the local cloud says by name that it does not: `what`, and what may be used instead."""
    return SageMakerError("NotImplementedByLocalCloud", f"The local cloud does not implement {what}.", status=501)


def not_found(message: str) -> SageMakerError:
    """A named resource does not exist, for the operations that say ResourceNotFound."""
    return SageMakerError("ResourceNotFound", message)


def in_use(message: str) -> SageMakerError:
    """The name is taken, or the resource is busy."""
    return SageMakerError("ResourceInUse", message)
