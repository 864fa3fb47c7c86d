"""Errors of the steps, for people."""


class StepError(Exception):
    """A step cannot go on; the text says what was found, where, what is expected and what to do."""


class RequestError(Exception):
    """A request to the endpoint is wrong; `status` is its HTTP status.

    `rule` is what was broken, without what was found: many records break the same rule, each with a value of its own.
    """

    def __init__(self, message: str, status: int = 400, rule: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.rule = rule or message
