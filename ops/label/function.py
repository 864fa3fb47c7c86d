"""Ask the label function, and read what it keeps."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.markup import escape

from label.storage import INCOMING, import_key
from ops import control_function
from ops.console import output
from ops.target import OperationError, Target
from shared import choices
from shared.items import beginning

_NEWEST = 20


def ask(target: Target, **look: Any) -> str:
    """Ask the function to look, and return what it says; OperationError if it failed."""
    asked = {"use_case": target.use_case.name, **look, "trigger": "a command"}
    said = control_function.ask(target, "LabelFunctionName", asked, "docs/runbooks/labelling.md")
    began = f"; began run {said['began']}" if said["began"] else ""
    return f"{said['rest']}{began}"


def bring(target: Target, manifest: str) -> str:
    """Upload a manifest of labels under its digest, have it taken in, and return what the function says."""
    digest = hashlib.sha256(manifest.encode()).hexdigest()
    key = import_key(target.use_case.name, digest)
    target.s3.put_object(Bucket=target.bucket("labelled"), Key=key, Body=manifest.encode())
    said = ask(target, imports=[digest])
    failed = [run for run in _items(target, "run#") if run["imports"]["S"] == digest and run["result"]["S"] == "failed"]
    if failed and "before" not in said:
        raise OperationError(
            f"The labels were not taken in: {failed[0]['detail']['S']}. Mend the file and bring it again."
        )
    return said


def choose(target: Target, file: Path) -> str:
    """Ask for labels of the objects that a file names, and return what the function says."""
    try:
        chosen = choices.read(file.read_text(encoding="utf-8"))
    except ValueError as error:  # of characters as well
        raise OperationError(
            f'{file}: {error}. Write a line for each object: {{"object": "cats/a.jpg"}}; score and reason may follow.'
        ) from error
    name = f"command-{datetime.now(UTC):%Y%m%dt%H%M%S%f}"
    bucket, use_case = target.bucket("labelled"), target.use_case.name
    choices.ask(target.s3, bucket, use_case, name, chosen)
    said = ask(target)
    answered = choices.answered(target.s3, bucket, use_case, name)
    return f"{answered.result}: {answered.detail}" if answered else f"{said}; asked for as {name}"


def show(target: Target) -> None:
    """Print the newest runs, and how many objects have which outcome."""
    for item in _items(target, "run#")[:_NEWEST]:
        what = "import" if item["imports"]["S"] else f"{item['objects']['N']} objects"
        head = f"{item['run']['S']} {item['result']['S']}: {what}, because of {item['trigger']['S']}"
        output.print(escape("; ".join(filter(None, (head, item["detail"]["S"])))), highlight=False, soft_wrap=True)
    counts = Counter(item["outcome"]["S"] for item in _items(target, "object#"))
    said = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items())) or "none yet"
    output.print(f"Objects: {said}", highlight=False, soft_wrap=True)
    name, labelled = target.use_case.name, target.bucket("labelled")
    output.print(f"To label: s3://{target.bucket('raw')}/{INCOMING}/{name}/", highlight=False, soft_wrap=True)
    output.print(f"Labels: s3://{labelled}/{name}/labelled/", highlight=False, soft_wrap=True)


def document(target: Target, run: str) -> dict[str, Any]:
    """Return what became of a run; OperationError if it is none, or not over."""
    bucket, key = target.bucket("labelled"), f"{target.use_case.name}/labelling/{run}/labels.json"
    try:
        body = target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
            raise
        raise OperationError(
            f"There is no s3://{bucket}/{key}: {run} is no run of {target.name}, or is not over. `python -m ops label "
            f"status {target.environment.name} {target.use_case.name}` lists the runs."
        ) from error
    found: dict[str, Any] = json.loads(body)
    return found


def _items(target: Target, start: str) -> list[Mapping[str, Any]]:
    query = beginning(target.output("control", "LabelsTable"), target.use_case.name, start)
    pages = target.dynamodb.get_paginator("query").paginate(**query, ScanIndexForward=False)
    return [item for page in pages for item in page["Items"]]
