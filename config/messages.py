"""Turn what pydantic found into a line for people: where, which key, what was found, what is allowed, what to do."""

import difflib
import json
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.yaml_file import KeyPath, YamlFile

_TYPES = {
    "string_type": "text; put it in quotes",
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
    rows = [(file.line_of(_key(detail)), _sentence(model, detail)) for detail in error.errors()]
    return "\n".join(f"{shown}:{line}: {text}" for line, text in sorted(rows))


def _key(detail: ErrorDetails) -> KeyPath:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _sentence(model: type[BaseModel], detail: ErrorDetails) -> str:
    path = _key(detail)
    key = ".".join(map(str, path))
    context = detail.get("ctx", {})
    match detail["type"]:
        case "missing":
            return f"{key}: is missing and has no default{_about(model, path)}. Add `{path[-1]}: <value>`."
        case "extra_forbidden":
            return _unknown_key(model, path, key)
        case "value_error":
            return f"{key}: {context['error']}." if key else f"{context['error']}."
        case kind:
            allowed = _allowed(model, path, kind, context) or detail["msg"].removeprefix("Input should be ")
            return f"{key}: found {_shown(detail['input'])}; allowed is {allowed}. Correct the value."


def _allowed(model: type[BaseModel], path: KeyPath, kind: str, context: dict[str, Any]) -> str | None:
    if kind in {"literal_error", "enum"}:
        return str(context["expected"])
    if kind == "string_pattern_mismatch":
        about = _about(model, path).removeprefix(": ")
        return f"{about or 'text'} (pattern {context['pattern']})"
    return _TYPES.get(kind)


def _unknown_key(model: type[BaseModel], path: KeyPath, key: str) -> str:
    section = _section(model, path[:-1])
    known = sorted(section.model_fields) if section else []
    near = difflib.get_close_matches(str(path[-1]), known, n=1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it."
    return f"{key}: is not a key that is known here; allowed are {', '.join(known)}. {remedy}"


def _about(model: type[BaseModel], path: KeyPath) -> str:
    section = _section(model, path[:-1])
    field = section.model_fields.get(str(path[-1])) if section else None
    return f": {field.description.rstrip('.')}" if field and field.description else ""


def _section(model: type[BaseModel], path: KeyPath) -> type[BaseModel] | None:
    for part in path:
        field = None if isinstance(part, int) else model.model_fields.get(part)
        inner = _model_in(field.annotation) if field else model
        if inner is None:
            return None
        model = inner
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        if found := _model_in(argument):
            return found
    return None


def _shown(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - the width of a line
