"""What workers are asked, and on which page."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.use_case.section import Section

TaskType = Literal[
    "image_classification", "text_classification", "bounding_box", "semantic_segmentation", "named_entities", "page"
]
Category = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*\S$")]
FunctionArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_:-]+$")
]
_OBJECTS = {"text_classification": "text", "named_entities": "text"}


class Task(Section):
    """One question about each object."""

    type: TaskType = Field(description="A task type of Ground Truth, or page: a page of your own")
    title: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00-\x1f\x7f]*$")]
    instructions: Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")] = (
        Field(description="What a worker reads beside the object, one line")
    )
    categories: tuple[Category, ...] = Field(min_length=1, max_length=100, description="What can be answered")
    objects: Literal["image", "text"] | None = Field(default=None, description="page: what the objects are")
    template: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*\.liquid\.html$",
        description="page: a Liquid template of the use case's folder, such as page.liquid.html",
    )
    pre_annotation: FunctionArn | None = Field(
        default=None, description="page: a Lambda function of your own that makes a task of an object; left out: ours"
    )
    post_annotation: FunctionArn | None = Field(
        default=None, description="page: a Lambda function of your own that consolidates answers; left out: ours"
    )

    @property
    def kind_of_objects(self) -> str:
        """`image` (objects that the manifest refers to) or `text` (in the manifest itself)."""
        return self.objects or _OBJECTS.get(self.type, "image")

    @property
    def attribute(self) -> str:
        """The attribute of the manifest that has the label: Ground Truth wants the ending for masks, and only there."""
        return "label-ref" if self.type == "semantic_segmentation" else "label"
