"""What CloudFormation has of an environment."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import boto3

from ops.demo.report import StackState
from ops.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

GONE = {"DELETE_COMPLETE"}


def resources_in(assembly: Path) -> int:
    """Return how many resources the templates of a cloud assembly have, nested stages included."""
    templates = [json.loads(path.read_text()) for path in assembly.rglob("*.template.json")]
    return sum(len(template.get("Resources", {})) for template in templates)


def resources_deployed(target: Target) -> int:
    """Return how many resources of the environment exist now."""
    return sum(stack.resources for stack in deployed(target))


def deployed(target: Target) -> list[StackState]:
    """Return the environment's stacks, by name, with the number of resources that exist."""
    cloudformation = boto3.client("cloudformation", region_name=target.environment.region)
    found = []
    for page in cloudformation.get_paginator("list_stacks").paginate():
        for stack in page["StackSummaries"]:
            name, status = stack["StackName"], stack["StackStatus"]
            if name.startswith(f"{target.environment.name}-") and status not in GONE:
                found.append(StackState(name, status, _count(cloudformation, name)))
    return sorted(found, key=lambda stack: stack.name)


def _count(cloudformation: "CloudFormationClient", stack: str) -> int:
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    rows = [row for page in pages for row in page["StackResourceSummaries"]]
    return sum(row["ResourceStatus"].endswith("_COMPLETE") and "DELETE" not in row["ResourceStatus"] for row in rows)
