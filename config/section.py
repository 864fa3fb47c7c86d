"""What every section of a file of configuration is."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Keys and values that do not change, and no key that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)
