"""The part of a loop's stack that has captured requests labelled."""

from dataclasses import replace
from typing import TYPE_CHECKING

import aws_cdk as cdk

from config import UseCase
from config.use_case.retrain import Sample
from constructs.captures_role import GROUND_TRUTH, SAMPLES, CapturesPlaces, CapturesRole
from constructs.label_function_role import CHOSEN, LABELLED
from constructs.sample_triggers import SampleTriggers
from constructs.statements import Statement, allow, read_folder, read_write_folder
from constructs.training_pipeline import TrainingPipeline
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.sample_pipelines import build_deliver_pipeline, build_sample_pipeline
from stacks.loop_terms import LoopMessages

_PARTS = ("sample", "deliver")  # lambda/retrain/samples.py starts them by these
if TYPE_CHECKING:
    from stacks.data_stack import DataStack
    from stacks.training_stack import TrainingStack


def add_sampling(
    stack: cdk.Stack,
    *,
    environment: str,
    use_case: UseCase,
    sample: Sample,
    data: "DataStack",
    training: "TrainingStack",
    said: LoopMessages,
) -> None:
    """Add the pipelines that choose and deliver, with the role of their jobs, and the rules about labels.

    Args:
        stack: of the use case's loop.
        environment: its name.
        use_case: whose requests are labelled; `sample` is how.
        data: the buckets.
        training: gives the code that jobs run, and what its own pipeline takes from the environment.
        said: what rules send.
    """
    name, own = use_case.name, f"{environment}-{use_case.slug}"
    jobs = _role(stack, environment, use_case, data, training)
    for part, (description, pipeline) in _pipelines(use_case, data, training, jobs).items():
        made = TrainingPipeline(
            stack,
            part.capitalize(),
            name=f"{own}-{part}",
            description=f"{description}: {use_case.description}",
            definition=pipeline.to_definition(),
            role_arn=jobs.role.role_arn,
        )
        # Its first job may start as soon as it exists.
        made.resource.add_resource_dependency(jobs.policy)
    SampleTriggers(
        stack,
        "SampleTriggers",
        use_case=name,
        terms=said.terms,
        pipelines=[f"{own}-{part}" for part in _PARTS],
        labelled=data.labelled.bucket_name,
        chosen=f"{name}/{CHOSEN}/",
        schedule=sample.schedule,
        queues=said.queues,
    )


def _role(
    stack: cdk.Stack, environment: str, use_case: UseCase, data: "DataStack", training: "TrainingStack"
) -> CapturesRole:
    places = CapturesPlaces(
        use_case=use_case.name,
        folder=SAMPLES,
        capture=data.capture,
        processed=data.processed,
        data_key=training.settings.data_key,
        files=tuple(training.job_files),
        more=tuple(_more(use_case.name, data)),
        buckets=(data.labelled,),
    )
    return CapturesRole(
        stack,
        "SampleRole",
        path=f"/ml-loop/{environment}/{use_case.slug}/samples/",
        pipeline="samples",
        places=places,
        images=training.images,
        placement=training.placement,
    )


def _pipelines(
    use_case: UseCase, data: "DataStack", training: "TrainingStack", jobs: CapturesRole
) -> dict[str, tuple[str, Pipeline]]:
    """Return the pipelines by the end of their names, with what people read of each."""
    settings = replace(training.settings, role_arn=jobs.role.role_arn)
    chosen = f"s3://{data.labelled.bucket_name}/{use_case.name}/{CHOSEN}"
    truth = f"s3://{data.capture.bucket_name}/{use_case.name}/{GROUND_TRUTH}"
    choose = build_sample_pipeline(use_case, settings, chosen_uri=chosen)
    deliver = build_deliver_pipeline(use_case, settings, ground_truth_uri=truth)
    said = ("Chooses what is labelled", "Delivers labels as outcomes")
    return dict(zip(_PARTS, zip(said, (choose, deliver), strict=True), strict=True))


def _more(use_case: str, data: "DataStack") -> list[Statement]:
    """Allow asking for labels, reading them, delivering outcomes, and reading what models were trained on."""
    processed, capture, labelled = (one.bucket_arn for one in (data.processed, data.capture, data.labelled))
    baseline = f"{use_case}/*/baseline"
    return [
        *read_write_folder(labelled, f"{use_case}/{CHOSEN}"),
        *read_folder(labelled, f"{use_case}/{LABELLED}"),
        allow(["s3:PutObject", "s3:AbortMultipartUpload"], [f"{capture}/{use_case}/{GROUND_TRUTH}/*"]),
        allow(["s3:ListBucket"], [processed], {"StringLike": {"s3:prefix": [baseline, f"{baseline}/*"]}}),
        allow(["s3:GetObject"], [f"{processed}/{baseline}/*"]),
    ]
