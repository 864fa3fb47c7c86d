"""Self-contained pages: no script, nothing from elsewhere, readable on a phone and in ten years."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2


@dataclass(frozen=True)
class Card:
    """A figure and what it is; `good` None: neither good nor bad."""

    value: str
    text: str
    good: bool | None = None


def render(template: Path, **values: Any) -> str:
    """Return a page.

    Args:
        template: beside which, and in this folder, lies what it includes: `style.css.j2` has the look of all pages.
        values: what the template shows; all of it is escaped.
    """
    folders = [template.parent, Path(__file__).parent]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(template.name).render(values)


def write(template: Path, path: Path, **values: Any) -> None:
    """Write a page, as `render` returns it; the old one stays until the new one is whole, and its folder is made."""
    text = render(template, **values)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
