"""Which files of an asset a function's handler imports, so that a change of others is not taken for one of its own."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ops.review.source.files import files

_DYNAMIC = re.compile(r"\b(importlib|__import__|runpy|exec)\b")
# Imports by their words: twenty times as fast as parsing, and one in a string only makes a function reach more.
_FROM = re.compile(r"(?:^|[;:])[ \t]*from[ \t]+([.\w]+)[ \t]+import[ \t]+(\([^)]*\)|[^\n#;]+)", re.MULTILINE)
_IMPORT = re.compile(r"(?:^|[;:])[ \t]*import[ \t]+([^\n#;]+)", re.MULTILINE)
_NAME = re.compile(r"[\w.]+(?=\s+as\b|\s*(?:,|\)|$|#))")
_CACHED = 8  # assets


@lru_cache(maxsize=256)
def reached(asset: Path, handler: str) -> frozenset[str] | None:
    """Return the files that a handler such as `release.handler.lambda_handler` imports, and its own.

    None where that cannot be told: no Python, no such file, or imports of what only running it tells.
    """
    known = _python(asset)
    waiting = list(_modules(handler.rpartition(".")[0].replace(".", "/"), known))
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        imported = _imported(known[name], name)
        if imported is None:
            return None
        waiting += [module for path in imported for module in _modules(path, known)]
    return frozenset(found) or None


@lru_cache(maxsize=_CACHED)
def _python(asset: Path) -> dict[str, str]:
    return {
        name: (file.content or b"").decode(errors="replace")
        for name, file in files(asset).items()
        if name.endswith(".py")
    }


def _modules(path: str, known: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that importing a dotted path, with slashes, reads: the packages on the way, and the module."""
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        package = "/".join((*parts[:length], "__init__.py"))
        if package in known:
            yield package
    if f"{path}.py" in known:
        yield f"{path}.py"


@lru_cache(maxsize=2048)  # both sides of a change have most files in common
def _imported(content: str, name: str) -> tuple[str, ...] | None:
    """Return dotted paths, with slashes, that a module imports; None where only running it tells."""
    text = content.replace("\\\n", " ")
    return None if _DYNAMIC.search(text) else tuple(dict.fromkeys(_paths(text, name)))


def _paths(text: str, name: str) -> Iterator[str]:
    for match in _IMPORT.finditer(text):
        yield from (one.replace(".", "/") for one in _NAME.findall(match[1]))
    for match in _FROM.finditer(text):
        module = match[1].lstrip(".")
        folder = PurePosixPath(name)
        for _ in range(len(match[1]) - len(module)):
            folder = folder.parent
        start = [] if module == match[1] or str(folder) == "." else [str(folder)]
        start += [module.replace(".", "/")] if module else []
        yield "/".join(start)
        yield from ("/".join((*start, one)) for one in _NAME.findall(match[2]))


def concerns(name: str, modules: frozenset[str]) -> bool:
    """Return whether a file that differs may be read by a handler: one of its modules, or data beside one of them."""
    if name in modules:
        return True
    path = PurePosixPath(name)
    return path.suffix != ".py" and any(PurePosixPath(module).parent == path.parent for module in modules)
