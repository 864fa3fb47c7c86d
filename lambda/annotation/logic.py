"""Make tasks of objects, and one label of several answers, in the forms that Ground Truth asks for. Pure.

Forms: SageMaker developer guide, "Using pre-annotation and post-annotation Lambda functions".
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from label import answers
from label.consolidate import CONSOLIDATIONS

Document = dict[str, Any]


def task(line: Mapping[str, Any], categories: Sequence[str]) -> Document:
    """Return the task of a manifest's line, under the names that AWS's own functions give: pages fit both."""
    return {
        "taskInput": {"taskObject": line.get("source-ref", line.get("source")), "labels": list(categories)},
        "isHumanAnnotationRequired": "true",
    }


def consolidated(
    requests: Sequence[Mapping[str, Any]], attribute: str, categories: Sequence[str], how: str
) -> list[Document]:
    """Return a label for each object of which anybody chose one category."""
    given = {str(entry["datasetObjectId"]): answers.by_worker(entry) for entry in requests}
    said = answers.choices(given, categories)
    labels = CONSOLIDATIONS[how](said, categories)
    return [
        {
            "datasetObjectId": name,
            "consolidatedAnnotation": {
                "content": {
                    attribute: {
                        "class-name": label.category,
                        "confidence": round(label.confidence, 4),
                        "votes": dict(Counter(one for _, one in said[name])),
                    }
                }
            },
        }
        for name, label in labels.items()
    ]
