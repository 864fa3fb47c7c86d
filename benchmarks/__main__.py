"""`make bench`: every figure beside its peer or bound, and whether it keeps what is promised."""

import json
import sys
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from benchmarks import synth

OUT = synth.ROOT / "build" / "bench"


def main() -> int:
    """Run all benchmarks, print a table, write figures and plots; 1 if a promise is broken."""
    OUT.mkdir(parents=True, exist_ok=True)
    results = synth.run(OUT)
    (OUT / "synth.json").write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n")
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
    console = Console(width=120)
    console.print(table)
    console.print(
        f"Promised: for {synth.ALL} a ratio of at most {synth.CPU_RATIO}; always at most {synth.MEMORY_MB} MB, and "
        f"{synth.RESOURCES_PER_STACK} resources in a stack."
    )
    console.print(f"Plots and figures: {OUT.relative_to(synth.ROOT)}/")
    return 0 if all(result.kept for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
