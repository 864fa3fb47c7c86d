"""What a changed hash of an asset means: the difference of its files."""

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from ops.assembly.model import Resource, Value
from ops.review.model import Class, Compared, Found, PropertyChange, Severity
from ops.review.source.differences import Difference, differences, shown_lines
from ops.review.source.reach import concerns, reached
from ops.review.values import at

HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_NAMED = 5  # files in a sentence
_INLINE = "Properties.Code.ZipFile"
# Of pipelines it is told with the steps that run it; policies name what others run.
_ELSEWHERE = re.compile(r"AWS::SageMaker::Pipeline|AWS::IAM::.*|.*Policy")


def look(compared: Compared) -> Iterator[Found]:
    """Yield how the code of a resource of any type changes, of pipelines and policies apart."""
    if compared.before is None or compared.after is None or _ELSEWHERE.fullmatch(compared.type):
        return
    seen: set[tuple[str, str]] = set()
    for change in compared.properties:
        if change.path == _INLINE:
            yield _inline(change)
            continue
        for pair in zip(hashes(change.before), hashes(change.after), strict=False):
            if pair[0] != pair[1] and pair not in seen:
                seen.add(pair)
                yield code_change(compared, pair, "", (change.path,))


def hashes(value: Value) -> list[str]:
    """Return the hashes that a value names, each once, as they come."""
    return list(dict.fromkeys(HASH.findall(value if isinstance(value, str) else json.dumps(value))))


def code_change(compared: Compared, pair: tuple[str, str], who: str, paths: tuple[str, ...]) -> Found:
    """Return what the change from one asset to another means.

    Args:
        who: runs it, such as `steps Prepare and Train`; "" for the resource itself.
    """
    begins = f"The code of {who}" if who else "The code"
    before, after = compared.base.assets.get(pair[0]), compared.head.assets.get(pair[1])
    if before is None or after is None or not before.exists() or not after.exists():
        text = f"{begins} changes from {pair[0][:8]} to {pair[1][:8]}; what is in it does not lie beside the template"
        return Found(Class.PIPELINE, Severity.LOW, text, paths)
    changed = differences(before, after)
    if not changed:
        text = f"{begins} is the same, file by file: only its hash goes from {pair[0][:8]} to {pair[1][:8]}"
        return Found(Class.PIPELINE, Severity.INFO, text, paths)
    own = _own(changed, before, after, compared.after)
    if not own:
        text = f"{begins} is the same: of what it is packed with {_files(changed)}, which its handler does not import"
        return Found(Class.PIPELINE, Severity.INFO, text, paths)
    return Found(Class.PIPELINE, Severity.LOW, f"{begins} changes: {_files(own)}", paths, shown_lines(own))


def _own(
    changed: tuple[Difference, ...], before: Path, after: Path, resource: Resource | None
) -> tuple[Difference, ...]:
    """Return what of it a function reads; all of it where that cannot be told."""
    handler, runtime = at(resource, "Handler"), at(resource, "Runtime")
    if not isinstance(handler, str) or not str(runtime).startswith("python"):
        return changed
    modules = [reached(asset, handler) for asset in (before, after)]
    if modules[0] is None or modules[1] is None:
        return changed
    return tuple(one for one in changed if concerns(one.name, modules[0] | modules[1]))


def _files(changed: tuple[Difference, ...]) -> str:
    names = [f"{one.name}{'' if one.how == 'changed' else f' ({one.how})'}" for one in changed[:_NAMED]]
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    lines = f"+{sum(one.added for one in changed)} -{sum(one.removed for one in changed)} lines"
    return f"{len(changed)} file{'s' if len(changed) > 1 else ''} changed, {lines}: {', '.join(names)}{more}"


def _inline(change: PropertyChange) -> Found:
    before, after = (str(side or "").splitlines() for side in (change.before, change.after))
    lines = list(difflib.unified_diff(before, after, n=2, lineterm=""))[2:]
    text = "The code in the template changes"
    return Found(Class.PIPELINE, Severity.LOW, text, (change.path,), "\n".join(lines))
