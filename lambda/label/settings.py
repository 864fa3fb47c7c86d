"""Settings of the label function, from its environment variables."""

from pydantic import Field

from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about where it runs."""

    labels_table: str = Field(alias="ML_LOOP_LABELS_TABLE", min_length=1)
    raw_bucket: str = Field(alias="ML_LOOP_RAW_BUCKET", min_length=1)
    labelled_bucket: str = Field(alias="ML_LOOP_LABELLED_BUCKET", min_length=1)
