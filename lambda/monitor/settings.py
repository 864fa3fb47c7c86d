"""Settings of the monitor function, from its environment variables."""

from pydantic import Field

from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about where it runs."""

    records_table: str = Field(alias="ML_LOOP_MONITOR_TABLE", min_length=1)
    capture_bucket: str = Field(alias="ML_LOOP_CAPTURE_BUCKET", min_length=1)
    processed_bucket: str = Field(alias="ML_LOOP_PROCESSED_BUCKET", min_length=1)
