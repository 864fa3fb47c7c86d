"""Stacks nested in a template: their own templates lie beside it."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ops.assembly import documents
from ops.assembly.documents import refuse
from ops.assembly.model import Resource, Stack
from ops.assembly.templates import template_of

NESTED = "AWS::CloudFormation::Stack"
_DEEPEST = 10
_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def nested_stacks(stack: Stack, folder: Path, root: Path, depth: int = 0) -> Iterator[Stack]:
    """Yield stacks nested in one, and those in them, where their templates are files below a folder.

    Args:
        stack: that may hold them.
        folder: that its template is in.
        root: resolved; nothing outside it is read.
        depth: of the stack itself.

    Raises:
        OperationError: a nested template is malformed, or nests more than ten deep.
    """
    for resource in stack.template.resources.values():
        if resource.type != NESTED:
            continue
        file = _file(resource, stack, folder, root)
        if file is None:  # lies in a bucket
            continue
        if depth >= _DEEPEST:
            refuse(file, f"is nested more than {_DEEPEST} stacks deep")
        tags = {**stack.tags, **_tags(resource)}
        template = template_of(documents.read(file), file, {})
        name = f"{stack.name}/{resource.logical_id}"
        below = Stack(
            stack.environment,
            name,
            template,
            stack.region,
            tags,
            stack.assets,
            file=file.resolve().relative_to(root),
            account=stack.account,
        )
        yield below
        yield from nested_stacks(below, file.parent, root, depth + 1)


def _file(resource: Resource, stack: Stack, folder: Path, root: Path) -> Path | None:
    """Return where a nested stack's template is: by its metadata, by the hash in its address, or a relative path."""
    metadata, address = resource.attributes.get("Metadata"), resource.properties.get("TemplateURL")
    named = metadata.get("aws:asset:path") if isinstance(metadata, Mapping) else None
    assets = [stack.assets[one] for one in _HASH.findall(str(address)) if one in stack.assets]
    names = [name for name in (named, address) if isinstance(name, str) and "://" not in name]
    beside = [documents.below(folder, name, root) for name in names]
    return next((path for path in (*assets, *beside) if path is not None and path.is_file()), None)


def _tags(resource: Resource) -> dict[str, str]:
    tags: Any = resource.properties.get("Tags")
    if not isinstance(tags, list):
        return {}
    return {str(tag.get("Key")): str(tag.get("Value")) for tag in tags if isinstance(tag, dict)}
