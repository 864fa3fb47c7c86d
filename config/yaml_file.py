"""Read a YAML file together with the line of every key, refusing what YAML would silently accept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.errors import ConfigError

KeyPath = tuple[str | int, ...]

# The C parser is many times faster; PyYAML has it wherever libyaml was there to build it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class YamlFile:
    """A mapping read from a file, and the line (from 1) on which each of its keys stands."""

    path: Path
    content: dict[str, Any]
    lines: dict[KeyPath, int]

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
    try:
        text = path.read_text(encoding="utf-8")
        loader = _Loader(text)
        root = loader.get_single_node()
        _refuse_cycles(root, (), shown)
        content = None if root is None else loader.construct_document(root)
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}. Create it, or check the name.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(shown, error)) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{shown}: is not YAML: {error}. Mend the file.") from error
    except ValueError as error:  # a date such as 2013-02-30
        raise ConfigError(f"{shown}: holds a date that does not exist: {error}. Correct it.") from error
    if not isinstance(content, dict) or not isinstance(root, yaml.MappingNode):
        found = "nothing" if content is None else f"a {type(content).__name__}"
        raise ConfigError(f"{shown}: the file holds {found}; allowed is a mapping of keys to values, `key: value`.")
    lines: dict[KeyPath, int] = {}
    _collect(root, (), lines, shown)
    return YamlFile(path, content, lines)


def _refuse_cycles(node: yaml.Node | None, above: tuple[yaml.Node, ...], shown: str) -> None:
    if any(node is one for one in above):
        line = above[-1].start_mark.line + 1
        raise ConfigError(f"{shown}:{line}: an alias, *name, stands for what it is in itself. Write the value out.")
    if isinstance(node, yaml.CollectionNode):
        for item in node.value:
            for child in item if isinstance(item, tuple) else (item,):
                _refuse_cycles(child, (*above, node), shown)


def _collect(node: yaml.Node, path: KeyPath, lines: dict[KeyPath, int], shown: str) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            _collect(item, (*path, index), lines, shown)
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.value in seen:
            name = ".".join(map(str, (*path, key.value)))
            raise ConfigError(
                f"{shown}:{line}: {name}: stands twice, first on line {seen[key.value]}; allowed is once. Remove one."
            )
        seen[key.value] = line
        lines[(*path, key.value)] = line
        _collect(value, (*path, key.value), lines, shown)


def _syntax(shown: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    where = f"{shown}:{mark.line + 1}" if mark else shown
    return f"{where}: is not YAML: {error.problem}. Check indentation (spaces, no tabs), quotes and colons there."
