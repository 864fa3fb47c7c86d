"""Batch transform: a whole prefix of a bucket scored with the champion."""

from pydantic import Field

from config.instance_types import TransformInstanceType
from config.use_case.section import Section


class BatchTransform(Section):
    """When files are scored, and on what."""

    schedule: str | None = Field(
        default=None,
        pattern=r"^(rate|cron)\(.+\)$",
        description="An EventBridge schedule in UTC, such as rate(1 day) or cron(0 3 * * ? *)",
    )
    on_new_files: bool = Field(default=False, description="Score each file as it arrives")
    instance: TransformInstanceType = Field(default="ml.m5.large", description="Instance type")
    instances: int = Field(default=1, ge=1, le=20)
