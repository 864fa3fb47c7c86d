"""Refuse what the local cloud does not implement, before a job exists, by the name of the field."""

from typing import Any

from local_cloud.sagemaker.errors import validation_error


def refuse(request: dict[str, Any], *paths: str) -> None:
    """Raise ValidationException if the request has one of these fields, "Outer.Inner"."""
    for path in paths:
        value: Any = request
        for part in path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value:
            raise not_implemented(path)


def not_implemented(what: str) -> Exception:
    """The refusal of something by name."""
    return validation_error(f"The local cloud does not implement {what}.")


def check_mode(where: str, mode: str | None) -> None:
    """Refuse Pipe mode; FastFile is served as File, which differs only in when the bytes arrive."""
    if mode == "Pipe":
        raise not_implemented(f"input mode Pipe ({where}); use File")


def one_of(choice: dict[str, Any], names: tuple[str, ...], where: str) -> None:
    """Refuse all but the first of alternative fields."""
    for name in names[1:]:
        if choice.get(name):
            raise not_implemented(f"{name} ({where}); use {names[0]}")
    if not choice.get(names[0]):
        raise validation_error(f"{where} has no {names[0]}.")
