"""What a change of a resource does to permissions."""

from collections.abc import Iterator
from dataclasses import replace

from ops.review.access import managed, sentences
from ops.review.access.comparing import Piece, Verdict, compare
from ops.review.access.danger import outside
from ops.review.access.documents import Kind
from ops.review.access.phrases import listed, shortened
from ops.review.access.sentences import WHO, Told
from ops.review.access.statements import Statement
from ops.review.access.subjects import Side, Subject, sides
from ops.review.access.tokens import Undecided
from ops.review.model import Class, Compared, Found, Severity
from ops.review.worlds import World, where, worlds_of

_EXPOSURES = 3  # of one policy


def look(compared: Compared) -> Iterator[Found]:
    """Say which permissions a change gives and takes; nothing where policies are only written differently."""
    if compared.before and compared.after and compared.before.properties == compared.after.properties:
        return
    told: dict[Found, list[str]] = {}
    try:
        base, head = sides(compared)
        yield from managed.look(base, head)
        for subject in sorted(base.subjects() | head.subjects()):
            for found in _of_subject(base, head, subject):
                told.setdefault(found, []).append(subject[1])
    except Undecided as reason:
        told[_unknown(str(reason))] = []
    except RecursionError:
        told[_unknown("it is nested too deeply")] = []
    for found, targets in told.items():
        who = _who(targets, compared)
        yield replace(found, text=_sentence(found.text.replace(WHO, who)), detail=found.detail.replace(WHO, who))


def _unknown(reason: str) -> Found:
    text = f"what its permissions become cannot be told: {reason}; compare the policies by eye"
    return Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text)


def _who(targets: list[str], compared: Compared) -> str:
    """Return those who have a policy, by the names that the template gives them."""
    own = {f"${{{one.logical_id}}}" for one in (compared.before, compared.after) if one}
    names = [shortened(one.removeprefix("${").removesuffix("}")) for one in targets if one not in own]
    return listed(names, 3) or "whoever has the policy"


def _sentence(said: str) -> str:
    return said[:1].upper() + said[1:]


def _of_subject(base: Side, head: Side, subject: Subject) -> list[Found]:
    """Return what is to be said of one whom or that the policies are about; of some worlds only, with their names."""
    contributors = [*base.contributors(subject), *head.contributors(subject)]
    seen = list(worlds_of(contributors))
    told: dict[Found, list[World]] = {}
    for world in seen:
        for found in _in_world(base, head, subject, world):
            told.setdefault(found, []).append(world)
    return [replace(found, text=found.text + where(holds, seen)) for found, holds in told.items()]


def _in_world(base: Side, head: Side, subject: Subject, world: World) -> list[Found]:
    kind, target = subject
    was, will = _own(base, subject, world), _own(head, subject, world)
    if was == will:
        return []
    before = base.statements(base.contributors(subject), subject, world)
    after = head.statements(head.contributors(subject), subject, world)
    verdict = _of_own(compare(before, after, alone=kind.alone), was, will)
    told = Told(kind, head.type, _paths(base, head, subject))
    if head.has(target) and not base.has(target):
        return _new(verdict.widened, told)
    if base.has(target) and not head.has(target):
        lost = verdict.narrowed if kind is Kind.IDENTITY else ()
        return [sentences.narrowed(lost, told, Severity.INFO)] if lost else []
    return _changed(verdict, told)


def _own(side: Side, subject: Subject, world: World) -> frozenset[Statement]:
    resources = [side.resource] if side.resource else []
    return frozenset(side.statements(resources, subject, world))


def _of_own(verdict: Verdict, was: frozenset[Statement], will: frozenset[Statement]) -> Verdict:
    """Return what of a verdict comes of statements that the resource itself has no longer, or has now."""
    mine = was ^ will

    def of(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
        return tuple(piece for piece in pieces if piece.statement in mine)

    return Verdict(of(verdict.widened), of(verdict.narrowed), of(verdict.maybe_widened), of(verdict.maybe_narrowed))


def _paths(base: Side, head: Side, subject: Subject) -> tuple[str, ...]:
    """Return where policies differ."""
    was, will = (
        {one.path: one.document for one in side.policies(side.resource) if (one.kind, one.target) == subject}
        for side in (base, head)
    )
    differ = {path for path in {*was, *will} if was.get(path) != will.get(path)}
    return tuple(sorted(f"Properties.{path}".removesuffix(".") for path in differ))


def _new(widened: tuple[Piece, ...], told: Told) -> list[Found]:
    """Return what is to be said of policies of something new: its own rights, and what others may do with it."""
    pieces = widened if told.kind is Kind.IDENTITY else [one for one in widened if outside(one)]
    if told.kind is Kind.ENDPOINT or not pieces:
        return []
    return [sentences.widened(pieces, told), *list(sentences.exposures(pieces, told))[:_EXPOSURES]]


def _changed(verdict: Verdict, told: Told) -> list[Found]:
    found = []
    if verdict.widened:
        found.append(sentences.widened(verdict.widened, told))
        found += list(sentences.exposures(verdict.widened, told))[:_EXPOSURES]
    elif verdict.maybe_widened:
        found.append(sentences.doubtful(verdict.maybe_widened, told, more=True))
    if verdict.narrowed:
        found.append(sentences.narrowed(verdict.narrowed, told, Severity.LOW))
    elif verdict.maybe_narrowed and not found:
        found.append(sentences.doubtful(verdict.maybe_narrowed, told, more=False))
    return found
