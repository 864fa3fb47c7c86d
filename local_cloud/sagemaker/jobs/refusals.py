"""Refuse ways of reading and choosing that no job here knows, before the job exists."""

from typing import Any

from local_cloud.sagemaker.errors import not_implemented, validation_error


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
