"""Settings of the batch transform function, from its environment variables."""

from pydantic import Field

from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about where it runs."""

    runs_table: str = Field(alias="ML_LOOP_RUNS_TABLE", min_length=1)
    raw_bucket: str = Field(alias="ML_LOOP_RAW_BUCKET", min_length=1)
    processed_bucket: str = Field(alias="ML_LOOP_PROCESSED_BUCKET", min_length=1)

    most_bytes: int = Field(alias="ML_LOOP_RUN_BYTES", gt=0)
