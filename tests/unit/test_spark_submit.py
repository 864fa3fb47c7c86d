"""The step as SageMaker's Spark cluster runs it: `spark-submit` with the code as a zip, on another default file system.

In place of HDFS stands Hadoop's own view of a folder, so that a path without a scheme is not one of the disk, as there.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from config import load_use_case
from pipelines_src.flight_delays import raw_data
from pipelines_src.job_code import assembled
from tests.preparation_engines import use_case
from tests.unit.preparation_kit import for_steps, made


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fortieth of the flights."""
    folder = tmp_path_factory.mktemp("flights")
    raw_data.write(folder)
    every = pd.read_parquet(folder / "flights.parquet").iloc[::40]
    every.to_parquet(folder / "flights.parquet", index=False)
    return folder


def submit(base: Path, code: Path, script: Path, cluster: Path) -> "subprocess.CompletedProcess[str]":
    cluster.mkdir()
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "3",
        "spark.hadoop.fs.defaultFS": "viewfs://cluster/",
        f"spark.hadoop.fs.viewfs.mounttable.cluster.link.{base}": cluster.as_uri(),
    }
    configured = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    spark_submit = Path(sys.executable).with_name("spark-submit")
    command = [str(spark_submit), "--master", "local[2]", *configured, "--py-files", str(code), str(script)]
    environment = {**os.environ, "ML_LOOP_BASE_DIR": str(base), "PYSPARK_PYTHON": sys.executable}
    return subprocess.run(
        [*command, "prepare", "--use-case", "flight_delays"],
        env=environment, check=False, capture_output=True, text=True,
    )  # fmt: skip


def test_a_submitted_job_prepares_as_duckdb_does(raw: Path, tmp_path: Path) -> None:
    duckdb = made(for_steps(load_use_case("flight_delays"), "processing"), raw, tmp_path / "duckdb")
    base = tmp_path / "spark"
    (base / "processing/input").mkdir(parents=True)
    (base / "processing/input/raw").symlink_to(raw)
    with assembled(use_case("spark")) as folder:
        code = Path(shutil.make_archive(str(tmp_path / "0123abcd"), "zip", folder))
        script = tmp_path / "4567cdef.py"
        script.write_bytes((folder / "__main__.py").read_bytes())
    ran = submit(base, code, script, tmp_path / "cluster")
    assert ran.returncode == 0, ran.stderr[-3000:]
    for split in ("train", "validation"):
        assert (base / f"processing/output/{split}/{split}.csv").read_bytes() == duckdb.csv(split)
    report = json.loads((base / "processing/output/report/preparation.json").read_text())
    assert report["rows_read"] == duckdb.json("report", "preparation")["rows_read"]
    # What was kept lay in the cluster's file system, and is gone.
    assert [path for path in (tmp_path / "cluster").rglob("*") if path.is_file()] == []
    assert not list(base.glob("scratch-*"))
