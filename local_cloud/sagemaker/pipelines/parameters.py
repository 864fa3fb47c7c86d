"""Pipeline parameters: their declarations, and the values an execution starts with."""

from collections.abc import Callable, Iterator
from typing import Any

from local_cloud.sagemaker.errors import validation_error

Declaration = dict[str, Any]

_MEMBERS = {"Name", "Type", "DefaultValue", "EnumValues"}


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


_FROM_TEXT: dict[str, Callable[[str], Any]] = {"String": str, "Integer": int, "Float": float, "Boolean": _boolean}
_TYPES: dict[str, tuple[type, ...]] = {"String": (str,), "Integer": (int,), "Float": (int, float), "Boolean": (bool,)}


def check_declarations(declarations: Any) -> Iterator[str]:
    """Yield what is wrong with the Parameters of a definition."""
    if not isinstance(declarations, list):
        yield "Parameters must be a list"
        return
    seen: set[str] = set()
    for item in declarations:
        name = item.get("Name") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name or set(item) - _MEMBERS:
            yield f"Parameter {item} must have Name and Type, and may have DefaultValue and EnumValues"
            continue
        if name in seen:
            yield f"Duplicate parameter name [{name}]"
        seen.add(name)
        yield from _check_values(item)


def _check_values(item: Declaration) -> Iterator[str]:
    if item.get("Type") not in _FROM_TEXT:
        yield f"Parameter [{item['Name']}] has the type [{item.get('Type')}]; allowed are {', '.join(_FROM_TEXT)}"
        return
    for value in [*item.get("EnumValues", []), *([item["DefaultValue"]] if "DefaultValue" in item else [])]:
        if not isinstance(value, _TYPES[item["Type"]]) or (isinstance(value, bool) and item["Type"] != "Boolean"):
            yield f"Parameter [{item['Name']}]: {value!r} is not of type {item['Type']}"
    if "EnumValues" in item and "DefaultValue" in item and item["DefaultValue"] not in item["EnumValues"]:
        yield f"Parameter [{item['Name']}]: DefaultValue {item['DefaultValue']!r} is not in EnumValues"


def values(declarations: list[Declaration], given: list[dict[str, str]]) -> dict[str, Any]:
    """Return every parameter's value for an execution, of the declared type.

    Raises:
        SageMakerError: a given parameter is unknown, given twice, of the wrong type or not in EnumValues, or one
            without default is missing.
    """
    texts = {item["Name"]: item["Value"] for item in given}
    if len(texts) != len(given):
        raise validation_error("A pipeline parameter is given twice; give each once.")
    declared = {item["Name"]: item for item in declarations}
    if unknown := sorted(set(texts) - set(declared)):
        known = ", ".join(declared) or "none"
        raise validation_error(f"Unknown pipeline parameters {unknown}; the pipeline declares: {known}.")
    missing = [name for name, item in declared.items() if name not in texts and "DefaultValue" not in item]
    if missing:
        raise validation_error(f"Pipeline parameters {missing} have no default value and were not given.")
    return {name: _value(item, texts.get(name)) for name, item in declared.items()}


def _value(item: Declaration, text: str | None) -> Any:
    if text is None:
        return item["DefaultValue"]
    try:
        value = _FROM_TEXT[item["Type"]](text)
    except ValueError as error:
        raise validation_error(
            f"Pipeline parameter [{item['Name']}] is {text!r}; it must be of type {item['Type']}."
        ) from error
    if "EnumValues" in item and value not in item["EnumValues"]:
        raise validation_error(
            f"Pipeline parameter [{item['Name']}] is {text!r}; allowed are {item['EnumValues']} (its EnumValues)."
        )
    return value
