"""Names that Pipelines makes up: execution ids, and the jobs of steps."""

import re
import secrets
import string

_LOWER = string.ascii_lowercase + string.digits
_ALL = string.ascii_letters + string.digits
_SUFFIX = 10
_TUNING_NAME = 32


def execution_id() -> str:
    """Return twelve random letters and digits."""
    return "".join(secrets.choice(_LOWER) for _ in range(12))


def token() -> str:
    """Return ten random letters and digits: a callback token, a suffix."""
    return "".join(secrets.choice(_ALL) for _ in range(_SUFFIX))


def resource_name(execution: str, step: str, length: int, prefix: str | None = None) -> str:
    """Return a name as AWS makes it: pipelines-<execution>-<step>-<suffix>, the step's name cut to fit the length.

    A tuning job's name has 32 characters at most and no "pipelines-". `prefix` is what a definition gives as the
    job's name itself: <prefix>-<execution>-<suffix>.
    """
    start = "" if length <= _TUNING_NAME else "pipelines-"
    middle = step if prefix is None else prefix
    room = length - len(start if prefix is None else "") - len(execution) - _SUFFIX - 2
    middle = re.sub(r"[^A-Za-z0-9-]+", "-", middle)[:room].strip("-") or "step"
    if prefix is not None:
        return f"{middle}-{execution}-{token()}"
    return f"{start}{execution}-{middle}-{token()}"
