"""Settings of the annotation function, from its environment variables."""

from typing import Literal

from pydantic import Field, Json

from shared.settings import FunctionSettings


class Settings(FunctionSettings):
    """What the function is told about the one use case that it serves."""

    labelled_bucket: str = Field(alias="ML_LOOP_LABELLED_BUCKET", min_length=1)
    categories: Json[tuple[str, ...]] = Field(alias="ML_LOOP_CATEGORIES")
    how: Literal["majority", "dawid_skene"] = Field(alias="ML_LOOP_CONSOLIDATION")
