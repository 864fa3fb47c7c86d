"""Errors of the steps, for people."""


class StepError(Exception):
    """A step cannot go on; the text says what was found, where, what is expected and what to do."""


class RequestError(Exception):
    """A request to the endpoint is wrong; `status` is its HTTP status."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
