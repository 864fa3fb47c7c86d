"""Errors of configuration, for people."""

from collections.abc import Iterator
from contextlib import contextmanager

KeyPath = tuple[str | int, ...]  # the keys that lead to a value: ("network", "zones", 0)


class ConfigError(Exception):
    """A file of configuration is wrong; the text says where, what was found, what is allowed and what to do."""


class RuleError(ValueError):
    """A value breaks a rule that no type says.

    Attributes:
        key: the keys that lead to the value from the section that the rule is about; empty: the section itself.
        text: what was found, what is allowed and what to do, without a full stop.

    >>> str(RuleError(("split", "column"), "found 'x'; allowed are y and z; correct the name"))
    "split.column: found 'x'; allowed are y and z; correct the name"
    """

    def __init__(self, key: KeyPath, text: str) -> None:
        self.key, self.text = key, text
        super().__init__(f"{'.'.join(map(str, self.key))}: {text}" if self.key else text)


@contextmanager
def under(*keys: str | int) -> Iterator[None]:
    """Put keys before those of a rule that is broken inside."""
    try:
        yield
    except RuleError as error:
        raise RuleError((*keys, *error.key), error.text) from error
