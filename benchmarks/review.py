"""What a review costs and finds, against the CDK's own differences of the same change in the same run."""

import json
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import measure, review_change
from benchmarks.measure import Usage
from benchmarks.synth import ROOT, VARIABLES

RUNS = 5
CPU_S, MEMORY_MB = 1.0, 150
_PEER = Path(__file__).with_name("review_peer.mjs")
_GATE_CLOSED = 2
_REPLACED = {"WILL_REPLACE", "MAY_REPLACE"}
_OURS = {"replace", "may_replace", "rename"}
Found = set[tuple[str, str]]  # template's name and logical id


@dataclass(frozen=True)
class Result:
    """One tool: medians over the runs, and how many resources it says are replaced, or updated.

    Attributes:
        missed: of those that another tool says are replaced, those that it says nothing of, or less.
    """

    name: str
    cpu: float
    wall: float
    peak_mb: float
    replaced: int | None = None
    updated: int | None = None
    missed: int | None = None


def run(out: Path) -> list[Result]:
    """Measure reviews of a change of twenty resources of all environments, and both peers on the same templates."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        base, head = folder / "base", folder / "head"
        measure.run([sys.executable, "app.py"], ROOT, {**VARIABLES, "CDK_OUTDIR": str(base)})
        changed = review_change.make(base, head)
        ours = [_ours(base, head, folder, form) for form in ("markdown", "html", "json", "sarif")]
        pairs = [(str(base / file.relative_to(head)), str(file)) for file in sorted(head.rglob("*.template.json"))]
        (folder / "pairs.json").write_text(json.dumps(pairs))
        command = ["node", str(_PEER), str(folder / "pairs.json"), str(folder / "peer.json")]
        peer = [measure.run(command, ROOT, VARIABLES) for _ in range(RUNS)]
        cdk = [_cdk(head, changed)]  # of minutes, so once
        found = _findings(folder)
        (out / "review.md").write_text((folder / "review.markdown").read_text(encoding="utf-8"), encoding="utf-8")
    counted = {"markdown": found[0]}
    results = [_result(f"review, {form}", usages, *counted.get(form, ())) for form, usages in ours]
    results.append(_result("cloudformation-diff", peer, *found[1]))
    results.append(_result(f"cdk diff --template, {len(changed)} stacks", cdk))
    return results


def _ours(base: Path, head: Path, folder: Path, form: str) -> tuple[str, list[Usage]]:
    command = [sys.executable, "-m", "ops", "review", "--base", str(base), "--head", str(head), "--format", form]
    command += ["--out", str(folder / f"review.{form}")]
    return form, [measure.run(command, ROOT, VARIABLES, ends=(0, _GATE_CLOSED)) for _ in range(RUNS)]


def _cdk(head: Path, changed: list[tuple[Path, Path]]) -> Usage:
    """One command for each template that differs: it takes no more, and knows of no other stack."""
    usages = []
    for before, after in changed:
        stack = _display_name(after)
        command = ["cdk", "diff", "--exclusively", "--app", str(head), "--template", str(before), stack]
        usages.append(measure.run(command, ROOT, {**VARIABLES, "CDK_DISABLE_VERSION_CHECK": "1"}))
    peak = max(one.peak_mb for one in usages)
    return Usage(sum(one.cpu for one in usages), sum(one.wall for one in usages), peak)


def _display_name(template: Path) -> str:
    artifacts = json.loads((template.parent / "manifest.json").read_text())["artifacts"]
    return str(artifacts[template.name.removesuffix(".template.json")]["displayName"])


def _findings(folder: Path) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """Return of ours and of the peer how many are replaced, updated, and missed."""
    review = json.loads((folder / "review.json").read_text())
    files = {name: Path(file).name for name, file in review["templates"].items()}
    ours: dict[str, Found] = {"replaced": set(), "updated": set()}
    for one in review["changes"]:
        kind = "replaced" if one["action"] in _OURS else "updated"
        # A change that is the same in several environments is one, with the name of the first.
        for environment in one["environments"]:
            stack = environment + one["stack"].removeprefix(one["environments"][0])
            if one["type"].startswith(("AWS::", "Custom::")) and one["action"] not in ("add", "remove"):
                ours[kind].add((files[stack], one["logical_id"]))
    peer: dict[str, Found] = {"replaced": set(), "updated": set()}
    for file, impacts in json.loads((folder / "peer.json").read_text()).items():
        for logical_id, impact in impacts.items():
            peer["replaced" if impact in _REPLACED else "updated"].add((Path(file).name, logical_id))
    return _counts(ours, peer), _counts(peer, ours)


def _counts(one: dict[str, Found], other: dict[str, Found]) -> tuple[int, int, int]:
    missed = len(other["replaced"] - one["replaced"]) + len(other["updated"] - one["updated"] - one["replaced"])
    return len(one["replaced"]), len(one["updated"]), missed


def _result(
    name: str, usages: list[Usage], replaced: int | None = None, updated: int | None = None, missed: int | None = None
) -> Result:
    cpu, wall = (statistics.median(getattr(one, what) for one in usages) for what in ("cpu", "wall"))
    return Result(name, cpu, wall, max(one.peak_mb for one in usages), replaced, updated, missed)


def kept(results: list[Result]) -> bool:
    """Tell whether what is promised of reviews holds: time, memory, and that nothing is missed."""
    ours = [one for one in results if one.name.startswith("review")]
    small = all(one.cpu < CPU_S and one.peak_mb < MEMORY_MB for one in ours)
    return small and not any(one.missed for one in ours)


def show(console: Console, out: Path) -> tuple[list[Result], bool]:
    """Measure, print a table, and return the results and whether what is promised holds."""
    results = run(out)
    table = Table("review of 20 changes", "CPU s", "s", "peak MB", "replaced", "updated", "missed")
    for one in results:
        counts = ("" if count is None else str(count) for count in (one.replaced, one.updated, one.missed))
        table.add_row(one.name, f"{one.cpu:.2f}", f"{one.wall:.2f}", f"{one.peak_mb:.0f}", *counts)
    console.print(table)
    console.print(
        f"Promised: in every format less than {CPU_S:g} s of CPU and {MEMORY_MB} MB, and nothing missed that "
        "cloudformation-diff finds."
    )
    return results, kept(results)
