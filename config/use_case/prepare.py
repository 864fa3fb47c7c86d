"""Where and how the data is prepared."""

from typing import Literal, Self

from pydantic import Field, StrictInt, model_validator

from config.errors import RuleError
from config.instance_types import ProcessingInstanceType
from config.use_case.cleaning import CleaningRule
from config.use_case.section import ColumnName, Columns, Section

Engine = Literal["processing", "spark", "glue", "batch"]
# CPUs to the memory that Fargate gives with them, GiB: least, most, step. Source: "Task CPU and memory", AWS Fargate.
FARGATE = {1: (2, 8, 1), 2: (4, 16, 1), 4: (8, 30, 1), 8: (16, 60, 4), 16: (32, 120, 8)}
# What a section says for one engine only is a mistake with another.
_ENGINES_OF: dict[str, tuple[Engine, ...]] = {
    "instance": ("processing", "spark"),
    "instances": ("spark", "glue"),
    "image": ("batch",),
    "cpus": ("batch",),
    "memory_gb": ("batch",),
}
_LEAST_WORKERS = 2  # of a Glue job: the driver is one of them


class Prepare(Section):
    """The engine, its machines, and the rules of cleaning; the transformations are the same on every engine."""

    engine: Engine = Field(
        default="processing",
        description="processing: DuckDB on one machine; spark: SageMaker Spark Processing; glue: AWS Glue with Spark; "
        "batch: AWS Batch with DuckDB, in a container of your own",
    )
    instance: ProcessingInstanceType | None = Field(
        default=None, description="processing, spark: instance type; left out: the environment's processing_instance"
    )
    instances: StrictInt = Field(
        default=2, ge=1, le=100, description="spark: machines; glue: workers of 4 CPUs and 16 GB"
    )
    image: str | None = Field(
        default=None, pattern=r"^[0-9]{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/\S+$",
        description="batch: the container, an image in ECR that has Python, boto3, DuckDB, pandas and pyarrow",
    )  # fmt: skip
    cpus: StrictInt = Field(default=4, ge=1, le=16, description="batch: CPUs; Fargate has 1, 2, 4, 8 and 16")
    memory_gb: StrictInt = Field(
        default=16, ge=2, le=120, description="batch: memory, GiB; what Fargate has for the CPUs"
    )
    max_runtime_seconds: StrictInt = Field(default=3600, ge=60, le=432000)
    distinct: dict[ColumnName, Columns] = Field(
        default={},
        description="Raw tables in which a row may stand twice, with columns that tell rows apart: a row that is equal "
        "to another in all columns is read once",
    )
    clean: tuple[CleaningRule, ...] = Field(default=(), description="Rules of cleaning, applied in this order.")

    @model_validator(mode="after")
    def _machines_are_the_engines(self) -> Self:
        for name, engines in _ENGINES_OF.items():
            if name in self.model_fields_set and self.engine not in engines:
                raise RuleError(
                    (name,),
                    f"is nothing for engine {self.engine}; allowed with {' and '.join(engines)}; remove it, "
                    "or change the engine",
                )
        if self.engine == "glue" and self.instances < _LEAST_WORKERS:
            raise RuleError(
                ("instances",), f"found {self.instances}; Glue has {_LEAST_WORKERS} workers or more; raise it"
            )
        return self

    @model_validator(mode="after")
    def _fargate_has_it(self) -> Self:
        if self.engine != "batch":
            return self
        if self.image is None:
            raise RuleError(("image",), "is missing; engine batch runs a container of your own; name its image in ECR")
        if self.cpus not in FARGATE:
            raise RuleError(
                ("cpus",), f"found {self.cpus}; Fargate has {', '.join(map(str, FARGATE))}; choose one of them"
            )
        least, most, step = FARGATE[self.cpus]
        if self.memory_gb not in range(least, most + 1, step):
            raise RuleError(
                ("memory_gb",),
                f"found {self.memory_gb}; Fargate has {least} to {most} in steps of {step} with {self.cpus} CPUs; "
                "choose one of these",
            )
        return self

    @property
    def before_the_pipeline(self) -> bool:
        """Whether a state machine prepares the data and then starts the pipeline."""
        return self.engine in ("glue", "batch")
