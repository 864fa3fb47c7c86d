"""What every function that acts on use cases is told, in its environment variables."""

import os
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field


class FunctionSettings(BaseModel):
    """Where a function runs; each function adds what it works on."""

    model_config = ConfigDict(frozen=True)

    environment: str = Field(alias="ML_LOOP_ENVIRONMENT", min_length=1)

    @classmethod
    def load(cls, variables: Mapping[str, str] = os.environ) -> Self:
        """Read the variables; pydantic's ValidationError names the one that is missing."""
        return cls.model_validate(dict(variables))
