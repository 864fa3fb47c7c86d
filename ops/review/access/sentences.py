"""What came and what went as one sentence, the most dangerous first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ops.review.access import danger, phrases
from ops.review.access.comparing import Piece
from ops.review.access.condition_phrases import said_conditions
from ops.review.access.documents import HOLDERS, Kind
from ops.review.access.statements import Statement
from ops.review.model import Class, Found, Severity

WHO = "\ue002"  # stands for those who have a policy, until it is known which of them it means the same for
_SHOWN = 3
_VERBS = {
    (True, True): "may also do",
    (True, False): "is no longer refused",
    (False, True): "may no longer do",
    (False, False): "is now refused",
}


@dataclass(frozen=True)
class Told:
    """What a sentence is about.

    Attributes:
        type: of the resource.
        paths: of the properties with the policies.
    """

    kind: Kind
    type: str
    paths: tuple[str, ...]


def widened(pieces: Sequence[Piece], told: Told) -> Found:
    """Return what is allowed, or no longer refused."""
    ranked = sorted(pieces, key=lambda one: -danger.severity(one, told.kind))
    worst = danger.severity(ranked[0], told.kind)
    return _found(Class.PERMISSIONS_WIDENED, worst, ranked, told, more=True)


def narrowed(pieces: Sequence[Piece], told: Told, severity: Severity) -> Found:
    """Return what is no longer allowed, or now refused."""
    return _found(Class.PERMISSIONS_NARROWED, severity, pieces, told, more=False)


def doubtful(pieces: Sequence[Piece], told: Told, *, more: bool) -> Found:
    """Return what may be allowed that was not, or the other way."""
    reasons = phrases.listed(sorted({reason for one in pieces for reason in one.doubts}), 2)
    said = _clause(pieces[0], told)
    text = f"whether {'more' if more else 'less'} is allowed of {said} cannot be told: {reasons}; compare them by eye"
    return Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text, told.paths)


def exposures(pieces: Sequence[Piece], told: Told) -> Iterable[Found]:
    """Return what of it opens something to everybody: principals `*`, and refusals that are gone."""
    first: dict[Statement, Piece] = {}
    for piece in pieces:
        first.setdefault(piece.statement, piece)
    for one in first.values():
        keys = {condition.key for condition in one.statement.conditions}
        said = _clause(one, told)
        if one.statement.allow and danger.everybody(one):
            yield Found(
                Class.EXPOSURE,
                Severity.HIGH,
                f"Everybody may {'' if told.kind is Kind.TRUST else 'do '}{said}",
                told.paths,
            )
        elif not one.statement.allow and keys & danger.TRANSPORT:
            yield Found(Class.EXPOSURE, Severity.HIGH, f"{_plain(keys)} are no longer refused: {said}", told.paths)
        elif not one.statement.allow and keys & danger.ORIGINS:
            text = f"Requests from elsewhere are no longer refused: {said}"
            yield Found(Class.EXPOSURE, Severity.HIGH, text, told.paths)


def _plain(keys: set[str]) -> str:
    return "Requests without TLS" if "aws:securetransport" in keys else "Requests with old versions of TLS"


def _found(kind: Class, severity: Severity, pieces: Sequence[Piece], told: Told, *, more: bool) -> Found:
    said: dict[tuple[str, str, str], list[str]] = {}  # what is said of several resources is said once
    for one in pieces:
        actions, resources, rest = _parts(one, told)
        said.setdefault((_beginning(one, told, more=more), actions, rest), []).extend(resources)
    clauses = [(begin, _put(actions, resources, rest)) for (begin, actions, rest), resources in said.items()]
    shown = clauses if len(clauses) <= _SHOWN + 1 else clauses[:_SHOWN]
    unsaid = clauses[len(shown) :]
    text = "; ".join([*_joined(shown), *([f"and {len(unsaid)} more"] if unsaid else [])])
    return Found(kind, severity, text, told.paths, "\n".join(f"{begin} {clause}" for begin, clause in unsaid))


def _joined(said: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Say who and what he may only where it is not as before."""
    last = ""
    for begin, clause in said:
        yield clause if begin == last else f"{begin} {clause}"
        last = begin


def _beginning(piece: Piece, told: Told, *, more: bool) -> str:
    verb = _VERBS[more, piece.statement.allow]
    return f"{_who(piece, told)} {verb.removesuffix(' do') if told.kind is Kind.TRUST else verb}"


def _who(piece: Piece, told: Told) -> str:
    if told.kind is not Kind.IDENTITY:
        return phrases.said_principals(piece) or "whoever asks"
    if told.type in HOLDERS:
        return f"the {told.type.rpartition('::')[2].lower()}"
    return WHO


def _clause(piece: Piece, told: Told) -> str:
    return _put(*_parts(piece, told))


def _put(actions: str, resources: Sequence[str], rest: str) -> str:
    return f"{actions} on {phrases.listed(resources)}{rest}" if resources else f"{actions}{rest}"


def _parts(piece: Piece, told: Told) -> tuple[str, list[str], str]:
    """Return the actions of a piece, its resources, and what follows them."""
    actions, conditions = phrases.said_actions(piece), said_conditions(piece)
    if told.kind is Kind.TRUST:
        assumed = "assume the role" if actions == "sts:AssumeRole" else f"do {actions} with the role"
        return assumed, [], conditions
    if told.kind is Kind.KEY:
        return actions, [], f" with the key{conditions}"
    through = " through the endpoint" if told.kind is Kind.ENDPOINT else ""
    return actions, phrases.said_resources(piece), f"{through}{conditions}"
