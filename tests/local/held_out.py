"""A table as somebody might bring it, and a copy of the repository that it is brought to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from local_cloud.clients import ROOT

NAME, FILE, LABEL, TIME = "house_prices", "Häuser, alle.csv", "Preis in €", "Inseriert am"
LABEL_NAME = "Preis_in"
KINDS = ("Wohnung", "Haus", 'Studio; "Loft"')
SERVERLESS = {"memory_mb": 3072, "maximum_concurrency": 2, "provisioned_concurrency": 1}
# What Python compiled goes along, but for what another process is just writing.
_MADE_AGAIN = ("build", ".venv", "node_modules", ".git", "cdk.out", "raw", "*.pyc.*", ".*_cache", ".hypothesis")


def write(path: Path, rows: int = 400, year: int = 2023) -> Path:
    """Write houses and their prices: semicolons, decimal commas, days first, quotes, gaps, umlauts."""
    random = np.random.default_rng(year)
    size, kind, garden = random.normal(80, 25, rows).clip(15), random.choice(KINDS, rows), random.random(rows) < 0.5
    listed = pd.Timestamp(f"{year}-01-01") + pd.to_timedelta(random.integers(0, 500, rows), unit="D")
    price = 2000 * size + 40_000 * (kind == "Haus") + 15_000 * garden + random.normal(0, 15_000, rows)
    table = pd.DataFrame(
        {
            "Angebot Nr.": [f"A{year}-{place:04d}" for place in range(rows)],
            "Fläche (m²)": np.where(random.random(rows) < 0.1, np.nan, size.round(1)),
            "Art": kind,
            "Garten?": np.where(garden, "ja", "nein"),
            TIME: listed.strftime("%d.%m.%Y"),
            "Bemerkung": random.choice(["", "n/a", "schön, hell"], rows),
            LABEL: price.round(),
        }
    )
    table.to_csv(path, sep=";", decimal=",", index=False)
    return path


def add(root: Path) -> None:
    """Make a use case of the table, in a repository, and name it in the environment `local`."""
    write(root / FILE)
    said(root, "use-case", "new", NAME, "--data", FILE, "--label", LABEL, "--time", TIME)
    said(root, "use-case", "add", NAME, "local")


def serverless(root: Path) -> None:
    """Serve the use case without instances."""
    path = root / "environments" / "local.yaml"
    written = path.read_text()
    path.write_text(
        written.replace("network:\n", "network:\n  allow_internet: prices of houses are no secret\n")
        + "capture:\n  allow_no_capture: nobody watches prices of houses\n"
        + f"serving_of:\n  {NAME}:\n    serverless: {SERVERLESS}\n"
    )


def trained_again(root: Path) -> None:
    """Let the use case be trained again by itself, and its models wait for a person."""
    path = root / "pipelines_src" / NAME / "use_case.yaml"
    path.write_text(f"{path.read_text()}\nretrain:\n  propose: person\n")


def labelled(root: Path) -> None:
    """Deploy the use case that people label: by hand, and in turns of its loop."""
    said(root, "use-case", "add", "handwritten_digits", "local")
    path = root / "pipelines_src" / "handwritten_digits" / "use_case.yaml"
    path.write_text(f"{path.read_text()}\nretrain:\n  propose: person\n  sample: {{records: 4, days: 1}}\n")


def turned_by_alarms(root: Path) -> None:
    """Let the monitor's alarms turn the loop of the use case that is there already, whose models become challengers."""
    path = root / "pipelines_src" / "flight_delays" / "use_case.yaml"
    if "\nretrain:" not in (known := path.read_text()):
        path.write_text(f"{known}\nretrain: {{}}\n")


def said(root: Path, *arguments: str | Path, env: dict[str, str] | None = None) -> str:
    """Return what `python -m ops` of a repository says, results and remarks; it must succeed."""
    command = [sys.executable, "-m", "ops", *map(str, arguments)]
    env = {**(env or os.environ), "COLUMNS": "200"}
    done = subprocess.run(command, cwd=root, env=env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def copied(root: Path) -> Path:
    """Return a copy of the repository with the tools and wheels of this one."""
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*_MADE_AGAIN))
    (root / "build").mkdir()
    for name in (".venv", "node_modules", "build/wheels"):
        (root / name).symlink_to(ROOT / name)
    return root
