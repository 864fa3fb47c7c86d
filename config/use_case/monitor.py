"""How what an endpoint is asked and answers is watched, against what its model was trained on."""

import json
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, StrictStr, StringConstraints, model_validator

from config.errors import RuleError
from config.instance_types import ProcessingInstanceType
from config.use_case.schedule import schedule_expression
from config.use_case.section import ColumnName, Section

MonitorName = Literal["data_quality", "model_quality", "bias", "explainability"]
Schedule = Annotated[str, StringConstraints(pattern=r"^(rate|cron)\(.+\)$"), AfterValidator(schedule_expression)]
Share = Annotated[StrictFloat, Field(ge=0, le=1)]
Value = Annotated[StrictStr, StringConstraints(min_length=1, max_length=128)]

LONGEST_HOURS = 31 * 24
_LONGEST_TERMS = 7000  # characters: they travel with the rules' messages, which EventBridge bounds by 8192


class Facet(Section):
    """A group of records whose answers are compared with those of all others."""

    name: ColumnName = Field(description="A field of the record.")
    values: tuple[Value, ...] = Field(default=(), max_length=50, description="Texts that belong to the group")
    at_least: StrictFloat | None = Field(default=None, description="Of a number: from this value on")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.values) == (self.at_least is not None):
            key = "at_least" if self.values else "values"
            raise RuleError((key,), "a group has `values`, or `at_least`; write one of them")
        return self


class Tolerances(Section):
    """How much is too much (docs/monitoring.md, The request)."""

    types: Share = Field(default=0.01, description="Share of values of another type.")
    completeness: Share = Field(default=0.01, description="Share of missing values beyond the baseline's.")
    categories: Share = Field(default=0.01, description="Share of values that the baseline does not know.")
    columns: Share = Field(default=0.01, description="Share of records with a column that nobody knows.")
    quality: Share = Field(default=0.02, description="Loss of a figure; of errors a share of the baseline's.")
    bias: Share = Field(default=0.05, description="Distance of a measure of bias from the baseline's.")
    ndcg: Share = Field(default=0.9, description="What the order of features must agree with the baseline's at least.")


class Monitor(Section):
    """When captured requests are looked at, on what machines, and what is a violation."""

    backend: Literal["processing_job", "model_monitor"] = Field(
        default="processing_job",
        description="processing_job: the project's own analyser, each variant by itself; model_monitor: SageMaker "
        "Model Monitor, all variants together, which is closed to new customers",
    )
    schedule: Schedule = Field(default="rate(1 hour)", description="When windows that have ended are looked at, in UTC")
    window_hours: StrictInt = Field(
        default=24, ge=1, le=LONGEST_HOURS, description="Hours of requests that are looked at together, side by side"
    )
    monitors: tuple[MonitorName, ...] | None = Field(
        default=None, min_length=1, description="What is watched; left out: whatever the use case can have"
    )
    facets: tuple[Facet, ...] = Field(default=(), max_length=10, description="Groups of the monitor of bias")
    outcome_hours: StrictInt | None = Field(
        default=None,
        ge=0,
        le=2160,
        description="By when outcomes are known, and quality is judged; left out: as the experiment's, else 0",
    )
    alpha: StrictFloat = Field(
        default=0.01, gt=0, lt=1, description="Probability of a false alarm, of each monitor, variant and window"
    )
    tolerances: Tolerances = Tolerances()
    features: StrictInt = Field(
        default=30,
        ge=0,
        le=200,
        description="Columns whose figures become metrics of CloudWatch, those that differ most: a limit of cost",
    )
    instance: ProcessingInstanceType | None = Field(
        default=None, description="Instance type of the jobs; left out: that of preparation"
    )
    instances: StrictInt = Field(default=1, ge=1, le=20, description="How many share the captures of a window")
    volume_gb: StrictInt | None = Field(
        default=None, ge=1, le=16384, description="Volume of a job, GiB; left out: the environment's"
    )
    max_runtime_seconds: StrictInt = Field(default=3600, ge=60, le=432000, description="After which a job is stopped")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for name, values in (("monitors", self.monitors or ()), ("facets", [_label(facet) for facet in self.facets])):
            if len(set(values)) < len(values):
                raise RuleError((name,), f"found {', '.join(values)}; each once is allowed. Remove the repetition")
        if self.monitors is not None and ("bias" in self.monitors) != bool(self.facets):
            key = "facets" if "bias" in self.monitors else "monitors"
            raise RuleError((key,), "bias is looked at in `facets`; write both or neither")
        if len(json.dumps(self.model_dump(mode="json", include={"facets"}))) > _LONGEST_TERMS:
            raise RuleError(
                ("facets",), f"found more than {_LONGEST_TERMS} characters, which rules cannot send; name fewer values"
            )
        return self


def _label(facet: Facet) -> str:
    return json.dumps(facet.model_dump(mode="json"), sort_keys=True)


def terms(monitor: Monitor, monitors: tuple[str, ...], outcome_hours: int, capture_days: int) -> dict[str, Any]:
    """Return what the monitor function is told, as lambda/monitor/events.py has it."""
    kept = monitor.model_dump(mode="json", include={"window_hours", "alpha", "features"})
    changed = monitor.tolerances.model_dump(exclude_unset=True)
    facets = [facet.model_dump(mode="json", exclude_defaults=True) for facet in monitor.facets]
    more = {"monitors": list(monitors), "outcome_hours": outcome_hours, "capture_days": capture_days}
    if monitor.backend != "processing_job":
        more["backend"] = monitor.backend
    return {**kept, **more, "tolerances": changed, "facets": facets}
