"""Settings of the experiment function, from its environment variables."""

from pydantic import Field, Json

from experiment.declared import Assignment
from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about where it runs; of each use case with experiments how requests are shared."""

    records_table: str = Field(alias="ML_LOOP_EXPERIMENTS_TABLE", min_length=1)
    processed_bucket: str = Field(alias="ML_LOOP_PROCESSED_BUCKET", min_length=1)
    assignments: Json[dict[str, Assignment]] = Field(alias="ML_LOOP_ASSIGNMENTS")
