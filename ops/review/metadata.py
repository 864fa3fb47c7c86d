"""Tags, descriptions and what else only people and bills read, folded into one finding."""

import re
from collections.abc import Iterable, Iterator, Mapping

from ops.assembly.model import Resource, Value
from ops.review.model import Class, Compared, Found, PropertyChange, Severity, Updates
from ops.review.values import listed, shown

_WORDS = re.compile(
    r"Metadata(\.|$)|Properties\.(Tags|TagsMap|HostedZoneTags|FileSystemTags|UserPoolTags)(\.|$)"
    r"|Properties\.(\w*Description|\w*DisplayName|Comment|Metadata)$"
)
_TAGS = ("Tags", "TagsMap", "FileSystemTags", "HostedZoneTags", "UserPoolTags")
_MOST = 6


def look(compared: Compared) -> Iterable[Found]:
    """Yield one finding for all tags, descriptions and metadata of a resource that stays."""
    if compared.before is None or compared.after is None:
        return
    words = [one for one in compared.properties if _WORDS.match(one.path)]
    tags = list(_tags(compared.before, compared.after))
    others = [_said(one) for one in words if not any(one.path.startswith(f"Properties.{name}") for name in _TAGS)]
    told = [*tags, *others]
    if not told:
        return
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    only = "Only words differ: " if len(words) == len(compared.properties) else "Words differ: "
    replaces = any(one.updates is Updates.REPLACE for one in words)
    ends = "; on this type that is enough to replace it" if replaces else ""
    paths = tuple(one.path for one in words)
    yield Found(Class.METADATA, Severity.INFO, f"{only}{', '.join(told[:_MOST])}{more}{ends}", paths)


def _tags(before: Resource, after: Resource) -> Iterator[str]:
    """Yield tags by their keys; the order of the list says nothing."""
    was, becomes = _by_key(before), _by_key(after)
    for key in sorted(was.keys() | becomes.keys()):
        if was.get(key) != becomes.get(key):
            yield f"tag {key} {shown(was.get(key))} -> {shown(becomes.get(key))}"


def _by_key(resource: Resource) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for name in _TAGS:
        tags = resource.properties.get(name)
        if isinstance(tags, Mapping):
            found |= tags
        found |= {
            str(tag.get("Key")): tag.get("Value") for tag in listed(tags) if isinstance(tag, Mapping) and "Key" in tag
        }
    return found


def _said(change: PropertyChange) -> str:
    name = change.path.removeprefix("Properties.")
    if name.startswith("Metadata"):
        return name
    return f"{name} {shown(change.before)} -> {shown(change.after)}"
