"""The pipeline of a use case: prepare, train, evaluate, then register the model or fail with the reason."""

from collections.abc import Mapping

from config.use_case import UseCase
from config.use_case.metrics import PRIMARY
from pipelines_src.definition.conditions import Equals
from pipelines_src.definition.flow_steps import ConditionStep, FailStep
from pipelines_src.definition.job_arguments import JobArguments, of_this_execution
from pipelines_src.definition.model_package import model_package
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import BUSY, NO_MACHINE, CachePolicy
from pipelines_src.definition.preparation import Preparation, data_parameters, preparation
from pipelines_src.definition.processing_step import ProcessingStep, PropertyFile
from pipelines_src.definition.references import ExecutionVariable, Join, Reference
from pipelines_src.definition.request_steps import RegisterModelStep
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_training import Trained, training
from pipelines_src.definition.use_case_warm_start import PARAMETER as WARM_START
from pipelines_src.definition.use_case_warm_start import beginning, warm_start, warm_starts

# A step reads folders that only one execution, or one preparation, writes.
CACHE = CachePolicy("P30D")
EVALUATION = "Evaluation"
CHAMPION = "ChampionModelUri"  # the model to compare with; its default, the jobs' code, says that there is none
CHECKPOINTS_FOLDER = "checkpoints"  # below the use case's models: a folder for each execution


def build_pipeline(use_case: UseCase, settings: PipelineSettings) -> Pipeline:
    """Return the pipeline of a use case in an environment; `to_definition()` checks it."""
    data, parameters = data_parameters(use_case, settings), _parameters(use_case, settings)
    given = {parameter.name: parameter.ref for parameter in parameters}
    jobs = JobArguments(settings, given["ProcessingInstanceType"])
    checkpoints = Join("/", (settings.models_uri, CHECKPOINTS_FOLDER, ExecutionVariable.PIPELINE_EXECUTION_ID.ref))
    earlier = _earlier(use_case, settings, jobs, given, checkpoints)
    prepare = preparation(use_case, settings, jobs, data, earlier=earlier, retries=(BUSY, NO_MACHINE))
    trained = training(
        use_case,
        settings,
        instance=given["TrainingInstanceType"],
        prepared=prepare,
        checkpoints=checkpoints,
        beginning=beginning(earlier) if earlier else None,
        retries=(BUSY, NO_MACHINE),
        cache=CACHE,
    )
    evaluate = _evaluate(use_case, settings, jobs, prepare, trained, given[CHAMPION])
    check_gate = ConditionStep(
        name="CheckGate",
        description="Does the model reach what use_case.yaml asks for?",
        conditions=(Equals(evaluate.json(EVALUATION, "gate.result"), "passed"),),
        if_steps=(_register(use_case, settings, prepare, evaluate, given["ModelApprovalStatus"]),),
        else_steps=(_gate_failed(evaluate),),
    )
    own = (prepare,) if isinstance(prepare, ProcessingStep) else ()
    steps = (*own, trained.step, evaluate, check_gate)
    return Pipeline(parameters=(*data, *parameters), steps=(earlier, *steps) if earlier else steps)


def _earlier(
    use_case: UseCase, settings: PipelineSettings, jobs: JobArguments, given: Mapping[str, Reference], checkpoints: Join
) -> ProcessingStep | None:
    if not warm_starts(use_case):
        return None
    retries = (BUSY, NO_MACHINE)
    return warm_start(use_case, settings, jobs, model=given[WARM_START], checkpoints=checkpoints, retries=retries)


def _parameters(use_case: UseCase, settings: PipelineSettings) -> tuple[StringParameter, ...]:
    return (
        StringParameter(
            name="ModelApprovalStatus",
            default="PendingManualApproval",
            allowed=("PendingManualApproval", "Approved", "Rejected"),
        ),
        StringParameter(name="ProcessingInstanceType", default=settings.processing_instance),
        StringParameter(name="TrainingInstanceType", default=use_case.train.instance or settings.training_instance),
        # An input must exist: without a champion it is the code (docs/decisions/champion-comparison.md).
        StringParameter(name=CHAMPION, default=settings.code_uri),
        *([StringParameter(name=WARM_START, default=settings.code_uri)] if warm_starts(use_case) else []),
    )


def _evaluate(
    use_case: UseCase,
    settings: PipelineSettings,
    jobs: JobArguments,
    prepare: Preparation,
    trained: Trained,
    champion: Reference,
) -> ProcessingStep:
    return ProcessingStep(
        name="Evaluate",
        description="Judge the model on the test split against baseline and champion, and pack it for serving.",
        arguments=jobs.processing(
            arguments=("evaluate", "--use-case", use_case.name),
            inputs={
                "model": trained.model,
                "champion": champion,
                **{name: prepare.output(name) for name in ("test", "validation", "features", "report")},
            },
            outputs={
                "evaluation": of_this_execution(settings.processed_uri, "evaluation"),
                "package": of_this_execution(settings.models_uri, "package"),
            },
            # A job has one key for all outputs; the serving role, which reads the package, has this one only.
            output_key=settings.models_key,
            variables={"ML_LOOP_CHAMPION": champion, **trained.found},
            max_runtime=use_case.evaluate.max_runtime_seconds,
        ),
        property_files=(PropertyFile(EVALUATION, output="evaluation", path="evaluation.json"),),
        retries=(BUSY, NO_MACHINE),
        cache=CACHE,
    )


def _register(
    use_case: UseCase,
    settings: PipelineSettings,
    prepare: Preparation,
    evaluate: ProcessingStep,
    approval: Reference,
) -> RegisterModelStep:
    metrics = dict.fromkeys([f"{PRIMARY[use_case.problem]}.value", *(gate.metric for gate in use_case.gate)])
    return RegisterModelStep(
        name="RegisterModel",
        description="Register the model with its metrics, its card and the monitoring baseline.",
        arguments=model_package(
            settings,
            description=use_case.description,
            approval=approval,
            package=evaluate.output("package"),
            evaluation=evaluate.output("evaluation"),
            baseline=prepare.output("baseline"),
            metadata={
                # Values must be texts, and numbers in a property file are not.
                **{metric: Join("", (evaluate.json(EVALUATION, metric),)) for metric in metrics},
                **{name: evaluate.json(EVALUATION, name) for name in ("incumbent", "champion")},
                "model_card": Join("/", (evaluate.output("evaluation"), "model_card.html")),
                # What explanations and bias of live records are compared with (docs/monitoring.md).
                "test_data": Join("/", (prepare.output("test"), "test.parquet")),
                # Model Monitor's format has no place for what records of one day have in common.
                "baseline_periods": Join("/", (prepare.output("baseline"), "periods.json")),
                "code": settings.code_hash,
                "execution": ExecutionVariable.PIPELINE_EXECUTION_ID.ref,
            },
        ),
        retries=(BUSY,),
    )


def _gate_failed(evaluate: ProcessingStep) -> FailStep:
    reason = evaluate.json(EVALUATION, "gate.message")
    return FailStep(
        name="GateFailed",
        description="Say which conditions failed, and by how much.",
        error_message=Join(" ", ("The model is not registered, since it does not pass the gate:", reason)),
    )
