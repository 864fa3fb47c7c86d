"""Where and how the data is prepared."""

from typing import Literal

from pydantic import Field

from config.instance_types import ProcessingInstanceType
from config.use_case.cleaning import CleaningRule
from config.use_case.section import ColumnName, Columns, Section


class Prepare(Section):
    """The engine, its machines, and the rules of cleaning; the transformations are the same on every engine."""

    engine: Literal["processing", "spark", "glue", "batch"] = Field(
        default="processing",
        description="processing: DuckDB on one machine; spark: SageMaker Spark Processing; glue: AWS Glue with Spark; "
        "batch: AWS Batch with DuckDB, in a container of your own",
    )
    instance: ProcessingInstanceType | None = Field(
        default=None, description="processing, spark: instance type; left out: the environment's processing_instance"
    )
    instances: int = Field(default=1, ge=1, le=100, description="spark: machines; glue: workers of 4 CPUs and 16 GB")
    image: str | None = Field(
        default=None, pattern=r"^\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/\S+$",
        description="batch: the container, an image in ECR that has Python and DuckDB",
    )  # fmt: skip
    cpus: int = Field(default=4, ge=1, le=64, description="batch: CPUs")
    memory_gb: int = Field(default=8, ge=1, le=512, description="batch: memory, GiB")
    max_runtime_seconds: int = Field(default=3600, ge=60, le=432000)
    distinct: dict[ColumnName, Columns] = Field(
        default={},
        description="Raw tables in which a row may stand twice, with columns that tell rows apart: a row that is equal "
        "to another in all columns is read once",
    )
    clean: tuple[CleaningRule, ...] = Field(default=(), description="Rules of cleaning, applied in this order.")
