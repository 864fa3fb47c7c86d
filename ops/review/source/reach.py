"""Which files of an asset a function's handler imports, so that a change of others is not taken for one of its own."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path, PurePosixPath

from ops.review.source.files import File, files

_DYNAMIC = ("importlib", "__import__", "runpy", "exec(")


@lru_cache(maxsize=256)
def reached(asset: Path, handler: str) -> frozenset[str] | None:
    """Return the files that a handler such as `release.handler.lambda_handler` imports, and its own.

    None where that cannot be told: no Python, no such file, one that does not parse, or imports at run time.
    """
    known = files(asset)
    start = handler.rpartition(".")[0].replace(".", "/")
    found: set[str] = set()
    waiting = list(_modules(start, known))
    if not waiting:
        return None
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        imported = _imports(name, known[name], known)
        if imported is None:
            return None
        waiting += imported
    return frozenset(found)


def _modules(path: str, known: dict[str, File]) -> Iterator[str]:
    """Yield the files that importing a dotted path, with slashes, reads: the packages on the way, and the module."""
    parts = path.split("/")
    for length in range(1, len(parts) + 1):
        package = "/".join((*parts[:length], "__init__.py"))
        if package in known:
            yield package
    if f"{path}.py" in known:
        yield f"{path}.py"


def _imports(name: str, file: File, known: dict[str, File]) -> list[str] | None:
    text = (file.content or b"").decode(errors="replace")
    if any(word in text for word in _DYNAMIC):
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return [module for node in ast.walk(tree) for path in _paths(node, name) for module in _modules(path, known)]


def _paths(node: ast.AST, name: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.replace(".", "/") for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        folder = PurePosixPath(name)
        for _ in range(node.level):
            folder = folder.parent
        base = [] if node.level == 0 or str(folder) == "." else [str(folder)]
        start = "/".join([*base, *((node.module or "").replace(".", "/").split("/") if node.module else [])])
        yield from ("/".join(filter(None, (start, alias.name))) for alias in node.names)
        if start:
            yield start


def concerns(name: str, modules: frozenset[str]) -> bool:
    """Return whether a file that differs may be read by a handler: one of its modules, or data beside one of them."""
    if name in modules:
        return True
    path = PurePosixPath(name)
    return path.suffix != ".py" and any(PurePosixPath(module).parent == path.parent for module in modules)
