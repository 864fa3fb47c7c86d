"""Templates in YAML: CloudFormation's short forms become what they stand for, and dates stay text."""

from typing import Any, NoReturn

import yaml

_MAPPING = "tag:yaml.org,2002:map"
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_PLAIN = ("Ref", "Condition")  # short forms of what has no Fn:: before it
_DEEPEST = 400  # brackets in a row, before the parser's own recursion ends the program


class _Loader(yaml.CSafeLoader):
    pass


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in known if tag != _TIMESTAMP]
    for first, known in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """Return what a document holds; ValueError, with what and where, if it is none, has a key twice or aliases."""
    try:
        _require_plain(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        where = f" on line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"{error.problem or error.context}{where}") from error
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from error


def _require_plain(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            _refuse("nests too deep", event)
        if isinstance(event, yaml.AliasEvent):
            # As CloudFormation's documentation has it; and a few of them can stand for gigabytes.
            _refuse("aliases are not allowed", event)


def _refuse(what: str, where: yaml.Event | yaml.Node) -> NoReturn:
    raise ValueError(f"{what} on line {where.start_mark.line + 1}" if where.start_mark else what)


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            _refuse("found a list or mapping as a key", key)
        if key.value in found:
            _refuse(f"the key {key.value[:80]!r} stands twice in one mapping", key)
        found[key.value] = loader.construct_object(value, deep=True)
    return found


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.MappingNode):
        value: Any = _mapping(loader, node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = node.value
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in _PLAIN else f"Fn::{suffix}": value}


_Loader.add_constructor(_MAPPING, _mapping)
_Loader.add_multi_constructor("!", _short_form)
