"""What a job is asked about: a line of its manifest for each object, and objects that no worker can be shown."""

from label.answers import OBJECT
from label.augmented import Line
from label.state import Claimed, Run
from label.steps import Claim
from label.storage import Storage

_MOST_TEXT = 90_000  # bytes: a line of a manifest has 100 KB, and JSON writes some characters longer
Refused = dict[str, tuple[str, str]]  # version and reason, by name


def lines_of(storage: Storage, claim: Claim, kind: str) -> tuple[list[Line], Refused]:
    """Return the manifest's lines of the objects that a run claims, and those that have none with the reason."""
    run, lines, refused = claim.run, list[Line](), Refused()
    for one in claim.objects:
        line: Line = {OBJECT: {"name": one.name, "version": one.version, "attempt": one.attempt}}
        if kind == "image":
            lines.append(line | {"source-ref": storage.object_uri(run.use_case, one.name)})
            continue
        try:
            lines.append(line | {"source": _text(storage, run, one)})
        except ValueError as error:
            refused[one.name] = (one.version, str(error))
    return lines, refused


def _text(storage: Storage, run: Run, one: Claimed) -> str:
    if one.size > _MOST_TEXT:
        raise ValueError(f"has {one.size} bytes; a worker is shown {_MOST_TEXT} at most")
    try:
        text = storage.text(run.use_case, one.name, one.version).decode()
    except UnicodeDecodeError as error:
        raise ValueError("is no text in UTF-8") from error
    if not text.strip():
        raise ValueError("is empty")
    return text
