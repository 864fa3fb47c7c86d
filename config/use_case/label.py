"""Labelling: who says what an object is, on which page, at which cost; or that labels come from elsewhere."""

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, model_validator

from config.errors import RuleError
from config.use_case.batch import Schedule
from config.use_case.label_rules import task_fits, without_jobs, workers_fit
from config.use_case.label_task import Task
from config.use_case.section import Section

Usd = Annotated[StrictFloat | StrictInt, Field(ge=0)]
LEAST_AUTOMATIC = 1250  # objects, below which Ground Truth refuses to label by itself
_CLASSIFICATION = ("image_classification", "text_classification")
_AUTOMATIC = (*_CLASSIFICATION, "bounding_box", "semantic_segmentation")


class Workers(Section):
    """Who looks at the objects."""

    kind: Literal["private", "vendor", "public"] = Field(
        description="private: people of your own, of the environment's workforce; vendor: of AWS Marketplace; "
        "public: Amazon Mechanical Turk"
    )
    team: str | None = Field(
        default=None,
        pattern=r"^arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:workteam/vendor-crowd/.+$",
        description="vendor: the ARN that aws sagemaker list-subscribed-workteams shows",
    )
    per_object: StrictInt = Field(default=3, ge=1, le=9, description="Workers who look at each object")
    usd_per_answer: Annotated[StrictFloat, Field(gt=0, lt=3)] | None = Field(
        default=None, description="public: what a worker gets for each answer, in tenths of a cent"
    )
    seconds_per_answer: StrictInt = Field(default=600, ge=30, le=28800, description="Time for one answer")
    hours: StrictInt | None = Field(
        default=None, ge=1, le=720, description="How long answers are waited for; left out: 720, of the public 6"
    )
    at_once: StrictInt = Field(default=1000, ge=1, le=5000, description="Tasks that are open at the same time")
    content: tuple[Literal["free_of_personal_information", "free_of_adult_content"], ...] = Field(
        default=(), description="What you declare of the objects; Ground Truth checks nothing"
    )


class Limits(Section):
    """Limits of cost and objects: what is beyond waits."""

    objects: StrictInt = Field(default=1000, ge=1, le=50000, description="That one labelling job takes at most")
    usd_per_object: Usd = Field(
        description="What an object costs beside usd_per_answer: the service's price, and the vendor's"
    )
    usd_per_month: Annotated[StrictFloat | StrictInt, Field(gt=0)] = Field(
        description="Ceiling of a calendar month (UTC), by these prices"
    )


class Checks(Section):
    """What a label must be to be kept."""

    minimum_confidence: Annotated[StrictFloat | StrictInt, Field(ge=0, le=1)] = Field(
        default=0, description="Objects whose label is less sure are labelled again; 0: every label is kept"
    )
    attempts: StrictInt = Field(default=2, ge=1, le=5, description="Labelling jobs that an object is in at most")
    minimum_agreement: Annotated[StrictFloat | StrictInt, Field(ge=0, le=1)] = Field(
        default=0.667, description="Krippendorff's alpha below which the alarm on doubtful labels rings"
    )


class Label(Section):
    """Where labels come from."""

    backend: Literal["ground_truth", "manifest_import"] = Field(
        description="ground_truth: labelling jobs; manifest_import: only `python -m ops label import`"
    )
    task: Task
    workers: Workers | None = Field(default=None, description="ground_truth: who labels")
    consolidation: Literal["built_in", "majority", "dawid_skene"] | None = Field(
        default=None,
        description="How several answers become one label; left out: built_in (AWS's own), on a page of your own "
        "dawid_skene",
    )
    automatic: StrictBool = Field(default=False, description="Let Ground Truth learn, and label what is easy itself")
    limits: Limits | None = Field(default=None, description="ground_truth: of cost and objects")
    check: Checks = Checks()
    schedule: Schedule | None = Field(
        default=None, description="ground_truth: an EventBridge schedule in UTC; left out: by command"
    )
    on_new_objects: StrictBool = Field(default=False, description="ground_truth: label objects as they arrive")

    @property
    def how(self) -> str:
        """How answers become one label: built_in, majority, dawid_skene, or own: a function of the use case's."""
        own = self.task.type == "page"
        return self.consolidation or ("own" if self.task.post_annotation else "dawid_skene" if own else "built_in")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        task_fits(self.task)
        if self.backend == "manifest_import":
            without_jobs(self.workers, self.limits, self.schedule, self.model_fields_set)
            return self
        if self.workers is None or self.limits is None:
            key = "workers" if self.workers is None else "limits"
            raise RuleError((key,), "is missing, and backend ground_truth needs it; add it, or import labels instead")
        workers_fit(self.workers.model_dump())
        self._consolidation_fits()
        self._automatic_fits(self.limits.objects)
        return self

    def _consolidation_fits(self) -> None:
        if self.consolidation is None:
            return
        if self.task.post_annotation:
            raise RuleError(("consolidation",), "task.post_annotation consolidates already; remove one of them")
        if self.task.type == "page" and self.consolidation == "built_in":
            raise RuleError(
                ("consolidation",),
                "found 'built_in'; AWS has none for pages of your own; choose majority or dawid_skene",
            )
        if self.consolidation != "built_in" and self.task.type not in (*_CLASSIFICATION, "page"):
            raise RuleError(
                ("consolidation",),
                f"found {self.consolidation!r}; allowed for {self.task.type} is built_in: the others choose one of "
                "several categories; remove it",
            )

    def _automatic_fits(self, objects: int) -> None:
        if not self.automatic:
            return
        if self.task.type not in _AUTOMATIC:
            raise RuleError(
                ("automatic",), f"found true; Ground Truth does so for {', '.join(_AUTOMATIC)} alone; remove it"
            )
        if self.how != "built_in":
            raise RuleError(("automatic",), "found true; it needs consolidation built_in; remove one of them")
        if objects < LEAST_AUTOMATIC:
            raise RuleError(
                ("limits", "objects"),
                f"found {objects}; allowed with automatic are {LEAST_AUTOMATIC} or more: fewer it cannot learn from; "
                "raise it",
            )
