"""One local Spark for a module of tests."""

from collections.abc import Iterator

from pyspark.sql import SparkSession


def session() -> Iterator[SparkSession]:
    """Give a session on two cores that nobody else reaches; engines use it, since it is there."""
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.memory": "1g",
        "spark.sql.shuffle.partitions": "3",
        "spark.sql.codegen.wholeStage": "false",  # compiling takes longer than such small data
    }.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    yield spark
    spark.stop()
