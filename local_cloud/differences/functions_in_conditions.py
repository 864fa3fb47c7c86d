"""Conditions may use Fn::Join, Fn::Sub, Fn::FindInMap and Fn::Split; ministack compares their text unresolved.

CDK's bootstrap template decides with Fn::Join whether the deploying role gets its permissions.
"""

import importlib
from typing import Any

_RESOLVED = {"Fn::Join", "Fn::Sub", "Fn::FindInMap", "Fn::Split"}


def close() -> None:
    """Resolve such functions before the conditions are evaluated."""
    engine = importlib.import_module("ministack.services.cloudformation.engine")
    evaluate = engine._evaluate_conditions

    def evaluate_resolved(template: dict[str, Any], params: dict[str, Any]) -> dict[str, bool]:
        mappings = template.get("Mappings", {})

        def resolved(value: Any) -> Any:
            if isinstance(value, dict) and _RESOLVED & value.keys():
                return engine._resolve_refs(value, {}, params, {}, mappings, "", "")
            if isinstance(value, dict):
                return {key: resolved(item) for key, item in value.items()}
            return [resolved(item) for item in value] if isinstance(value, list) else value

        found: dict[str, bool] = evaluate({**template, "Conditions": resolved(template.get("Conditions", {}))}, params)
        return found

    # Each module took the name for itself when it was imported.
    for name in ("engine", "stacks", "handlers", "changesets", "provisioners"):
        module: Any = importlib.import_module(f"ministack.services.cloudformation.{name}")
        if hasattr(module, "_evaluate_conditions"):
            module._evaluate_conditions = evaluate_resolved
