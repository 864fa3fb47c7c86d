"""What reading labels of the labelled set needs of the rest of a use case. Raises RuleError with a remedy."""

from config.errors import RuleError
from config.use_case.data import Data
from config.use_case.label import Label
from config.use_case.metrics import Problem

ONE_CATEGORY = ("image_classification", "text_classification", "page")


def label_is_made(problem: Problem, data: Data, label: Label | None) -> None:
    """Labels that are read are made, have one category for an object, and can be all that the model tells apart."""
    if data.label_from == "raw":
        return
    key, found = ("data", "label_from"), f"found {data.label_from!r}"
    if label is None:
        raise RuleError(key, f"{found}, but there is no section label that would make them; add it, or write raw")
    if not problem.endswith("classification"):
        raise RuleError(key, f"{found}; a labelled set has categories, and {problem} has none; write raw")
    if label.task.type not in ONE_CATEGORY:
        raise RuleError(
            key,
            f"{found}, but {label.task.type} has no category for an object; allowed for it is raw: read the labels in "
            "transformations.py or a script of yours",
        )
    values = [*data.classes] if data.classes else [data.positive, *([] if data.negative is None else [data.negative])]
    if missing := [str(value) for value in values if str(value) not in label.task.categories]:
        raise RuleError(
            ("label", "task", "categories"),
            f"lack {missing[0]!r}, which data says the label can be, so that no object could be it; add it",
        )
