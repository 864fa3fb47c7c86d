"""Settings of the collector, from its environment variables."""

from pydantic import Field

from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about where it runs."""

    capture_bucket: str = Field(alias="ML_LOOP_CAPTURE_BUCKET", min_length=1)
