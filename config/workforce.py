"""The schema of `workforces/<name>.yaml`: the people of an account and region who label. There is one of each."""

from typing import Self

from pydantic import Field, StrictBool, model_validator

from config import rules
from config.environment import AccountId, AddressRange, Name, Region
from config.section import Section
from config.tag_value import ALLOWED, TagValue


class Workforce(Section):
    """A user pool and the workforce of SageMaker that logs in with it; teams come with use cases."""

    name: Name = Field(description="the file's own name, and the workforce's: 2 to 15 lower-case letters and digits")
    account: AccountId | None = Field(
        default=None, description="12 digits in quotes; left out: the account of the credentials that deploy"
    )
    region: Region = Field(default="ap-northeast-1", description="an AWS region that has SageMaker")
    owner: TagValue = Field(description=f"who answers for it, a tag on every resource: {ALLOWED}")
    cost_center: TagValue = Field(description=f"who pays for it, a tag on every resource: {ALLOWED}")
    allowed_cidrs: tuple[AddressRange, ...] = Field(
        min_length=1, max_length=10, description="addresses from which the workers' portal opens; SageMaker takes ten"
    )
    termination_protection: StrictBool = Field(
        default=True, description="its stack, and its people, refuse to be deleted"
    )

    @model_validator(mode="after")
    def _are_of_ones_own(self) -> Self:
        rules.ranges_apart("allowed_cidrs", self.allowed_cidrs)
        return self
