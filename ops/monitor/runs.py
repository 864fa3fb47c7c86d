"""What runs of the monitor left, brought to this machine (docs/monitoring.md, What it leaves)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ops.fit.s3 import bring_file, bring_folder, split
from ops.target import OperationError, Target
from pipelines_src.steps.errors import StepError
from pipelines_src.steps.monitoring import expected
from pipelines_src.steps.monitoring.expected import Field

FOLDER, REPORT = "monitoring", "report.json"
_ASKED = "request/baseline.manifest"


@dataclass(frozen=True)
class Run:
    """One run.

    Attributes:
        name: for people.
        report: the content of report.json.
        folder: has what it left of each variant.
        baseline: what it was compared with, by column; empty if that is not at hand.
    """

    name: str
    report: dict[str, Any]
    folder: Path
    baseline: dict[str, Field] = field(default_factory=dict)

    @property
    def window(self) -> str:
        """What the run looked at, for people."""
        ends = [str(self.report[end])[:16].replace("T", " ") if self.report[end] else "" for end in ("from", "until")]
        return " to ".join(ends) if any(ends) else self.name

    @property
    def order(self) -> tuple[str, str]:
        """What runs are sorted by: their windows, then their names."""
        return str(self.report["until"] or self.report["from"] or ""), self.name

    def captured(self, variant: str) -> dict[str, Field]:
        """Return what was captured of a variant, by column."""
        return _fields(self.folder / variant / "data_quality")


def bring(target: Target, named: Sequence[str], last: int, baseline: str | None, scratch: Path) -> list[Run]:
    """Return runs, by their windows; OperationError if there are none, or what is named is none.

    Args:
        target: whose runs.
        named: names of runs, folders or S3 URIs; empty: the newest ones.
        last: how many of the newest.
        baseline: folder or S3 URI of what they are compared with; None: what each was compared with.
        scratch: a folder for what comes from S3.
    """
    places = [one if _is_place(one) else f"{_home(target)}{one}" for one in named] or _newest(target, last)
    given = _folder(target, baseline, scratch / "baseline") if baseline else None
    found = [_run(target, place, given, scratch) for place in places]
    return sorted(found, key=lambda run: run.order)


def _is_place(one: str) -> bool:
    return one.startswith("s3://") or Path(one).is_dir()


def _home(target: Target) -> str:
    return f"s3://{target.bucket('processed')}/{target.use_case.name}/{FOLDER}/"


def _newest(target: Target, last: int) -> list[str]:
    bucket, prefix = split(_home(target))
    pages = target.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    ends = f"/{FOLDER}/{REPORT}"
    keys = [item["Key"] for page in pages for item in page.get("Contents", []) if item["Key"].endswith(ends)]
    if not keys:
        raise OperationError(
            f"No run of a monitor has left a report below s3://{bucket}/{prefix}. See docs/monitoring.md for how it is "
            "begun; name a folder or an S3 URI to see one that lies elsewhere."
        )
    return [f"s3://{bucket}/{key.removesuffix(ends)}" for key in sorted(keys)[-last:]]


def _run(target: Target, place: str, given: Path | None, scratch: Path) -> Run:
    name = place.rstrip("/").removesuffix(f"/{FOLDER}").rpartition("/")[2] or place
    folder = _left(target, place, scratch / name)
    try:
        report = json.loads((folder / REPORT).read_text(encoding="utf-8"))
        if report["variants"] is None or {"from", "until", "alpha"} - report.keys():
            raise ValueError("it has no variants, from, until or alpha")  # noqa: TRY301 - told as what is no JSON is
    except FileNotFoundError as error:
        raise OperationError(f"There is no {REPORT} in {place}: no run of a monitor, or one that failed.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise OperationError(
            f"{place}: {REPORT} is none of a monitor: {error}. docs/monitoring.md has its files."
        ) from error
    known = _fields(given) if given else _compared_with(target, place, folder, scratch / f"{name}-baseline")
    return Run(name, report, folder, known)


def _left(target: Target, place: str, folder: Path) -> Path:
    """Return the folder of what a run left: itself, or `monitoring` in the folder of the run."""
    if not place.startswith("s3://"):
        given = Path(place)
        return given / FOLDER if (given / FOLDER / REPORT).is_file() else given
    try:
        bring_folder(target.s3, f"{place.rstrip('/')}/{FOLDER}", folder)
    except OperationError:
        bring_folder(target.s3, place, folder)
    return folder


def _folder(target: Target, place: str, folder: Path) -> Path:
    if not place.startswith("s3://"):
        return Path(place)
    bring_folder(target.s3, place, folder)
    return folder


def _compared_with(target: Target, place: str, left: Path, folder: Path) -> dict[str, Field]:
    """Return the baseline that a run names in what it was asked; empty if it names none."""
    if not place.startswith("s3://"):
        beside = left.parent / "baseline"
        return _fields(beside) if beside.is_dir() else {}
    bucket, key = split(f"{place.rstrip('/')}/{_ASKED}")
    if target.s3.list_objects_v2(Bucket=bucket, Prefix=key).get("KeyCount", 0) == 0:
        return {}
    [head, *names] = json.loads(target.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    for name in names:
        bring_file(target.s3, f"{head['prefix']}{name}", folder)
    return _fields(folder)


def _fields(folder: Path) -> dict[str, Field]:
    try:
        found = expected.read(folder)
    except (OSError, StepError, ValueError) as error:
        raise OperationError(f"{folder}: {error}") from error
    return {one.name: one for one in found.fields} if found else {}
