"""Names of resources that cannot be changed, only replaced: each change of a property needs another name."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from constructs import IConstruct


def hashed_name(scope: IConstruct, beginning: str, properties: Mapping[str, Any]) -> str:
    """Return `<beginning>-<hash>`, with a hash of all that a resource is, as its stack's template has it."""
    text = json.dumps(cdk.Stack.of(scope).resolve(properties), sort_keys=True)
    return f"{beginning}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
