"""Which objects a run takes. Pure."""

from collections.abc import Iterable, Mapping

from label.state import Claimed, Known, Object


def waiting(objects: Iterable[Object], known: Mapping[str, Known], attempts: int) -> list[Claimed]:
    """Return objects that have no label, in the order of their names: new ones, new versions, and what was returned.

    An object whose label stayed unclear after all attempts waits for a person: for a label that is imported, or for a
    better version of it.
    """

    def attempt(one: Object) -> int:
        before = known.get(one.name)
        if before is None or before.version != one.version:
            return 1
        return before.attempts + 1 if before.outcome == "returned" else attempts + 1

    claims = (Claimed(one.name, one.version, one.size, attempt(one)) for one in sorted(objects))
    return [claim for claim in claims if claim.attempt <= attempts]
