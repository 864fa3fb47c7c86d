"""The function that a use case's labelling jobs ask, where AWS's own do not do it."""

import json
from functools import partial

from config.use_case.label import Label
from constructs.annotation_role import AnnotationRole
from constructs.control_function import Program
from constructs.label_alarms import RUNBOOK
from constructs.labelling_role import LabellingPlaces
from stacks.function_kit import FunctionKit


def add_annotation(kit: FunctionKit, label: Label, places: LabellingPlaces) -> str:
    """Add the annotation function, and return its ARN.

    Args:
        kit: of the use case's stack.
        label: the use case's section.
        places: where answers lie.
    """
    function = kit.function(
        "Annotation",
        program=Program(
            package="annotation",
            description=f"Makes tasks of objects of {places.use_case}, and labels of answers",
            settings={
                "ML_LOOP_ENVIRONMENT": kit.environment,
                "ML_LOOP_LABELLED_BUCKET": places.labelled.bucket_name,
                "ML_LOOP_CATEGORIES": json.dumps(list(label.task.categories)),
                "ML_LOOP_CONSOLIDATION": "majority" if label.how == "majority" else "dawid_skene",
            },
            serialised="Objects are independent of each other, and as many as Ground Truth asks about",
            timeout_minutes=1,
        ),
        role=partial(AnnotationRole, places=places),
        runbook=RUNBOOK,
    )
    return function.function_arn
