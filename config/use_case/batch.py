"""Batch transform: a whole prefix of a bucket scored with the champion."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt, StringConstraints

from config.instance_types import TransformInstanceType
from config.use_case.schedule import schedule_expression
from config.use_case.section import Section

# The pattern is for editors, which know no function.
Schedule = Annotated[str, StringConstraints(pattern=r"^(rate|cron)\(.+\)$"), AfterValidator(schedule_expression)]


class BatchTransform(Section):
    """When files are scored, and on what."""

    schedule: Schedule | None = Field(
        default=None,
        description="An EventBridge schedule in UTC, such as rate(1 day) or cron(0 3 * * ? *)",
    )
    on_new_files: StrictBool = Field(
        default=False, description="Score files as they arrive, those of a minute together"
    )
    scope: Literal["new", "prefix"] = Field(
        default="new",
        description="new: files that no run has scored; prefix: every file that the present champion has not scored",
    )
    instance: TransformInstanceType = Field(
        default="ml.m5.large", description="Instance type of the transform; models trained from then on allow it"
    )
    instances: StrictInt = Field(default=1, ge=1, le=20, description="How many share the records")
    max_runtime_seconds: StrictInt = Field(
        default=3600, ge=60, le=432000, description="After which reading the files, or collecting results, is stopped"
    )
