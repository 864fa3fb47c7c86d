"""What a handler gets and gives."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Inquiry:
    """One request to the model; header names are in lower case."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """One answer of the model."""

    status: int
    content_type: str
    body: bytes


class UnsupportedFormatError(Exception):
    """A content type that cannot be read or written."""


Handler = Callable[[Inquiry], Reply]


def text(status: int, message: str) -> Reply:
    """Answer with a plain text, as Flask does in the image."""
    return Reply(status, "text/html; charset=utf-8", message.encode())


def media_type(header: str) -> tuple[str, dict[str, str]]:
    """Split "text/csv; label_size=1" into its type, in lower case, and its parameters."""
    kind, *rest = header.split(";")
    parameters = (item.partition("=") for item in rest if "=" in item)
    return kind.strip().lower(), {key.strip().lower(): value.strip().strip('"') for key, _, value in parameters}
