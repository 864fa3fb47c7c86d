"""The rules by which a change is judged: of the files with it and, where they were stricter, of those before it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from config.errors import ConfigError
from config.review_file import USUAL, Rules, load_rules


@dataclass(frozen=True)
class Judge:
    """The rules of both sides on a day.

    Attributes:
        head: of the files with the change, by the name of the environment.
        base: of those before it; None: nobody knows.
        today: in UTC.
        unread: environments whose rules before the change could not be read, and why.
    """

    head: Mapping[str, Rules]
    base: Mapping[str, Rules] | None
    today: date
    unread: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, head: Path, base: Path | None, today: date) -> "Judge":
        """Read the environment files of both sides.

        Args:
            head: folder of the repository with the change.
            base: folder of it before; None: it is not at hand.
            today: in UTC.

        Raises:
            ConfigError: a file of the head's is wrong.
        """
        rules = {name: found for name in _names(head) if (found := load_rules(name, head))}
        if base is None:
            return cls(rules, None, today)
        before, unread = {}, {}
        for name in _names(base):
            try:
                if found := load_rules(name, base):
                    before[name] = found
            except ConfigError as error:  # written by an older schema, or by whoever wants nobody to compare
                unread[name] = str(error).splitlines()[0]
        return cls(rules, before, today, unread)

    def rules(self, environment: str) -> Rules:
        """Return the stricter of both sides, with the waivers of the head; the usual ones where there is no file."""
        head, base = self.head.get(environment), (self.base or {}).get(environment)
        if head:
            return head.stricter(base) if base else head
        if base or environment:
            return base or USUAL
        # What belongs to no environment is excused by the file of any.
        return replace(USUAL, waivers=tuple(waiver for rules in self.head.values() for waiver in rules.waivers))


def _names(root: Path) -> list[str]:
    return sorted(path.stem for path in (root / "environments").glob("*.yaml"))
