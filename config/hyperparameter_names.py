"""Whether hyperparameters are those of an algorithm: no name that it lacks, none missing that it requires."""

import difflib
from collections.abc import Collection, Mapping


def problem(
    names: Collection[str], *, algorithm: str, known: Collection[str], required: Mapping[str, object]
) -> str | None:
    """Return what is wrong with the names, for people, or None; `required` has an example value for each name."""
    for name in sorted(set(names) - set(known)):
        near = difflib.get_close_matches(name, known, n=1)
        remedy = f"did you mean {near[0]}?" if near else "remove it"
        allowed = ", ".join(sorted(known))
        return f"found {name!r}, which the built-in {algorithm} does not have; allowed are {allowed}; {remedy}"
    for name in sorted(set(required) - set(names)):
        return f"{name} is missing; the built-in {algorithm} requires it; add for example {name}: {required[name]}"
    return None
