"""One local Spark for a module of tests, and the step as SageMaker's Spark cluster runs it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from config import UseCase
from pipelines_src.job_code import assembled

_SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    # Planning and compiling cost more than such small data: no second plan, no code for a query as a whole, and of
    # the two compilers of the Java machine the one that begins at once. Spark's classes are taken to be sound.
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.extraJavaOptions": (
        "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
    ),
}


_SESSION = {
    **_SETTINGS,
    "spark.sql.shuffle.partitions": "2",
    # Nor code for each expression, which Spark leaves to its own tests; where a cluster is played they are compiled.
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}


def session() -> Iterator[SparkSession]:
    """Give a session on two cores that nobody else reaches; engines use it, since it is there."""
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in _SESSION.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_TESTING", "1")  # without it factoryMode is not heeded
        spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    yield spark
    spark.stop()


def submit(use_case: UseCase, raw: Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run the step by `spark-submit` with the code as a zip, in the folder `job`, on another default file system.

    In place of HDFS stands Hadoop's own view of the folder `cluster`, so that a path without a scheme is not one of the
    disk, as there.
    """
    base, cluster = folder / "job", folder / "cluster"
    (base / "processing/input").mkdir(parents=True)
    (base / "processing/input/raw").symlink_to(raw)
    cluster.mkdir()
    with assembled(use_case) as code:
        archive = shutil.make_archive(str(folder / "0123abcd"), "zip", code)
        script = shutil.copy(code / "__main__.py", folder / "4567cdef.py")
    settings = {
        **_SETTINGS,
        "spark.sql.shuffle.partitions": "3",
        "spark.hadoop.fs.defaultFS": "viewfs://cluster/",
        f"spark.hadoop.fs.viewfs.mounttable.cluster.link.{base}": cluster.as_uri(),
    }
    configured = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    spark_submit = Path(sys.executable).with_name("spark-submit")
    command = [str(spark_submit), "--master", "local[2]", *configured, "--py-files", archive, str(script)]
    return subprocess.run(
        [*command, "prepare", "--use-case", use_case.name],
        env={**os.environ, "ML_LOOP_BASE_DIR": str(base), "PYSPARK_PYTHON": sys.executable},
        check=False,
        capture_output=True,
        text=True,
    )
