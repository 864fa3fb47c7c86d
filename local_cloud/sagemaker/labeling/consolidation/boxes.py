"""Bounding boxes of several workers: the most similar ones by their Jaccard index, averaged."""

from local_cloud.sagemaker.labeling.consolidation import Answers, Label, Question
from local_cloud.sagemaker.labeling.consolidation.groups import Group, Thing, grouped, most_frequent

_ALIKE = 0.5
_SIDES = ("left", "top", "width", "height")


def consolidate(answers: list[Answers], question: Question) -> dict[str, Label]:
    """Consolidate the boxes of each object."""
    return {item.object_id: _one(item, question) for item in answers}


def jaccard(one: Thing, other: Thing) -> float:
    """Return the share of the intersection in the union of two boxes; 0 if their labels differ."""
    if one["label"] != other["label"]:
        return 0.0
    width = min(one["left"] + one["width"], other["left"] + other["width"]) - max(one["left"], other["left"])
    height = min(one["top"] + one["height"], other["top"] + other["height"]) - max(one["top"], other["top"])
    common = max(width, 0) * max(height, 0)
    whole = one["width"] * one["height"] + other["width"] * other["height"] - common
    return float(common / whole) if whole else 0.0


def _one(item: Answers, question: Question) -> Label:
    found = grouped({worker: value["boundingBoxes"] for worker, value in item.by_worker.items()}, jaccard, _ALIKE)
    annotations = [_averaged(group, question) for group in found]
    size = most_frequent([value["inputImageProperties"] for value in item.by_worker.values()])
    value = {
        "image_size": [{"width": size["width"], "height": size["height"], "depth": 3}],
        "annotations": annotations,
    }
    classes = sorted({box["class_id"] for box in annotations})
    metadata = {
        "objects": [{"confidence": group.confidence(len(item.by_worker))} for group in found],
        "class-map": {str(index): question.names[index] for index in classes},
    }
    return Label(value, metadata)


def _averaged(group: Group, question: Question) -> dict[str, int]:
    sides = {side: round(sum(box[side] for box in group.things) / len(group.things)) for side in _SIDES}
    return {"class_id": question.index(group.things[0]["label"]), **sides}
