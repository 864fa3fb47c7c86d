"""What a file can have wrong."""

from ops.errors import OperationError


class DataError(OperationError):
    """The file cannot become a use case; the text says what was found, where, what is allowed, what to do."""
