"""The error of commands, apart from what they import: a command that needs no AWS must not wait for its SDK."""


class OperationError(Exception):
    """Something a command needs is not there, or did not end well; the text says what to do."""
