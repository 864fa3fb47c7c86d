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
from ops.review.access.worlds import World, worlds
from ops.review.model import Class, Compared, Found, Severity

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
        yield replace(found, text=_sentence(found.text, _who(targets, compared)), detail=_sentence(found.detail, ""))


def _unknown(reason: str) -> Found:
    text = f"what its permissions become cannot be told: {reason}. Compare the policies by eye."
    return Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text)


def _who(targets: list[str], compared: Compared) -> str:
    """Return those who have a policy, by the names that the template gives them."""
    own = {f"${{{one.logical_id}}}" for one in (compared.before, compared.after) if one}
    names = [shortened(one.removeprefix("${").removesuffix("}")) for one in targets if one not in own]
    return listed(names, 3) or "whoever has the policy"


def _sentence(text: str, who: str) -> str:
    said = text.replace(WHO, who)
    return said[:1].upper() + said[1:]


def _of_subject(base: Side, head: Side, subject: Subject) -> list[Found]:
    """Return what is to be said of one whom or that the policies are about; of some worlds only, with their names."""
    asked = [(one, side.stack) for side in (base, head) for one in side.contributors(subject)]
    by_world = [(world, _in_world(base, head, subject, world)) for world in worlds(asked)]
    told = list(dict.fromkeys(found for _, said in by_world for found in said))
    everywhere = [found for found in told if all(found in said for _, said in by_world)]
    elsewhere = []
    for found in told:
        if found not in everywhere:
            where = " or ".join(_written(world) for world, said in by_world if found in said)
            elsewhere.append(replace(found, text=f"{found.text.removesuffix('.')}, where {where}."))
    return everywhere + elsewhere


def _written(world: World) -> str:
    return " and ".join(name if holds else f"not {name}" for (name, _), holds in world.items())


def _in_world(base: Side, head: Side, subject: Subject, world: World) -> list[Found]:
    kind, target = subject
    was, will = _own(base, subject, world), _own(head, subject, world)
    if was == will:
        return []
    before = base.statements(base.contributors(subject), subject, world)
    after = head.statements(head.contributors(subject), subject, world)
    verdict = _of_own(compare(before, after, alone=kind.alone), was, will)
    told = Told(kind, head.type, _paths(base, head, subject))
    if base.has(target) is False:
        return _new(verdict.widened, told)
    if head.has(target) is False:
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
    found = [one for side in (base, head) for one in side.policies(side.resource) if (one.kind, one.target) == subject]
    return tuple(sorted({f"Properties.{one.path}".removesuffix(".") for one in found}))


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
        found.append(sentences.doubtful(verdict.maybe_widened, told))
    if verdict.narrowed:
        found.append(sentences.narrowed(verdict.narrowed, told, Severity.LOW))
    elif verdict.maybe_narrowed and not found:
        found.append(sentences.doubtful(verdict.maybe_narrowed, told))
    return found
