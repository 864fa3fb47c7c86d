"""Settings of the assignment function, from its environment variables."""

from typing import Literal

from pydantic import Field, Json

from shared.settings import FunctionSettings

Assignment = Literal["random", "sticky"]


class Settings(FunctionSettings):
    """What the function is told about where it runs; of each use case with experiments how requests are shared."""

    queue_url: str = Field(alias="ML_LOOP_QUEUE_URL", min_length=1)
    use_cases: Json[dict[str, Assignment]] = Field(alias="ML_LOOP_USE_CASES")
