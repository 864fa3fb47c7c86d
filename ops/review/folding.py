"""Changes that are the same in several environments become one."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ops.assembly.model import Stack, Value
from ops.review.model import Change, Class, PropertyChange


def fold(changes: Iterable[Change], stacks: Mapping[tuple[str, str], Stack]) -> tuple[Change, ...]:
    """Return changes, one for those that differ in nothing but the environment's name, account and region.

    Args:
        changes: each of one environment.
        stacks: that have them, by the environment and the name.

    The one that stays is that of the first environment; it names all of them.
    """
    groups: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        groups[_key(change, stacks[change.environments[0], change.stack])].append(change)
    return tuple(
        replace(group[0], environments=tuple(dict.fromkeys(name for one in group for name in one.environments)))
        for group in groups.values()
    )


# Documents in which environments differ anyway; what changes in them is what was found.
_DOCUMENT = re.compile(r"\.(PipelineDefinitionBody|DefinitionString)(\.|$)")


def _values(one: PropertyChange, change: Change) -> tuple[Value, Value]:
    told = any(found.kind is Class.PIPELINE and one.path in found.paths for found in change.found)
    return (None, None) if told and _DOCUMENT.search(one.path) else (one.before, one.after)


def _key(change: Change, stack: Stack) -> str:
    """Return what two changes have in common, as text, if they are the same but for the environment."""
    text = json.dumps(
        [
            [stack.part, change.logical_id, change.type, change.action, change.was],
            [[one.path, *_values(one, change), one.updates, one.because] for one in change.properties],
            [[one.kind, one.severity, one.text, one.paths, one.detail] for one in change.found],
        ],
        sort_keys=True,
    )
    for known, name in ((stack.account, "AWS::AccountId"), (stack.region, "AWS::Region")):
        text = text.replace(f'{{"Ref": "{name}"}}', f'"{name}"').replace(f"${{{name}}}", name)
        text = _without(known, name, text)
    return _without(stack.environment, "ENVIRONMENT", text)


def _without(known: str, name: str, text: str) -> str:
    """Return a text with a name in place of what it stands for, wherever that is a word."""
    pattern = rf"(?<![A-Za-z0-9]){re.escape(known)}(?![A-Za-z0-9])"
    return re.sub(pattern, name, text, flags=re.IGNORECASE) if known else text
