"""Named entities of several workers: selections grouped by similarity, bounded by the mode or the median."""

import statistics

from local_cloud.sagemaker.labeling.consolidation import Answers, Label, Question
from local_cloud.sagemaker.labeling.consolidation.groups import Group, Thing, grouped, most_frequent

_ALIKE = 0.5


def consolidate(answers: list[Answers], question: Question) -> dict[str, Label]:
    """Consolidate the entities of each object."""
    return {item.object_id: _one(item, question) for item in answers}


def jaccard(one: Thing, other: Thing) -> float:
    """Return the share of the characters common to two selections in those of either."""
    common = min(one["endOffset"], other["endOffset"]) - max(one["startOffset"], other["startOffset"])
    whole = max(one["endOffset"], other["endOffset"]) - min(one["startOffset"], other["startOffset"])
    return max(common, 0) / whole if whole else 0.0


def _one(item: Answers, question: Question) -> Label:
    found = grouped({worker: value["entities"] for worker, value in item.by_worker.items()}, jaccard, _ALIKE)
    found.sort(key=lambda group: _bound(group, "startOffset"))
    entities = []
    for group in found:
        label = most_frequent([thing["label"] for thing in group.things])
        question.index(label)
        entities.append(
            {"label": label, "startOffset": _bound(group, "startOffset"), "endOffset": _bound(group, "endOffset")}
        )
    metadata = {"entities": [{"confidence": group.confidence(len(item.by_worker))} for group in found]}
    return Label({"annotations": {"labels": question.categories, "entities": entities}}, metadata)


def _bound(group: Group, side: str) -> int:
    modes = statistics.multimode([thing[side] for thing in group.things])
    return int(modes[0]) if len(modes) == 1 else round(statistics.median(thing[side] for thing in group.things))
