"""What synthesis costs against a bare CDK application with as many stages, stacks and resources, in the same run."""

import json
import os
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks import measure
from benchmarks.bare_app import Shape

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("app.py", "cdk.json", "config", "constructs", "environments", "lambda", "pipelines_src", "stacks", "workbench")
RUNS = 5
# The pinned Node, as cdk.json has it; compiled files are kept between runs, as they are for people.
VARIABLES = {
    "CDK_VALIDATION": "false",
    "PYTHONDONTWRITEBYTECODE": "",
    "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
}
ALL = "all environments"
CPU_RATIO, MEMORY_MB, RESOURCES_PER_STACK = 1.5, 300, 250


@dataclass(frozen=True)
class Result:
    """One size: ours beside the peer, medians over the runs."""

    name: str
    use_cases: int
    stacks: int
    resources: int
    largest_stack: int
    ours_cpu: float
    peer_cpu: float
    peak_mb: float

    @property
    def ratio(self) -> float:
        """CPU seconds of ours over those of the peer."""
        return self.ours_cpu / self.peer_cpu

    @property
    def kept(self) -> bool:
        """Whether it keeps what is promised; ratio and memory are promised for all environments as they are."""
        small = self.ratio <= CPU_RATIO and self.peak_mb <= MEMORY_MB
        return (small or self.name != ALL) and self.largest_stack <= RESOURCES_PER_STACK


def run(out: Path) -> list[Result]:
    """Measure all environments as they are, then one environment with 1, 10 and 50 use cases; plot the latter."""
    results = [_measure(ALL, ROOT, 1, "")]
    for count in (1, 10, 50):
        with tempfile.TemporaryDirectory() as folder:
            copy_with_use_cases(Path(folder), count)
            results.append(_measure(f"{count} use cases", Path(folder), count, "bench"))
    _plot(results[1:], out / "synth.svg")
    return results


def copy_with_use_cases(folder: Path, count: int) -> None:
    """Copy the application, with `count` use cases like flight_delays in one environment `bench`."""
    for part in PARTS:
        source = ROOT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / part)
    first = folder / "pipelines_src" / "flight_delays"
    names = [f"use_case_{index}" for index in range(count)]
    for name in names:
        shutil.copytree(first, folder / "pipelines_src" / name)
        file = folder / "pipelines_src" / name / "use_case.yaml"
        file.write_text(file.read_text().replace("name: flight_delays", f"name: {name}", 1))
    text = (folder / "environments" / "dev.yaml").read_text()
    text = text.replace("name: dev", "name: bench", 1).replace("[flight_delays]", f"[{', '.join(names)}]", 1)
    (folder / "environments" / "bench.yaml").write_text(text)


def _measure(name: str, root: Path, use_cases: int, environment: str) -> Result:
    context = json.dumps({"environments": environment} if environment else {})
    ours, peer = [], []
    with tempfile.TemporaryDirectory() as name_of_folder:
        folder = Path(name_of_folder)
        variables = {**VARIABLES, "CDK_OUTDIR": str(folder / "ours"), "CDK_CONTEXT_JSON": context}
        peer_command = [sys.executable, "-m", "benchmarks.bare_app", str(folder / "peer"), str(folder / "shape.json")]
        for _ in range(RUNS):
            for assembly in (folder / "ours", folder / "peer"):
                shutil.rmtree(assembly, ignore_errors=True)
            ours.append(measure.run([sys.executable, "app.py"], root, variables))
            shape = _shape(folder / "ours")
            (folder / "shape.json").write_text(json.dumps(shape))
            peer.append(measure.run(peer_command, ROOT, VARIABLES))
            if _types(_shape(folder / "peer")) != _types(shape):
                raise RuntimeError(
                    "The peer's resources are not of the same types; adapt benchmarks/bare_resources.py."
                )
    sizes = [sum(types.values()) for stacks in shape.values() for types in stacks.values()]
    return Result(
        name=name,
        use_cases=use_cases,
        stacks=len(sizes),
        resources=sum(sizes),
        largest_stack=max(sizes),
        ours_cpu=statistics.median(usage.cpu for usage in ours),
        peer_cpu=statistics.median(usage.cpu for usage in peer),
        peak_mb=max(usage.peak_mb for usage in ours),
    )


def _shape(assembly: Path) -> Shape:
    shape: Shape = {}
    for path in sorted(assembly.rglob("*.template.json")):
        types = Counter(resource["Type"] for resource in json.loads(path.read_text())["Resources"].values())
        shape.setdefault(path.parent.name, {})[path.name.removesuffix(".template.json")] = types
    return shape


def _types(shape: Shape) -> Counter[str]:
    return sum((Counter(types) for stacks in shape.values() for types in stacks.values()), Counter())


def _plot(results: list[Result], path: Path) -> None:
    figure = Figure(figsize=(9, 3.6))
    cpu, size = figure.subplots(1, 2)
    counts = [result.use_cases for result in results]
    cpu.plot(counts, [result.ours_cpu for result in results], marker="o", label="ML Loop")
    cpu.plot(counts, [result.peer_cpu for result in results], marker="o", label="bare CDK app, the same resources")
    cpu.set(xlabel="use cases", ylabel="CPU seconds of synthesis", ylim=(0, None))
    cpu.legend(frameon=False)
    size.plot(counts, [result.resources for result in results], marker="o", label="all stacks")
    size.plot(counts, [result.largest_stack for result in results], marker="o", label="largest stack")
    size.set(xlabel="use cases", ylabel="resources", yscale="log")
    size.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)
