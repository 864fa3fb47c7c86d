"""Turn what pydantic found into sentences for people: what was found, what is allowed, what to do."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config import consequences
from config.errors import KeyPath, RuleError
from config.places import Place, below, key_of, section_at
from config.wording import shortened

_BARE = ", without quotes"
_TYPES = {
    "string_type": "text",
    "int_type": f"a whole number{_BARE}",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": f"true or false{_BARE}",
    "bool_parsing": "true or false",
    "tuple_type": "a list, [a, b]",
    "dict_type": "a mapping of keys to values",
    "model_type": "a section with keys of its own",
    "model_attributes_type": "a section with keys of its own",
    "ip_any_network": "an address range such as 10.10.0.0/20, its host bits zero",
    "datetime_parsing": "a date such as 2013-04-01",
    "datetime_from_date_parsing": "a date such as 2013-04-01",
    "datetime_type": "a date such as 2013-04-01",
    "date_type": f"a date such as 2013-04-01, without a time{_BARE.replace(',', ' and')}",
}
# What has no quotes and is no text.
_TAKEN_FOR: Mapping[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    date: "a date",
    datetime: "a time",
}
Sentence = tuple[KeyPath, str]


def sentences(
    model: type[BaseModel], content: Any, error: ValidationError, texts: Mapping[KeyPath, str] | None = None
) -> list[Sentence]:
    """Return what is wrong, each with the keys that lead there, which the sentence itself does not repeat.

    Args:
        model: the schema.
        content: what was validated.
        error: what was found.
        texts: how values that are no text are written in the file.
    """
    found: dict[tuple[KeyPath, str], tuple[Any, list[str]]] = {}
    details, said = consequences.told_apart(model, content, error.errors())
    for detail in details:
        if detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]:
            continue  # it is long enough; pydantic counts without the values that have errors of their own
        path = key_of(content, detail["loc"], missing=detail["type"] == "missing")
        if sentence := _whole_sentence(model, content, detail, path):
            said.append(sentence)
            continue
        # A value that may be of several kinds has an error for each.
        shown = _found(detail["input"], (texts or {}).get(path))
        _, kinds = found.setdefault((path, shown), (detail["input"], []))
        kinds.append(_allowed(model, detail) or detail["msg"].removeprefix("Input should be "))
    return [*said, *_of_values(found)]


def _of_values(found: Mapping[tuple[KeyPath, str], tuple[Any, list[str]]]) -> Iterator[Sentence]:
    for (path, shown), (value, kinds) in found.items():
        several = len(set(kinds)) > 1
        allowed = " or ".join(dict.fromkeys(kind.removesuffix(_BARE) if several else kind for kind in kinds))
        taken_for = _TAKEN_FOR.get(type(value)) if _TYPES["string_type"] in kinds else None
        if several and taken_for == _TAKEN_FOR[float]:
            taken_for = None  # numbers are allowed as well, only not this one
        if taken_for:
            yield path, f"found {shown}, {taken_for} to YAML; allowed is {allowed}. Put it in quotes."
        else:
            yield path, f"found {shown}; allowed is {allowed}. Correct the value."


def _whole_sentence(model: type[BaseModel], content: Any, detail: ErrorDetails, path: KeyPath) -> Sentence | None:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            about = _about(model, detail["loc"])
            return path, f"is missing and has no default{about}. Add `{path[-1]}: <value>`."
        case "extra_forbidden":
            return path, _unknown_key(model, detail["loc"])
        case "value_error":
            error = context["error"]
            text: object = error
            if isinstance(error, RuleError):
                path, text = below(content, path, error.key), error.text
            return path, f"{text}" if f"{text}".endswith("?") else f"{text}."
        case "union_tag_invalid":
            path = (*path, context["discriminator"].strip("'()"))
            return path, (f"found {context['tag']!r}; allowed are {context['expected_tags']}. Correct the value.")
        case "union_tag_not_found":
            which = context["discriminator"].strip("'()")
            return (*path, which), f"is missing and has no default. Add `{which}: <value>`."
    return None


def _allowed(model: type[BaseModel], detail: ErrorDetails) -> str | None:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        about = _about(model, detail["loc"]).removeprefix(": ")
        return f"{about or 'text'} (pattern {context['pattern']})"
    if kind in {"string_too_long", "string_too_short", "too_long", "too_short"}:
        return _size(detail["input"], context)
    return _TYPES.get(kind)


def _size(value: Any, context: dict[str, Any]) -> str:
    bound = "most" if "max_length" in context else "least"
    number = context.get("max_length", context.get("min_length"))
    if isinstance(value, str):
        return f"text of at {bound} {number} character{'' if number == 1 else 's'}"
    kind = "a mapping" if isinstance(value, dict) else "a list"
    return f"{kind} of at {bound} {number} {'entry' if number == 1 else 'entries'}"


def _unknown_key(model: type[BaseModel], place: Place) -> str:
    section, near = section_at(model, place[:-1]), consequences.near(model, place)
    known = sorted(section.model_fields) if section else []
    remedy = f"Did you mean {near}?" if near else "Remove it."
    return f"is not a key that is known here; allowed are {', '.join(known)}. {remedy}"


def _about(model: type[BaseModel], place: Place) -> str:
    section = section_at(model, place[:-1])
    field = section.model_fields.get(str(place[-1])) if section else None
    return f": {field.description.rstrip('.')}" if field and field.description else ""


def _found(value: Any, text: str | None) -> str:
    if value is None:
        return "nothing"
    if text is None or isinstance(value, str | list | dict):
        return shortened(json.dumps(value, default=str, ensure_ascii=False))
    return shortened(text)
