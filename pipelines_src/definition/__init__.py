"""Typed builders of a SageMaker pipeline definition.

>>> from pipelines_src.definition import FailStep, Pipeline
>>> Pipeline(parameters=(), steps=(FailStep(name="Stop", error_message="No."),)).to_definition()["Steps"]
[{'Name': 'Stop', 'Type': 'Fail', 'Arguments': {'ErrorMessage': 'No.'}}]
"""

from pipelines_src.definition.conditions import (
    Condition,
    Equals,
    GreaterThan,
    GreaterThanOrEqualTo,
    In,
    LessThan,
    LessThanOrEqualTo,
    Not,
    Or,
)
from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.flow_steps import CallbackStep, ConditionStep, FailStep, LambdaStep, Output
from pipelines_src.definition.parameters import (
    BooleanParameter,
    FloatParameter,
    IntegerParameter,
    Parameter,
    StringParameter,
)
from pipelines_src.definition.pipeline import Pipeline
from pipelines_src.definition.policies import CachePolicy, RetryPolicy
from pipelines_src.definition.processing_step import ProcessingStep, PropertyFile
from pipelines_src.definition.references import ExecutionVariable, Join, JsonGet, ParameterRef, Reference, StepProperty
from pipelines_src.definition.request_steps import (
    CreateModelStep,
    RegisterModelStep,
    TrainingStep,
    TransformStep,
    TuningStep,
)
from pipelines_src.definition.step import Step

__all__ = [
    "BooleanParameter",
    "CachePolicy",
    "CallbackStep",
    "Condition",
    "ConditionStep",
    "CreateModelStep",
    "DefinitionError",
    "Equals",
    "ExecutionVariable",
    "FailStep",
    "FloatParameter",
    "GreaterThan",
    "GreaterThanOrEqualTo",
    "In",
    "IntegerParameter",
    "Join",
    "JsonGet",
    "LambdaStep",
    "LessThan",
    "LessThanOrEqualTo",
    "Not",
    "Or",
    "Output",
    "Parameter",
    "ParameterRef",
    "Pipeline",
    "ProcessingStep",
    "PropertyFile",
    "Reference",
    "RegisterModelStep",
    "RetryPolicy",
    "Step",
    "StepProperty",
    "StringParameter",
    "TrainingStep",
    "TransformStep",
    "TuningStep",
]
