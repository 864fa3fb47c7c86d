"""The pipeline of a use case: prepare, train, evaluate, then register the model or fail with the reason."""

from config.use_case import UseCase
from config.use_case.evaluate import GateCondition
from pipelines_src.definition.conditions import Condition, GreaterThanOrEqualTo, LessThanOrEqualTo
from pipelines_src.definition.flow_steps import ConditionStep, FailStep
from pipelines_src.definition.job_arguments import JobArguments, of_this_execution
from pipelines_src.definition.model_package import model_package
from pipelines_src.definition.parameters import StringParameter
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import CachePolicy, RetryPolicy
from pipelines_src.definition.preparation import Preparation, data_parameters, preparation
from pipelines_src.definition.processing_step import ProcessingStep, PropertyFile
from pipelines_src.definition.references import ExecutionVariable, Join, Reference, Scalar
from pipelines_src.definition.request_steps import RegisterModelStep, TrainingStep
from pipelines_src.definition.settings import PipelineSettings

BUSY = RetryPolicy(faults=("Step.SERVICE_FAULT", "Step.THROTTLING"), interval_seconds=10, max_attempts=5)
NO_MACHINE = RetryPolicy(
    faults=("SageMaker.JOB_INTERNAL_ERROR", "SageMaker.CAPACITY_ERROR", "SageMaker.RESOURCE_LIMIT"),
    interval_seconds=60,
    expire_after_minutes=120,
)
# A step reads folders that only one execution, or one preparation, writes.
CACHE = CachePolicy("P30D")
EVALUATION = "Evaluation"


def build_pipeline(use_case: UseCase, settings: PipelineSettings) -> Pipeline:
    """Return the pipeline of a use case in an environment; `to_definition()` checks it."""
    data, parameters = data_parameters(use_case, settings), _parameters(settings)
    approval, processing_instance, training_instance = (parameter.ref for parameter in parameters)
    jobs = JobArguments(settings, processing_instance, training_instance)
    prepare = preparation(use_case, settings, jobs, data, (BUSY, NO_MACHINE))
    train = _train(use_case, jobs, prepare)
    evaluate = _evaluate(use_case, settings, jobs, prepare, train)
    check_gate = ConditionStep(
        name="CheckGate",
        description="Does the model reach what use_case.yaml asks for?",
        conditions=tuple(_holds(evaluate, gate) for gate in use_case.gate),
        if_steps=(_register(use_case, settings, prepare, evaluate, approval),),
        else_steps=(_gate_failed(use_case, evaluate),),
    )
    own = (prepare,) if isinstance(prepare, ProcessingStep) else ()
    return Pipeline(parameters=(*data, *parameters), steps=(*own, train, evaluate, check_gate))


def _holds(evaluate: ProcessingStep, gate: GateCondition) -> Condition:
    reached = evaluate.json(EVALUATION, gate.metric)
    if gate.at_least is not None:
        return GreaterThanOrEqualTo(reached, gate.at_least)
    return LessThanOrEqualTo(reached, gate.at_most or 0.0)


def _parameters(settings: PipelineSettings) -> tuple[StringParameter, ...]:
    return (
        StringParameter(
            name="ModelApprovalStatus",
            default="PendingManualApproval",
            allowed=("PendingManualApproval", "Approved", "Rejected"),
        ),
        StringParameter(name="ProcessingInstanceType", default=settings.processing_instance),
        StringParameter(name="TrainingInstanceType", default=settings.training_instance),
    )


def _train(use_case: UseCase, jobs: JobArguments, prepare: Preparation) -> TrainingStep:
    return TrainingStep(
        name="Train",
        description="Train with the built-in XGBoost.",
        arguments=jobs.training(
            hyperparameters=use_case.train.hyperparameters,
            channels={name: prepare.output(name) for name in ("train", "validation")},
            max_runtime=use_case.train.max_runtime_seconds,
        ),
        retries=(BUSY, NO_MACHINE),
        cache=CACHE,
    )


def _evaluate(
    use_case: UseCase, settings: PipelineSettings, jobs: JobArguments, prepare: Preparation, train: TrainingStep
) -> ProcessingStep:
    return ProcessingStep(
        name="Evaluate",
        description="Judge the model on the test split against the baseline, and pack it for serving.",
        arguments=jobs.processing(
            arguments=("evaluate", "--use-case", use_case.name),
            inputs={
                "model": train.property("ModelArtifacts.S3ModelArtifacts"),
                "test": prepare.output("test"),
                "features": prepare.output("features"),
            },
            outputs={
                "evaluation": of_this_execution(settings.processed_uri, "evaluation"),
                "package": of_this_execution(settings.models_uri, "package"),
            },
            # A job has one key for all outputs; the serving role, which reads the package, has this one only.
            output_key=settings.models_key,
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
    metrics = dict.fromkeys(["auc.value", *(gate.metric for gate in use_case.gate)])
    return RegisterModelStep(
        name="RegisterModel",
        description="Register the model with its metrics and monitoring baseline.",
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
                "code": settings.code_hash,
                "execution": ExecutionVariable.PIPELINE_EXECUTION_ID.ref,
            },
        ),
        retries=(BUSY,),
    )


def _gate_failed(use_case: UseCase, evaluate: ProcessingStep) -> FailStep:
    reached: list[Reference | Scalar] = ["The model is not registered, since it does not reach the gate:"]
    for number, gate in enumerate(use_case.gate):
        bound = f"at least {gate.at_least}" if gate.at_least is not None else f"at most {gate.at_most}"
        reached += [";" if number else "", f" {gate.metric} must be {bound} and is "]
        reached.append(evaluate.json(EVALUATION, gate.metric))
    return FailStep(
        name="GateFailed",
        description="Say which values were reached.",
        error_message=Join("", tuple(value for value in reached if value != "")),
    )
