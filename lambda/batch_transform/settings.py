"""Settings of the batch transform function, from its environment variables."""

import os
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """What the function is told about where it runs."""

    model_config = ConfigDict(frozen=True)

    environment: str = Field(alias="ML_LOOP_ENVIRONMENT", min_length=1)
    runs_table: str = Field(alias="ML_LOOP_RUNS_TABLE", min_length=1)
    raw_bucket: str = Field(alias="ML_LOOP_RAW_BUCKET", min_length=1)
    processed_bucket: str = Field(alias="ML_LOOP_PROCESSED_BUCKET", min_length=1)

    most_bytes: int = Field(alias="ML_LOOP_RUN_BYTES", gt=0)

    @classmethod
    def load(cls, variables: Mapping[str, str] = os.environ) -> "Settings":
        """Read the variables; pydantic's ValidationError names the one that is missing."""
        return cls.model_validate(dict(variables))
