"""What a use case asks of its models, which its jobs read from `use_case.json` in their code."""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ops.review.model import Class, Compared, Found, Severity
from ops.review.source.files import files

_FILE = "use_case.json"
_SIGNS = {"at_least": "≥", "at_most": "≤"}
_Key = tuple[str, str]  # metric and sign


def gate_of_code(compared: Compared, pair: tuple[str, str], paths: tuple[str, ...]) -> Iterator[Found]:
    """Yield how the gates of use cases differ between two assets; nothing where there are none."""
    before, after = compared.base.assets.get(pair[0]), compared.head.assets.get(pair[1])
    if before is None or after is None:
        return
    was, becomes = _gates(before), _gates(after)
    for file in sorted(was.keys() & becomes.keys()):
        for key in sorted(was[file].keys() | becomes[file].keys()):
            old, new = was[file].get(key), becomes[file].get(key)
            if old != new:
                yield _found(PurePosixPath(file).parent.name, key, (old, new), paths)


@lru_cache(maxsize=16)
def _gates(asset: Path) -> dict[str, dict[_Key, float]]:
    """Return the bounds of each file that has some."""
    found: dict[str, dict[_Key, float]] = {}
    for name, file in files(asset).items():
        if PurePosixPath(name).name == _FILE and file.content is not None:
            try:
                gate = json.loads(file.content)["gate"]
                found[name] = {
                    (str(one["metric"]), sign): float(one[bound])
                    for one in gate
                    for bound, sign in _SIGNS.items()
                    if one.get(bound) is not None
                }
            except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                continue  # a file of this name that is not ours
    return found


def _found(use_case: str, key: _Key, bounds: tuple[float | None, float | None], paths: tuple[str, ...]) -> Found:
    metric, sign = key
    old, new = bounds
    if old is None or new is None:
        looser = new is None
        how = f"{'without' if looser else 'with'} {metric} {sign} {old if new is None else new:g}"
    else:
        looser = (new < old) if sign == _SIGNS["at_least"] else (new > old)
        how = f"from {metric} {sign} {old:g} to {new:g}"
    if looser:
        text = f"The gate of {use_case} is loosened, {how}: worse models pass"
        return Found(Class.PIPELINE, Severity.HIGH, text, paths)
    text = f"The gate of {use_case} is tightened, {how}: models that passed may fail"
    return Found(Class.PIPELINE, Severity.LOW, text, paths)
