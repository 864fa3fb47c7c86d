"""One way to compare nine months of flights with the first three, as a process of its own: its name, and a folder.

The folder has `records*.parquet`, with `month`: for ours those of the nine months, and `baseline/`, the sketches that
the preparation wrote of January to March once and for all; for the others all records, since they keep nothing of them.
Every way looks at the same columns.
"""

import json
import sys
import warnings
from pathlib import Path

NUMBERS = [
    "distance", "scheduled_minutes", "departures_in_hour", "humid", "wind_dir", "wind_speed", "precip", "visib",
    "plane_year", "plane_seats",
]  # fmt: skip
TEXTS = ["carrier", "origin", "dest", "plane_maker"]
LATER = range(4, 13)


def main(way: str, folder: Path) -> None:
    """Compare, and print how many columns are said to drift in each month."""
    ways = {"ours": ours, "evidently": evidently, "frouros": frouros, "captures": captures}
    print(json.dumps(ways[way](folder)))


def ours(folder: Path) -> dict[str, int]:
    from pipelines_src.steps.monitoring import captured, data_quality, expected, profiling
    from pipelines_src.steps.monitoring.request import Request

    known = expected.read(folder / "baseline")
    assert known is not None  # noqa: S101 - for mypy
    known = expected.Expected(tuple(field for field in known.fields if field.name in NUMBERS + TEXTS))
    connection = captured.connect(folder, 1.0, 1)
    table = f"read_parquet('{folder}/records*.parquet')"
    months = profiling.of_table(connection, table, {field.name: f'"{field.name}"' for field in known.fields}, "month")
    request = Request.of({})
    results = {month: data_quality.result(known, profile, request) for month, profile in months.items()}
    return {month: sum(finding.violated for finding in one.findings) for month, one in results.items()}


def evidently(folder: Path) -> dict[str, int]:
    import pandas as pd
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    warnings.simplefilter("ignore")
    definition = DataDefinition(numerical_columns=NUMBERS, categorical_columns=TEXTS)
    table = pd.read_parquet(folder, columns=[*NUMBERS, *TEXTS, "month"])
    sets = {
        month: Dataset.from_pandas(table[some].drop(columns="month"), data_definition=definition)
        for month, some in [(0, table["month"] < LATER[0]), *((m, table["month"] == m) for m in LATER)]
    }
    found: dict[str, int] = {}
    for month in LATER:
        result = Report([DataDriftPreset()]).run(sets[month], sets[0])
        found[str(month)] = int(json.loads(result.json())["metrics"][0]["value"]["count"])
    return found


def frouros(folder: Path) -> dict[str, int]:
    import pandas as pd
    from frouros.detectors.data_drift import ChiSquareTest, KSTest

    warnings.simplefilter("ignore")
    table = pd.read_parquet(folder, columns=[*NUMBERS, *TEXTS, "month"])
    before, found = table[table["month"] < LATER[0]], dict.fromkeys(map(str, LATER), 0)
    for name in NUMBERS + TEXTS:
        detector = KSTest() if name in NUMBERS else ChiSquareTest()
        detector.fit(X=before[name].dropna().to_numpy())
        for month in LATER:
            compared, _ = detector.compare(X=table.loc[table["month"] == month, name].dropna().to_numpy())
            found[str(month)] += bool(compared.p_value < 0.01)  # noqa: PLR2004
    return found


def captures(folder: Path) -> dict[str, int]:
    from pipelines_src.steps.folders import Folders
    from pipelines_src.steps.monitoring import monitor
    from pipelines_src.steps.use_case import UseCase

    settings = UseCase.from_document(json.loads((folder / "use_case.json").read_text()))
    monitor.run(settings, Folders(folder))
    report = json.loads((folder / "processing" / "output" / "monitoring" / "report.json").read_text())
    return {variant: one["records"] for variant, one in report["variants"].items()}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
