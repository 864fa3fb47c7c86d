"""Read a YAML file together with the line of every key, refusing what YAML would silently accept."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from config.errors import ConfigError

KeyPath = tuple[str | int, ...]

_DEEPEST, _MOST = 50, 100_000

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
        _Shape(shown).check(root)
        content = None if root is None else loader.construct_document(root)
    except RecursionError as error:  # of the parser
        raise ConfigError(f"{shown}: values lie more than {_DEEPEST} levels deep. Remove levels.") from error
    except OSError as error:
        raise ConfigError(f"{shown}: cannot be read: {error.strerror}. Create it, or check the name.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{shown}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(shown, error)) from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{shown}: is not YAML: {error}. Mend the file.") from error
    except ValueError as error:  # a date such as 2013-02-30, or a number of thousands of digits
        raise ConfigError(f"{shown}: holds a date or a number that does not exist: {error}. Correct it.") from error
    if not isinstance(content, dict) or not isinstance(root, yaml.MappingNode):
        found = "nothing" if content is None else f"a {type(content).__name__}"
        raise ConfigError(f"{shown}: the file holds {found}; allowed is a mapping of keys to values, `key: value`.")
    lines: dict[KeyPath, int] = {}
    _collect(root, (), lines, shown)
    return YamlFile(path, content, lines)


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
