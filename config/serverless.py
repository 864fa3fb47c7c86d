"""An endpoint without instances, and what it cannot have."""

from typing import Any, Literal, Self

from pydantic import Field, StrictInt, model_validator

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
# "Deploy models with Amazon SageMaker Serverless Inference", developer guide, read in November 2026: 21 regions.
# Provisioned concurrency is wherever that is (AWS's announcement of 10 May 2023).
REGIONS = frozenset(
    {
        "af-south-1", "ap-east-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1",
        "ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-south-1", "eu-west-1", "eu-west-2",
        "eu-west-3", "me-south-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    }
)  # fmt: skip


class Serverless(Section):
    """A container that starts when it is asked and costs nothing while it is not (docs/decisions/serverless.md)."""

    memory_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144] = Field(
        default=2048, description="memory of a container, MB; its share of processors follows"
    )
    maximum_concurrency: StrictInt = Field(
        default=5, ge=1, le=200, description="how many requests are answered at once; SageMaker throttles the others"
    )
    provisioned_concurrency: StrictInt | None = Field(
        default=None,
        ge=1,
        le=200,
        description="for how many of these a container is kept ready, and paid, while nobody asks; null: for none",
    )

    @model_validator(mode="after")
    def _keeps_no_more_than_it_may_have(self) -> Self:
        kept, most = self.provisioned_concurrency, self.maximum_concurrency
        if kept is not None and kept > most:
            raise RuleError(
                ("provisioned_concurrency",),
                f"found {kept}, but maximum_concurrency is {most}; SageMaker allows no more than that. Choose fewer, "
                "or raise maximum_concurrency",
            )
        return self


def excludes(given: dict[str, Any]) -> None:
    """Refuse what a serverless endpoint cannot have; `given` holds the other keys of the section that were written."""
    for key, why in _EXCLUDED.items():
        if given.get(key) is not None:
            raise RuleError(
                (key,),
                f"found a value, but the endpoint is serverless and {why}; allowed beside `serverless` is latency_ms. "
                f"Remove `{key}`, or `serverless` to serve by instances",
            )
