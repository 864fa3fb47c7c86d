"""The manifest of a run: what was scored by which model. Pure."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from batch_transform.state import File, Run
from shared.pipelines import Execution

Document = dict[str, Any]


class IncompleteError(Exception):
    """What the pipeline left does not agree with what it was asked for; the text says how."""


def request(run: Run, files: Collection[File], refused: Collection[tuple[File, str]]) -> Document:
    """Return what the jobs are asked to score, which is kept with the run."""
    return {
        "run": run.name,
        "files": [_file(file) for file in files],
        "refused": [{**_file(file), "reason": reason} for file, reason in refused],
    }


def list_of_files(prefix_uri: str, files: Collection[File]) -> list[Any]:
    """Return SageMaker's list of the objects of an input (S3DataType ManifestFile)."""
    return [{"prefix": prefix_uri}, *(file.file for file in files)]


def build(
    run: Run,
    execution: Execution,
    asked: Document,
    report: Document,
    objects: Mapping[str, Document],
    changed: Collection[str],
) -> Document:
    """Return the manifest.

    Args:
        run: that is over.
        execution: of the pipeline.
        asked: what `request` gave.
        report: what the last job counted.
        objects: what lies in the run's folder, key below it to `version`, `etag`, `bytes`.
        changed: files that were overwritten during the run, so that nobody knows which version was scored. They stay
            for the next run, and their results are left out.

    Raises:
        IncompleteError: counts or objects do not agree.
    """
    if report["run"] != run.name:
        raise IncompleteError(f"the report is of run {report['run']}, not of {run.name}")
    counted = {count["file"]: count for count in report["files"]}
    inputs = [*asked["files"], *asked["refused"]]
    names = [item["file"] for item in inputs]
    if sorted(counted) != sorted(names):
        raise IncompleteError(f"{len(names)} files were to be scored, and the report counts {len(counted)} others")
    taken = [item for item in inputs if item["file"] not in changed]
    champion = run.champion
    return {
        "run": run.name,
        "use_case": run.use_case,
        "scope": run.scope,
        "trigger": run.trigger,
        "model": {
            "package": champion.package,
            "name": champion.model,
            "image": champion.image,
            "data": champion.model_data,
            "code": champion.code,
        },
        "execution": execution.arn,
        "requested_at": run.claimed_at.isoformat(),
        "started_at": _time(execution.started),
        "ended_at": _time(execution.ended),
        "inputs": [_input(item, counted[item["file"]]) for item in taken],
        "changed": sorted(changed),
        "outputs": [_output(item["file"], counted[item["file"]], objects) for item in taken if _scored(item, counted)],
        "errors": {"file": "errors/errors.jsonl", "records": report["errors"], "reasons": report["reasons"]},
        "records": sum(counted[item["file"]]["scored"] for item in taken),
    }


def _file(file: File) -> Document:
    return {"file": file.file, "version": file.version, "etag": file.etag, "bytes": file.size}


def _scored(item: Document, counted: Mapping[str, Document]) -> bool:
    return bool(counted[item["file"]]["scored"])


def _input(item: Document, count: Document) -> Document:
    unreadable = {"unreadable": count["unreadable"]} if count["unreadable"] else {}
    known = {key: item[key] for key in ("file", "version", "etag", "bytes")}
    return known | {"records": count["scored"] + count["errors"], "errors": count["errors"]} | unreadable


def _output(file: str, count: Document, objects: Mapping[str, Document]) -> Document:
    key = result_key(file)
    if key not in objects:
        raise IncompleteError(f"{key} is not there, but {count['scored']} records of {file} were scored")
    return {"file": key, "input": file, "records": count["scored"], **objects[key]}


def result_key(file: str) -> str:
    """Return where a file's results lie below the run's folder."""
    return f"results/{file}.jsonl"


def _time(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
