"""A change as people make them: twenty resources of all environments, each in another way."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Properties = dict[str, Any]
CHANGED = 20


def _isolation(model: Properties) -> None:
    model["EnableNetworkIsolation"] = not model.get("EnableNetworkIsolation")


def _retention(logs: Properties) -> None:
    logs["RetentionInDays"] = 1


def _permission(role: Properties) -> None:
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    role["Policies"] = [*role.get("Policies", []), {"PolicyName": "more", "PolicyDocument": document}]


def _threshold(alarm: Properties) -> None:
    alarm["Threshold"] = alarm.get("Threshold", 0) * 10 + 1


def _tag(bucket: Properties) -> None:
    bucket["Tags"] = [*bucket.get("Tags", []), {"Key": "project", "Value": "review"}]


EDITS: dict[str, Callable[[Properties], None]] = {
    "AWS::SageMaker::Model": _isolation,
    "AWS::Logs::LogGroup": _retention,
    "AWS::IAM::Role": _permission,
    "AWS::CloudWatch::Alarm": _threshold,
    "AWS::S3::Bucket": _tag,
}


def make(base: Path, head: Path) -> list[tuple[Path, Path]]:
    """Copy an assembly and change one resource of each type of `EDITS` in each environment, twenty in all.

    Returns:
        Pairs of templates that differ.
    """
    shutil.copytree(base, head)
    changed: list[tuple[Path, Path]] = []
    count = 0
    for stage in sorted(head.glob("assembly-*")):
        missing = dict(EDITS)
        for file in sorted(stage.glob("*.template.json")):
            template = json.loads(file.read_text())
            edited = _edit(template, missing, CHANGED - count)
            if edited:
                count += edited
                file.write_text(json.dumps(template, indent=1))
                changed.append((base / file.relative_to(head), file))
    if count != CHANGED:
        raise RuntimeError(f"{count} resources were changed, not {CHANGED}; adapt benchmarks/review_change.py.")
    return changed


def _edit(template: dict[str, Any], missing: dict[str, Callable[[Properties], None]], most: int) -> int:
    count = 0
    for resource in template["Resources"].values():
        if count < most and (edit := missing.pop(resource["Type"], None)):
            edit(resource.setdefault("Properties", {}))
            count += 1
    return count
