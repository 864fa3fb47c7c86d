"""Errors in the shape that AWS's JSON APIs give them."""


class ServiceError(Exception):
    """An error answer: `code` as in the service model (ValidationException, ResourceNotFound, ...)."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def validation_error(message: str) -> ServiceError:
    """The request is understood but not allowed."""
    return ServiceError("ValidationException", message)


def not_implemented(what: str) -> ServiceError:
    """AWS would do this, and the local cloud says by name that it does not: `what`, and what may be used instead."""
    return ServiceError("NotImplementedByLocalCloud", f"The local cloud does not implement {what}.", status=501)
