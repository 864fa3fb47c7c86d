"""On which terms a use case is labelled: what its stack wrote into a parameter, as it is at the time of the look."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Terms(BaseModel):
    """What the function must know of the section `label`.

    Attributes:
        backend: manifest_import has no jobs, and so no `machine`.
        task: type of the task.
        objects: image (referred to) or text (in the manifest).
        attribute: that has the label in manifests.
        categories: what can be answered.
        how: answers become one label; `built_in` and `own` are somebody else's work.
        most_objects: of a job; least_objects: below which it does not begin.
        usd_per_object: all that an object costs, its answers included.
        machine: ARN of the state machine that makes the jobs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    backend: Literal["ground_truth", "manifest_import"]
    task: str
    objects: Literal["image", "text"]
    attribute: str
    categories: tuple[str, ...]
    how: Literal["built_in", "majority", "dawid_skene", "own"]
    attempts: int = Field(ge=1)
    minimum_confidence: float = 0
    minimum_agreement: float = 0
    most_objects: int = 0
    least_objects: int = 1
    usd_per_object: float = 0
    usd_per_month: float = 0
    machine: str = ""

    def affordable(self, spent: float) -> int:
        """Return how many objects the rest of the month's money pays for; a job takes no more than `most_objects`."""
        if not self.usd_per_object:
            return self.most_objects
        # Rounded, since 0.3 / 0.1 is less than 3.
        return min(self.most_objects, max(0, int(round((self.usd_per_month - spent) / self.usd_per_object, 9))))
