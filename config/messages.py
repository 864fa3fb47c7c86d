"""Turn what pydantic found into a line for people: where, which key, what was found, what is allowed, what to do."""

import difflib
import json
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.places import Place, key_of, section_at
from config.yaml_file import KeyPath, YamlFile

_TYPES = {
    "string_type": "text; put it in quotes",
    "invalid_key": "text as a key; put it in quotes",
    "int_type": "a whole number, without quotes",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false, without quotes",
    "tuple_type": "a list, [a, b]",
    "dict_type": "a mapping of keys to values",
    "model_type": "a section with keys of its own",
    "model_attributes_type": "a section with keys of its own",
    "ip_any_network": "an address range such as 10.10.0.0/20, its host bits zero",
    "datetime_parsing": "a date such as 2013-04-01",
    "datetime_from_date_parsing": "a date such as 2013-04-01",
    "datetime_type": "a date such as 2013-04-01",
}


def explain(file: YamlFile, shown: str, model: type[BaseModel], error: ValidationError) -> str:
    """Return one line per error, in the order of the file."""
    rows = []
    for detail in error.errors():
        path = key_of(file.content, detail["loc"], missing=detail["type"] == "missing")
        rows.append((file.line_of(path), _sentence(model, detail, path)))
    return "\n".join(f"{shown}:{line}: {text}" for line, text in sorted(rows))


def _sentence(model: type[BaseModel], detail: ErrorDetails, path: KeyPath) -> str:
    key = ".".join(map(str, path))
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"{key}: is missing and has no default{_about(model, detail['loc'])}. Add `{path[-1]}: <value>`."
        case "extra_forbidden":
            return _unknown_key(model, detail["loc"], path, key)
        case "value_error":
            text = f"{key}: {context['error']}" if key else f"{context['error']}"
            return text if text.endswith("?") else f"{text}."
        case "union_tag_invalid":
            which = context["discriminator"].strip("'()")
            return (
                f"{key}.{which}: found {context['tag']!r}; allowed are {context['expected_tags']}. Correct the value."
            )
        case "union_tag_not_found":
            which = context["discriminator"].strip("'()")
            return f"{key}.{which}: is missing and has no default. Add `{which}: <value>`."
        case kind:
            allowed = _allowed(model, detail["loc"], kind, context) or detail["msg"].removeprefix("Input should be ")
            return f"{key}: found {_shown(detail['input'])}; allowed is {allowed}. Correct the value."


def _allowed(model: type[BaseModel], place: Place, kind: str, context: dict[str, Any]) -> str | None:
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        about = _about(model, place).removeprefix(": ")
        return f"{about or 'text'} (pattern {context['pattern']})"
    if kind in {"string_too_long", "string_too_short"}:
        most = kind == "string_too_long"
        return f"text of at {'most' if most else 'least'} {context['max_length' if most else 'min_length']} characters"
    if kind == "too_long":
        return f"at most {context['max_length']} of them"
    return _TYPES.get(kind)


def _unknown_key(model: type[BaseModel], place: Place, path: KeyPath, key: str) -> str:
    section = section_at(model, place[:-1])
    known = sorted(section.model_fields) if section else []
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it."
    return f"{key}: is not a key that is known here; allowed are {', '.join(known)}. {remedy}"


def _about(model: type[BaseModel], place: Place) -> str:
    section = section_at(model, place[:-1])
    field = section.model_fields.get(str(place[-1])) if section else None
    return f": {field.description.rstrip('.')}" if field and field.description else ""


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - the width of a line
