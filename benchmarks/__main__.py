"""`make bench`: every figure beside its peer or bound, and whether it keeps what is promised."""

import json
import sys
from dataclasses import asdict

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks import experiment_tables, labels, monitoring, predict, preparation, review, seasons_tables, synth

OUT = synth.ROOT / "build" / "bench"


def main() -> int:
    """Run all benchmarks, print tables, write figures and plots; 1 if a promise is broken."""
    OUT.mkdir(parents=True, exist_ok=True)
    console = Console(width=120)
    kept = [_synthesis(console), _prediction(console), _preparation(console), _monitoring(console)]
    kept.append(_review(console))
    kept += [experiment_tables.show(console, OUT), seasons_tables.show(console, OUT)]
    _labels(console)
    console.print(f"Plots and figures: {OUT.relative_to(synth.ROOT)}/")
    return 0 if all(kept) else 1


def _synthesis(console: Console) -> bool:
    results = synth.run(OUT)
    _write("synth", [asdict(result) for result in results])
    table = Table("synthesis of", "stacks", "resources", "largest", "CPU s", "peer CPU s", "ratio", "peak MB", "kept")
    for result in results:
        table.add_row(
            result.name,
            str(result.stacks),
            str(result.resources),
            str(result.largest_stack),
            f"{result.ours_cpu:.2f}",
            f"{result.peer_cpu:.2f}",
            f"{result.ratio:.2f}",
            f"{result.peak_mb:.0f}",
            "yes" if result.kept else "no",
        )
    console.print(table)
    console.print(
        f"Promised: for {synth.ALL} a ratio of at most {synth.CPU_RATIO} and {synth.MEMORY_MB} MB; always at most "
        f"{synth.RESOURCES_PER_STACK} resources in a stack."
    )
    return all(result.kept for result in results)


def _prediction(console: Console) -> bool:
    results = predict.run(OUT)
    _write("predict", [asdict(result) for result in results])
    table = Table(
        "one prediction", "us", "us at 99 %", "peer us", "peer us at 99 %", "ratio", "at 99 %", "apart", "kept"
    )
    for result in results:
        times = [np.percentile(some, at) for some in (result.ours, result.peer) for at in (50, 99)]
        table.add_row(
            result.name,
            *(f"{value:.0f}" for value in times),
            *(f"{result.ratio(at):.1f}" for at in (50, 99)),
            f"{result.difference:.0e}",
            "yes" if result.kept else "no",
        )
    console.print(table)
    console.print(
        f"Promised: in process {predict.IN_PROCESS} times faster at the median than pandas and a DMatrix, over HTTP "
        f"{predict.OVER_HTTP} times at the median and at 99 % than FastAPI with them; predictions within "
        f"{predict.DIFFERENCE:.0e} of XGBoost's."
    )
    return all(result.kept for result in results)


def _preparation(console: Console) -> bool:
    results = preparation.run(OUT)
    _write("preparation", [asdict(result) for result in results])
    table = Table("copies of the flights", "CPU s", "bound CPU s", "of bound", "times pandas", "peak MB", "kept")
    for result in results:
        table.add_row(
            str(result.copies),
            f"{result.ours.cpu:.2f}",
            f"{result.bound.cpu:.2f}",
            f"{result.of_bound:.2f}",
            "" if result.speed is None else f"{result.speed:.1f}",
            f"{result.ours.peak_mb:.0f}",
            "yes" if result.kept else "no",
        )
    console.print(table)
    console.print(
        f"Promised: of 10 copies at most {preparation.BOUND} times the CPU of reading and writing the same, and "
        f"{preparation.SPEED} times the speed of pandas; of {preparation.MANY} at most {preparation.BOUND_MANY} times, "
        f"in {preparation.MEMORY_MB} MB; features equal to pandas' bit for bit."
    )
    _step(console, results)
    return all(result.kept for result in results)


def _step(console: Console, results: list[preparation.Result]) -> None:
    table = Table("all of the step", "CPU s", "bound CPU s", "of bound", "s", "peak MB", "bound peak MB")
    for result in results:
        table.add_row(
            str(result.copies),
            f"{result.step.cpu:.2f}",
            f"{result.step_bound.cpu:.2f}",
            f"{result.step_of_bound:.2f}",
            f"{result.step.wall:.1f}",
            f"{result.step.peak_mb:.0f}",
            f"{result.step_bound.peak_mb:.0f}",
        )
    console.print(table)
    console.print(f"Promised: of {preparation.MANY} copies at most {preparation.MEMORY_MB} MB.")


def _monitoring(console: Console) -> bool:
    results = monitoring.run(OUT)
    _write("monitoring", [asdict(result) for result in results])
    table = Table("drift of", "CPU s", "s", "peak MB", "ratio", "bound", "kept")
    for result in results:
        table.add_row(
            result.name,
            f"{result.cpu:.2f}",
            f"{result.wall:.1f}",
            f"{result.peak_mb:.0f}",
            "" if result.ratio is None else f"{result.ratio:.1f}",
            "" if result.bound is None else f"{result.bound:g}",
            "yes" if result.kept else "no",
        )
    console.print(table)
    console.print(
        f"Promised: of nine months {monitoring.EVIDENTLY} times less CPU than evidently and {monitoring.FROUROS} times "
        f"less than frouros; of ten times the rows at most {monitoring.TENFOLD:g} times as much; a million captures in "
        f"{monitoring.CAPTURES_S} s on 2 CPUs and {monitoring.CAPTURES_MB} MB."
    )
    return all(result.kept for result in results)


def _review(console: Console) -> bool:
    results, kept = review.show(console, OUT)
    _write("review", [asdict(result) for result in results])
    return kept


def _labels(console: Console) -> None:
    results = labels.run(OUT)
    _write("labels", [asdict(result) for result in results])
    table = Table("target", "labels", *labels.WAYS, "worth from nothing")
    for result in results:
        for row in labels.rows(result):
            table.add_row(*row)
    console.print(table)
    for result in results:
        console.print(f"{result.target}: the earlier model as it is has {np.mean(result.earlier):.3f}.")
    console.print("Accuracy on digits, with 95 % intervals; nothing is promised of it.")


def _write(name: str, results: list[dict[str, object]]) -> None:
    (OUT / f"{name}.json").write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
