"""Settings of the retrain function, from its environment variables."""

from pydantic import Field

from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about where it runs; what is of experiments or labels is empty where there are none."""

    turns_table: str = Field(alias="ML_LOOP_TURNS_TABLE", min_length=1)
    experiments_table: str = Field(default="", alias="ML_LOOP_EXPERIMENTS_TABLE")
    capture_bucket: str = Field(default="", alias="ML_LOOP_CAPTURE_BUCKET")
    processed_bucket: str = Field(default="", alias="ML_LOOP_PROCESSED_BUCKET")
    labelled_bucket: str = Field(default="", alias="ML_LOOP_LABELLED_BUCKET")
