"""JSON documents that templates hold as text, with what only a deployment knows left in them as `${...}`."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.assembly.model import Value
from ops.review.values import shown

_OPEN, _CLOSE = "\ue000", "\ue001"  # of Unicode's private use: in no document
_PLACE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_VARIABLE = re.compile(r"\$\{([^!${}][^${}]*)\}")
_QUOTES = re.compile(r'\\.|"', re.DOTALL)
_DEEPEST = 60


@dataclass(frozen=True)
class _Token:
    text: str


def text_of(value: Value) -> str:
    """Return a text of a template in which tokens are written as `${Name}` or `${Name.Arn}`."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in _pieces(value))


def document(value: Value) -> Value:
    """Return the JSON document that a value of a template holds, as text, as Fn::Join or Fn::Sub, or as it is.

    Tokens become texts such as `${JobRole.Arn}`; equal tokens become equal texts.

    Raises:
        ValueError: it is no JSON, or deeper than 60.

    >>> document({"Fn::Join": ["", ['{"Role": "', {"Ref": "Role"}, '", "Count": ', {"Ref": "Count"}, "}"]]})
    {'Role': '${Role}', 'Count': '${Count}'}
    """
    if isinstance(value, Mapping) and not _is_text(value):
        return _filled(value, [], 0)
    tokens: list[str] = []
    parts: list[str] = []
    inside = False
    for piece in _pieces(value):
        if isinstance(piece, str):
            inside ^= _QUOTES.findall(piece).count('"') % 2 == 1
            parts.append(piece)
        else:
            place = f"{_OPEN}{len(tokens)}{_CLOSE}"
            tokens.append(piece.text)
            parts.append(place if inside else f'"{place}"')
    try:
        read = json.loads("".join(parts))
    except RecursionError as error:
        raise ValueError("too deep") from error
    return _filled(read, tokens, 0)


def _is_text(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and next(iter(value)) in ("Ref", "Fn::Join", "Fn::Sub", "Fn::GetAtt", "Fn::ImportValue")


def _pieces(value: Value) -> Iterator[str | _Token]:
    match value:
        case str():
            yield value
        case {"Fn::Join": [str(separator), list(parts)]}:
            for position, part in enumerate(parts):
                if position and separator:
                    yield separator
                yield from _pieces(part)
        case {"Fn::Sub": str(text)}:
            yield from _substituted(text, {})
        case {"Fn::Sub": [str(text), dict(own)]}:
            yield from _substituted(text, own)
        case _:
            yield _Token(f"${{{_name(value)}}}")


def _substituted(text: str, own: Mapping[str, Value]) -> Iterator[str | _Token]:
    end = 0
    for match in _VARIABLE.finditer(text):
        yield text[end : match.start()].replace("${!", "${")
        name = match[1]
        yield from _pieces(own[name]) if name in own else (_Token(f"${{{name}}}"),)
        end = match.end()
    yield text[end:].replace("${!", "${")


def _name(value: Value) -> str:
    match value:
        case {"Ref": str(name)}:
            return name
        case {"Fn::GetAtt": [str(name), str(attribute)]}:
            return f"{name}.{attribute}"
        case {"Fn::GetAtt": str(name)} | {"Fn::ImportValue": str(name)}:
            return name
    return json.dumps(value, sort_keys=True) if isinstance(value, Mapping) else shown(value)


def _filled(value: Value, tokens: list[str], depth: int) -> Value:
    if depth > _DEEPEST:
        raise ValueError(f"deeper than {_DEEPEST}")
    if isinstance(value, Mapping):
        return {_put(name, tokens): _filled(below, tokens, depth + 1) for name, below in value.items()}
    if isinstance(value, list):
        return [_filled(below, tokens, depth + 1) for below in value]
    return _put(value, tokens) if isinstance(value, str) else value


def _put(text: str, tokens: list[str]) -> str:
    # What looks like one of ours and is none was in the document.
    return _PLACE.sub(lambda match: tokens[int(match[1])] if int(match[1]) < len(tokens) else match[0], text)
