"""What came and what went as one sentence, the most dangerous first."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ops.review.access import danger, phrases
from ops.review.access.comparing import Piece
from ops.review.access.condition_phrases import said_conditions
from ops.review.access.documents import HOLDERS, Kind
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


def exposures(pieces: Iterable[Piece], told: Told) -> Iterable[Found]:
    """Return what of it opens something to everybody: principals `*`, and refusals that are gone."""
    for one in pieces:
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
    said = list(dict.fromkeys((_beginning(one, told, more=more), _clause(one, told)) for one in pieces))
    shown = said if len(said) <= _SHOWN + 1 else said[:_SHOWN]
    rest = said[len(shown) :]
    text = "; ".join([*_joined(shown), *([f"and {len(rest)} more"] if rest else [])])
    return Found(kind, severity, text, told.paths, "\n".join(f"{begin} {clause}" for begin, clause in rest))


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
    actions, resources = phrases.said_actions(piece), phrases.said_resources(piece)
    conditions = said_conditions(piece)
    if told.kind is Kind.TRUST:
        return ("assume the role" if actions == "sts:AssumeRole" else f"do {actions} with the role") + conditions
    if told.kind is Kind.KEY:
        resources = " with the key"
    elif told.kind is Kind.ENDPOINT:
        resources += " through the endpoint"
    return f"{actions}{resources}{conditions}"
