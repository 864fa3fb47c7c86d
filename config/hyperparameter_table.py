"""The hyperparameters of a built-in algorithm, and whether given ones are allowed."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from config.errors import RuleError
from config.hyperparameter_kinds import Kind, Number, Whole


@dataclass(frozen=True)
class Table:
    """What an algorithm takes.

    Attributes:
        algorithm: its name, for people.
        known: the kind of value of each hyperparameter.
        required: those that must be given, each with an example.
        tunable: those that a search may have ranges of.
        aliases: other names, each with the name in `known`.
    """

    algorithm: str
    known: Mapping[str, Kind]
    required: Mapping[str, object]
    tunable: frozenset[str]
    aliases: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """All names."""
        return frozenset({*self.known, *self.aliases})

    def check(self, given: Mapping[str, Any]) -> None:
        """Refuse hyperparameters that the algorithm would: RuleError names the first."""
        for name in sorted(set(given) - self.names):
            raise RuleError((name,), self._unknown(name))
        for name in sorted(set(self.required) - {self.aliases.get(name, name) for name in given}):
            raise RuleError(
                (name,),
                f"is missing; the built-in {self.algorithm} requires it; add for example `{name}: "
                f"{self.required[name]}`",
            )
        for name, value in given.items():
            if self.aliases.get(name) in given:
                raise RuleError((name,), f"is another name of {self.aliases[name]}, which is there too; remove one")
            self.parse(name, str(value), found=value)

    def parse(self, name: str, text: str, *, found: object = None) -> Any:
        """Return a hyperparameter's value; RuleError, which shows `found`, if it is not allowed."""
        kind = self.known[self.aliases.get(name, name)]
        try:
            return kind.parse(text)
        except ValueError as error:
            shown = repr(text if found is None else found)
            raise RuleError((name,), f"found {shown}; allowed is {kind}; correct the value") from error

    def check_range(self, name: str, kind: str, values: Mapping[str, Any]) -> None:
        """Refuse a range of a search in which there are values that the algorithm would refuse.

        Args:
            name: of the hyperparameter.
            kind: of the range: continuous, integer or categorical.
            values: its bounds or values by the key they stand under.
        """
        own = self.known[name]
        wanted = "integer" if isinstance(own, Whole) else "continuous" if isinstance(own, Number) else "categorical"
        if kind not in (wanted, "categorical"):
            raise RuleError(
                ("type",), f"found {kind!r}; {name} is {own}; allowed is {wanted!r} or 'categorical'; correct it"
            )
        for key, value in values.items():
            for position, one in enumerate(value if isinstance(value, tuple) else (value,)):
                text = str(int(one)) if kind == "integer" else str(one)
                try:
                    own.parse(text)
                except ValueError as error:
                    path = (key, position) if isinstance(value, tuple) else (key,)
                    raise RuleError(path, f"found {text}; allowed for {name} is {own}; correct it") from error

    def _unknown(self, name: str) -> str:
        near = difflib.get_close_matches(name, self.names, n=1)
        return (
            f"is no hyperparameter of the built-in {self.algorithm}; allowed are {', '.join(sorted(self.names))}; "
            f"{f'did you mean {near[0]}?' if near else 'remove it'}"
        )
