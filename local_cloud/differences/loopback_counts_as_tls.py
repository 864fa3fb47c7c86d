"""Policies ask for TLS (`aws:SecureTransport`); loopback stands for it, since nothing leaves the machine."""

from contextvars import ContextVar


def close() -> None:
    """Make every request, and every delivery that a service makes itself, count as encrypted in transit."""
    from ministack import app
    from ministack.core import iam_evaluator

    origin: ContextVar[tuple[str, bool]] = ContextVar("request_origin", default=("127.0.0.1", True))

    def pin(source_ip: str, _secure_transport: bool) -> None:
        origin.set((source_ip, True))

    iam_evaluator._request_origin = origin
    iam_evaluator.pin_request_origin = pin
    app.pin_request_origin = pin
