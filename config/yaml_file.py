"""Read a YAML file together with the line of every key, refusing what YAML would silently accept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from config.errors import ConfigError, KeyPath
from config.yaml_nodes import Nodes

_DEEPEST, _MOST = 50, 100_000

# The C parser is many times faster; PyYAML has it wherever libyaml was there to build it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlFile:
    """A mapping read from a file.

    Attributes:
        content: the mapping.
        lines: on which line, from 1, each of its keys stands.
        texts: how values that are no text are written, such as 0123 or no.
    """

    content: dict[str, Any]
    lines: dict[KeyPath, int]
    texts: dict[KeyPath, str]

    def line_of(self, key: KeyPath) -> int:
        """Return the line of a key, or of the nearest key above it that exists."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read(path: Path, shown: str) -> YamlFile:
    """Read a file whose top level is a mapping; `shown` is how messages name it.

    Raises:
        ConfigError: it cannot be read, is not YAML, is not a mapping, or has a key twice.
    """
    content = _bytes(path, shown)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{shown}:{line}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    nodes = Nodes(shown)
    try:
        return YamlFile(_mapping(text, shown, nodes), nodes.lines, nodes.texts)
    except RecursionError as error:  # of the parser
        raise ConfigError(f"{shown}: values lie more than {_DEEPEST} levels deep. Remove levels.") from error
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(shown, error)) from error
    except yaml.reader.ReaderError as error:
        raise ConfigError(_unprintable(shown, text, error)) from error


def _bytes(path: Path, shown: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}. Create it, or check the name.") from error


def _mapping(text: str, shown: str, nodes: Nodes) -> dict[str, Any]:
    loader = _Loader(text)
    root = loader.get_single_node()
    _Shape(shown).check(root)
    if isinstance(root, yaml.MappingNode):
        nodes.walk(root)
        content: dict[str, Any] = loader.construct_document(root)
        return content
    found = {yaml.SequenceNode: "a list", yaml.ScalarNode: "a single value"}.get(type(root), "nothing")
    raise ConfigError(
        f"{shown}:1: the file holds {found}; allowed is a mapping of keys to values, `key: value`. Correct it."
    )


class _Shape:
    """Refuses what nobody writes by hand, before it is built: values within themselves, or too deep, or too many."""

    def __init__(self, shown: str) -> None:
        self._shown, self._values = shown, 0

    def check(self, node: yaml.Node | None, above: tuple[yaml.Node, ...] = ()) -> None:
        """Raise ConfigError at the first value that is too much; an alias counts as all that it stands for."""
        if any(node is one for one in above):
            self._refuse(above[-1], "an alias, *name, stands for what it is in itself. Write the value out")
        self._values += 1
        if len(above) > _DEEPEST:
            self._refuse(above[-1], f"a value lies more than {_DEEPEST} levels deep. Remove levels")
        if self._values > _MOST:
            self._refuse(above[-1], f"with what aliases stand for there are more than {_MOST} values. Remove some")
        if isinstance(node, yaml.CollectionNode):
            for item in node.value:
                for child in item if isinstance(item, tuple) else (item,):
                    self.check(child, (*above, node))

    def _refuse(self, node: yaml.Node, what: str) -> NoReturn:
        raise ConfigError(f"{self._shown}:{node.start_mark.line + 1}: {what}.")


def _syntax(shown: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    where = f"{shown}:{mark.line + 1}" if mark else shown
    return f"{where}: is not YAML: {error.problem}. Check indentation (spaces, no tabs), quotes and colons there."


def _unprintable(shown: str, text: str, error: yaml.reader.ReaderError) -> str:
    # The parsers count bytes or characters; the character itself says where it is.
    found = yaml.reader.Reader.NON_PRINTABLE.search(text)
    where = f"{shown}:{text.count(chr(10), 0, found.start()) + 1}" if found else shown
    what = f"U+{ord(found[0]):04X}" if found else str(error.reason)
    return (
        f"{where}: holds {what}, a character that text does not have; allowed are letters, signs and spaces. Remove it."
    )
