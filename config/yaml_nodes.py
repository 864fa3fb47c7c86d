"""What a YAML file's nodes tell before values are made of them: lines, spellings, and what nobody means."""

import re
from typing import Any, NoReturn

import yaml

from config.errors import ConfigError, KeyPath
from config.wording import shortened

_TAG = "tag:yaml.org,2002:"
_KEYS = (f"{_TAG}str", f"{_TAG}merge", f"{_TAG}value")
_TAKEN_FOR = {"int": "a number", "float": "a number", "bool": "true or false", "timestamp": "a date", "null": "nothing"}
# YAML 1.1 counts 010 by eights and 1:30 by sixties.
_UNUSUAL = re.compile(r"[-+]?(0[0-9_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?)")


class Nodes:
    """Walks the nodes of a file.

    Attributes:
        lines: on which line, from 1, each key stands.
        texts: how values that are no text are written, such as 0x10 or no.
    """

    def __init__(self, shown: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self.texts: dict[KeyPath, str] = {}
        self._shown, self._constructor = shown, yaml.SafeLoader("")

    def walk(self, node: yaml.Node, path: KeyPath = ()) -> None:
        """Note lines and texts below a node; ConfigError at a key that is there twice or no text, and at no value."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.ScalarNode) and node.tag != f"{_TAG}str":
            self.texts[path] = node.value
            self._require_value(node, path)
        if isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self.walk(item, (*path, index))
        if isinstance(node, yaml.MappingNode):
            self._walk_mapping(node, path)

    def _walk_mapping(self, node: yaml.MappingNode, path: KeyPath) -> None:
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag not in _KEYS:
                self._refuse_key(key, path)
            if key.value in seen:
                self._refuse(
                    key,
                    (*path, key.value),
                    f"stands twice, first on line {seen[key.value]}; allowed is once. Remove one",
                )
            seen[key.value] = line
            self.lines[(*path, key.value)] = line
            self.walk(value, (*path, key.value))

    def _require_value(self, node: yaml.ScalarNode, path: KeyPath) -> None:
        kind, found = node.tag.removeprefix(_TAG), shortened(node.value)
        remedy = "Correct it, or put it in quotes if it is text"
        try:
            value: Any = self._constructor.construct_object(node)
        except yaml.YAMLError:
            return  # an unknown tag, which the loader will refuse
        except (ValueError, AttributeError, KeyError) as error:  # the latter two of the library, of what a tag says
            why = {
                "int": f"a number of {len(node.value):,} digits; allowed are at most 4,300",
                "timestamp": f"which is no date ({error}); allowed are dates that there are",
            }.get(kind if node.value[:1].isdigit() else "", f"which is not {_TAKEN_FOR.get(kind, kind)}")
            self._refuse(node, path, f"found {found}, {why}. {remedy}")
        if kind in ("int", "float") and _UNUSUAL.fullmatch(node.value):
            self._refuse(
                node,
                path,
                f"found {found}, which is {value} to YAML; allowed are numbers in tens without a 0 in front. {remedy}",
            )

    def _refuse_key(self, key: yaml.Node, path: KeyPath) -> NoReturn:
        if isinstance(key, yaml.ScalarNode):
            taken_for = _TAKEN_FOR.get(key.tag.removeprefix(_TAG), "no text")
            self._refuse(
                key,
                path,
                f"found the key {shortened(key.value)}, {taken_for} to YAML; allowed is text. Put it in quotes",
            )
        self._refuse(key, path, "found a list or mapping as a key; allowed is text. Correct the key")

    def _refuse(self, node: yaml.Node, path: KeyPath, what: str) -> NoReturn:
        name = f" {'.'.join(map(str, path))}:" if path else ""
        raise ConfigError(f"{self._shown}:{node.start_mark.line + 1}:{name} {what}.")
