"""Gates: what the rules of environments say of a change."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from config.review import Level, Waiver
from ops.review import loosened, monthly
from ops.review.judge import Judge
from ops.review.model import Change, Class, Found, Gate, Review, Severity
from ops.review.waivers import matches, named


def judged(review: Review, judge: Judge) -> Review:
    """Return the review with its gates: what a closed one speaks of has severity `BLOCK` and stands first."""
    gates = [*loosened.gates(judge.head, judge.base, judge.unread, judge.today)]
    blocked: dict[tuple[int, Class], Severity] = {}
    for environment in _environments(review):
        rules = judge.rules(environment)
        for kind in Class:
            hits = _Hits(kind, environment, rules.block[kind.value], rules.warn[kind.value])
            hits.sort(review.changes, [one for one in rules.waivers if kind.value in one.classes], judge.today)
            gates += hits.gates()
            for change in hits.closing:
                least = _severity(rules.block[kind.value])
                blocked[id(change), kind] = min(least, blocked.get((id(change), kind), least))
        gates += monthly.gates(review.cost, environment, rules)
    return replace(
        review,
        changes=tuple(sorted((_raised(one, blocked) for one in review.changes), key=lambda one: -one.severity)),
        gates=tuple(sorted(gates, key=lambda one: (one.name not in loosened.NAMES, not one.closed, not one.waived))),
    )


def _environments(review: Review) -> list[str]:
    changed = {name for change in review.changes for name in change.environments or ("",)}
    return sorted(changed | {name for name, _, _ in (review.cost.by_environment if review.cost else ())})


def _raised(change: Change, blocked: Mapping[tuple[int, Class], Severity]) -> Change:
    def raised(one: Found) -> Found:
        closes = one.severity >= blocked.get((id(change), one.kind), Severity.BLOCK)
        return replace(one, severity=Severity.BLOCK, rated=one.severity) if closes else one

    return replace(change, found=tuple(sorted(map(raised, change.found), key=lambda one: -one.severity)))


@dataclass
class _Hits:
    """Changes of one class in one environment that its rules speak of.

    Attributes:
        block, warn: the least severity that does.
        closing: what blocks.
        waived: what would, with the waiver that excuses it.
        warned: what warns.
        expired: waivers that would have excused what blocks.
    """

    kind: Class
    environment: str
    block: Level
    warn: Level
    closing: list[Change] = field(default_factory=list)
    waived: list[tuple[Change, Waiver]] = field(default_factory=list)
    warned: list[Change] = field(default_factory=list)
    expired: list[Waiver] = field(default_factory=list)

    def sort(self, changes: Iterable[Change], waivers: list[Waiver], today: date) -> None:
        """Take in what concerns it of all changes."""
        for change in changes:
            severities = [one.severity for one in change.found if one.kind is self.kind]
            if not severities or self.environment not in (change.environments or ("",)):
                continue
            if max(severities) >= _severity(self.block):
                self._judge(change, [one for one in waivers if matches(one, change, self.environment)], today)
            elif max(severities) >= _severity(self.warn):
                self.warned.append(change)

    def _judge(self, change: Change, waivers: list[Waiver], today: date) -> None:
        valid = [one for one in waivers if one.expires >= today]
        if valid:
            self.waived.append((change, max(valid, key=lambda one: one.expires)))
        else:
            self.closing.append(change)
            self.expired += [one for one in waivers if one not in self.expired]

    def gates(self) -> Iterator[Gate]:
        """Yield one for what blocks, or would, and one for what warns."""
        if self.closing or self.waived:
            changes = [*self.closing, *(change for change, _ in self.waived)]
            text = _counted(len(changes), self.block, "block")
            text += f"; {len(self.waived)} waived" if self.waived else ""
            for one in self.expired:
                text += f". The waiver of {one.change} expired on {one.expires} and does not count: {one.reason}"
            reasons = [f"{self._name(one)} until {waiver.expires}: {waiver.reason}" for one, waiver in self.waived]
            yield replace(self._gate(text, changes), closed=bool(self.closing), waived=tuple(reasons))
        if self.warned:
            yield self._gate(_counted(len(self.warned), self.warn, "warn"), self.warned)

    def _gate(self, text: str, changes: list[Change]) -> Gate:
        return Gate(self.environment, self.kind.value, text, tuple(map(self._name, changes)), closed=False)

    def _name(self, change: Change) -> str:
        return named(change, self.environment)


def _severity(level: Level) -> Severity:
    """Return the least severity that counts: `BLOCK`, which nothing that was found has, for none."""
    return Severity.BLOCK if level == "never" else Severity[level.upper()]


def _counted(changes: int, level: Level, verb: str) -> str:
    of = f"of severity {level}" + ("" if level == "high" else " or more")
    return f"1 change {of}, which {verb}s" if changes == 1 else f"{changes} changes {of}, which {verb}"
