"""An endpoint without instances, and what it cannot have."""

from typing import Any, Literal

from pydantic import Field, StrictInt

from config.errors import RuleError
from config.section import Section

# What is instances', or needs more than one variant: "Feature exclusions" of Serverless Inference, developer guide.
_EXCLUDED = {
    "champion": "has no instances",
    "challenger": "has one variant: neither challenger nor shadow",
    "scaling": "has no instances to scale; SageMaker starts as many containers as there are requests",
    "shift": "has no instances to move traffic between in parts",
    "bake_minutes": "has no old instances to go back to",
}


class Serverless(Section):
    """A container that starts when it is asked and costs nothing while it is not (docs/decisions/serverless.md)."""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = Field(
        default=2048, description="memory of a container, MB; its share of processors follows"
    )
    maximum_concurrency: StrictInt = Field(
        default=5, ge=1, le=200, description="how many requests are answered at once; SageMaker throttles the others"
    )


def excludes(given: dict[str, Any]) -> None:
    """Refuse what a serverless endpoint cannot have; `given` holds the other keys of the section that were written."""
    for key, why in _EXCLUDED.items():
        if given.get(key) is not None:
            raise RuleError(
                (key,),
                f"found a value, but the endpoint is serverless and {why}; allowed beside `serverless` is latency_ms. "
                f"Remove `{key}`, or `serverless` to serve by instances",
            )
