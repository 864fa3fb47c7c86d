"""The page that workers see, filled with real objects: what Ground Truth does with a Liquid template.

Of Liquid it knows what worker pages need: output with filters that take no arguments, for, if, unless and assign. Jinja
renders it: of these its language differs in names, and in what it takes for false: an empty text, an empty list and 0
too. AWS's elements come from AWS; where they cannot be loaded the page shows simple ones (`standin.js`).
"""

import base64
import json
import mimetypes
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from config import UseCase
from config.worker_page import worker_page
from label.storage import INCOMING, SUFFIXES
from ops.target import OperationError, Target

_MOST_BYTES = 20_000_000
_TAGS = {"assign": "set", "elsif": "elif", "endunless": "endif"}
_KNOWN = {"for", "endfor", "if", "else", "elsif", "endif", "unless", "endunless", "assign", "comment", "endcomment"}


@dataclass(frozen=True)
class Shown:
    """An object: its name, and what a page gets of it: an address for an image, the text itself."""

    name: str
    source: str


def of_folder(target: Target, folder: Path, most: int) -> list[Shown]:
    """Return objects of a folder; OperationError if it has none."""
    kind = _kind(target)
    paths = sorted(path for path in folder.rglob("*") if path.name.lower().endswith(SUFFIXES[kind]))[:most]
    return _some([_shown(path.name, path.read_bytes(), kind) for path in paths], f"{folder}", kind)


def of_bucket(target: Target, most: int) -> list[Shown]:
    """Return objects that lie in the environment's prefix; OperationError if there are none."""
    kind, prefix, bucket = _kind(target), f"{INCOMING}/{target.use_case.name}/", target.bucket("raw")
    pages = target.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    found = (item for page in pages for item in page.get("Contents", []))
    keys = [
        item["Key"] for item in found if item["Key"].lower().endswith(SUFFIXES[kind]) and item["Size"] < _MOST_BYTES
    ]
    bodies = ((key, target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys[:most])
    return _some(
        [_shown(key.removeprefix(prefix), body, kind) for key, body in bodies], f"s3://{bucket}/{prefix}", kind
    )


def write(use_case: UseCase, objects: Sequence[Shown], folder: Path) -> Path:
    """Write a page for each object, and return the first."""
    if use_case.label is None or (template := worker_page(use_case, use_case.label.task)) is None:
        raise OperationError("The page for named entities is AWS's own; Ground Truth's console shows it.")
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(objects, 1):
        page = rendered(template, one, use_case.label.task.categories)
        bar = _bar(one.name, number, len(objects))
        (folder / f"{number}.html").write_text(f"<!doctype html>\n<meta charset=utf-8>\n{bar}{page}", encoding="utf-8")
    return folder / "1.html"


def rendered(template: str, one: Shown, categories: Iterable[str]) -> str:
    """Return a worker page with an object in it; OperationError if the template is none that this knows."""
    environment = SandboxedEnvironment(autoescape=True, undefined=jinja2.StrictUndefined)
    environment.filters |= {
        "grant_read_access": lambda address: Markup(address) if str(address).startswith("data:") else address,  # noqa: S704
        "to_json": lambda value: json.dumps(value, ensure_ascii=False),
        "escape_once": lambda value: Markup(escape(str(value))),  # noqa: S704
        "skip_autoescape": Markup,
    }
    task = {"input": {"taskObject": one.source, "labels": list(categories)}}
    try:
        return environment.from_string(_as_jinja(template)).render(task=task)
    except jinja2.TemplateError as error:
        raise OperationError(f"The page cannot be shown: {error}. Correct the template.") from error


def _as_jinja(template: str) -> str:
    if found := re.search(r"\{\{[^}]*\|\s*\w+\s*:", template):
        raise OperationError(
            f"The page has {found[0]!r}, a filter with arguments, which the preview does not know. Ground Truth may; "
            "write it otherwise to see it here."
        )

    def tag(match: re.Match[str]) -> str:
        name = match[2]
        if name not in _KNOWN:
            raise OperationError(
                f"The page has the Liquid tag {name!r}; the preview knows {', '.join(sorted(_KNOWN))}. Write it "
                "otherwise to see it here."
            )
        return f"{match[1]}{_TAGS.get(name, name)}"

    template = re.sub(r"\{%-?\s*comment\s*-?%\}.*?\{%-?\s*endcomment\s*-?%\}", "", template, flags=re.DOTALL)
    template = re.sub(r"(\{%-?\s*)(\w+)", tag, template)
    return re.sub(r"(\{%-?\s*)unless\b(.*?)(-?%\})", r"\1if not (\2) \3", template, flags=re.DOTALL)


def _shown(name: str, body: bytes, kind: str) -> Shown:
    if kind == "text":
        return Shown(name, body.decode(errors="replace"))
    media = mimetypes.guess_type(name)[0] or "image/png"
    return Shown(name, f"data:{media};base64,{base64.b64encode(body).decode()}")


def _kind(target: Target) -> str:
    label = target.use_case.label
    return label.task.kind_of_objects if label else "image"


def _some(found: list[Shown], where: str, kind: str) -> list[Shown]:
    if not found:
        raise OperationError(
            f"There is no object to show in {where}: wanted are files that end with {', '.join(SUFFIXES[kind])}. Bring "
            "some, or name a --folder that has them."
        )
    return found


def _bar(name: str, number: int, most: int) -> str:
    links: list[Any] = []
    for other, text in ((number - 1, "previous"), (number + 1, "next")):
        if 1 <= other <= most:
            links.append(f'<a id="{text}" href="{other}.html">{text}</a>')
    script = Path(__file__).with_name("standin.js").read_text(encoding="utf-8")
    return (
        f'<p id="preview" style="font: 14px system-ui">Preview: <b>{escape(name)}</b>, {number} of {most} '
        f'{" ".join(links)} <output id="answer"></output></p>\n<script>\n{script}</script>\n'
    )
