"""Templates and manifests as plain data; what is no such document is refused, and the error says where and why."""

import json
import re
from pathlib import Path
from typing import Any, NoReturn

from ops.errors import OperationError

LARGEST = 16_000_000  # bytes; CloudFormation takes templates of 1 MB
DEEPEST = 100  # levels of lists and mappings; a pipeline definition with its functions has 20
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")


def read(path: Path) -> dict[str, Any]:
    """Return the mapping that a file in JSON, or in YAML with CloudFormation's short forms, holds.

    Raises:
        OperationError: it is not there, is too large, is truncated or malformed, nests too deep, has a key twice, or
            holds no mapping.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise OperationError(
            f"{path}: {error.strerror or error}. Name a file that is there and can be read."
        ) from error
    if size > LARGEST:
        refuse(path, f"found {size:,} bytes; allowed are {LARGEST:,}, and CloudFormation takes 1,048,576")
    return parse(content, path)


def parse(content: bytes, path: Path) -> dict[str, Any]:
    """Return the mapping in a file's bytes; the path tells which language it is, and what errors call it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        refuse(path, f"found the byte 0x{content[error.start]:02x} at {error.start}, which is not UTF-8")
    in_json = path.suffix == ".json" or text.lstrip().startswith("{")
    try:
        document = _json(text, path) if in_json else _yaml(text, path)
    except RecursionError:
        refuse(path, f"nests too deep; allowed are {DEEPEST} levels")
    if not isinstance(document, dict):
        refuse(path, f"found {_kind(document)}; allowed is a mapping")
    _require_flat(document, path)
    return document


def below(folder: Path, name: str, root: Path) -> Path | None:
    """Return where a name leads from a folder; None if that is outside of a resolved root, or no path at all."""
    try:
        inside = (folder / name).resolve().is_relative_to(root)
    except (OSError, ValueError):  # a name of thousands of characters, a loop of links, a zero byte
        return None
    return folder / name if inside else None


def refuse(path: Path, what: str) -> NoReturn:
    """Raise the OperationError about a file."""
    raise OperationError(f"{path}: {what}. Synthesise again, or correct the file.")


def _json(text: str, path: Path) -> Any:
    try:
        document = json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        ends = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        cut = "; the file ends before the document does, as if truncated" if ends else ""
        refuse(path, f"is not JSON: {error.msg} on line {error.lineno}, column {error.colno}{cut}")
    except ValueError as error:  # a key twice, NaN, a number of thousands of digits
        refuse(path, f"is not JSON as CloudFormation reads it: {error}")
    if _HALF_CHARACTER.search(text):
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError as error:
            refuse(path, f"holds half a character, U+{ord(str(error.object)[error.start]):04X}")
    return document


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key {twice[:80]!r} stands twice in one mapping")
    return found


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"found {text}, which is no number of JSON")


def _yaml(text: str, path: Path) -> Any:
    from ops.assembly import yaml_template  # PyYAML takes a while to import, and assemblies have none

    try:
        return yaml_template.load(text)
    except ValueError as error:
        refuse(path, f"is not YAML as CloudFormation reads it: {error}")


def _require_flat(document: dict[str, Any], path: Path) -> None:
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        level = [child for value in level for child in (value.values() if isinstance(value, dict) else value)]
        level = [child for child in level if isinstance(child, dict | list)]
        if not level:
            return
    refuse(path, f"nests too deep; allowed are {DEEPEST} levels")


def _kind(value: Any) -> str:
    names = {list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "nothing")
