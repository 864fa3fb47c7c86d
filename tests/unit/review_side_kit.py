"""Sides of a change, made by hand: templates as text, assemblies as folders."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.assembly.model import Assembly, Resource, Stack, Template
from ops.review.comparing import review
from ops.review.model import Change, Review

Raw = Mapping[str, Any]


def resource(kind: str, properties: Raw | None = None, **attributes: Any) -> dict[str, Any]:
    """A resource of a template, of a type such as `S3::Bucket`."""
    return {
        "Type": kind if kind.startswith("Custom::") else f"AWS::{kind}",
        "Properties": properties or {},
        **attributes,
    }


def stack(name: str = "dev-data", resources: Raw | None = None, environment: str = "dev", **sections: Raw) -> Stack:
    """A stack of resources as templates have them."""
    made = {
        logical_id: Resource(
            logical_id,
            raw["Type"],
            raw.get("Properties", {}),
            {key: value for key, value in raw.items() if key not in ("Type", "Properties", "path")},
            raw.get("path", ""),
        )
        for logical_id, raw in (resources or {}).items()
    }
    return Stack(environment, name, Template(made, sections), region="ap-northeast-1")


def reviewed(base: Stack | list[Stack], head: Stack | list[Stack]) -> Review:
    """What a change does, looked at by nobody."""
    sides = [Assembly(tuple(side if isinstance(side, list) else [side])) for side in (base, head)]
    return review(sides[0], sides[1], ())


def changes(base: Stack | list[Stack], head: Stack | list[Stack]) -> dict[str, Change]:
    """What changes, by logical id."""
    return {one.logical_id: one for one in reviewed(base, head).changes}


def write_assembly(folder: Path, stacks: Mapping[str, Raw], stage: str = "Dev", **artifact: Any) -> Path:
    """Write a cloud assembly of one stage, with a template for each stack name; return its folder."""
    below = folder / f"assembly-{stage}"
    below.mkdir(parents=True, exist_ok=True)
    artifacts: dict[str, Any] = {}
    for name, template in stacks.items():
        (below / f"{name}.template.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/ap-northeast-1",
            "properties": {"templateFile": f"{name}.template.json", "stackName": name},
            "displayName": f"{stage}/{name}",
            **artifact,
        }
    (below / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    top = {
        "type": "cdk:cloud-assembly",
        "properties": {"directoryName": f"assembly-{stage}", "displayName": stage},
    }
    known = json.loads((folder / "manifest.json").read_text()) if (folder / "manifest.json").exists() else {}
    (folder / "manifest.json").write_text(
        json.dumps({"version": "55.0.0", "artifacts": {**known.get("artifacts", {}), f"assembly-{stage}": top}})
    )
    return folder
