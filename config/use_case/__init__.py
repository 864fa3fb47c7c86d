"""The schema of `pipelines_src/<use case>/use_case.yaml`; docs/use-cases.md shows how to add one."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from config.use_case import (
    agreement,
    cleaning_agreement,
    experiment_agreement,
    gate_agreement,
    label_agreement,
    monitor_agreement,
    sample_agreement,
    tuning_agreement,
)
from config.use_case.batch import BatchTransform
from config.use_case.data import Data
from config.use_case.evaluate import Evaluate, GateCondition
from config.use_case.experiment import Experiment
from config.use_case.label import Label
from config.use_case.metrics import Problem
from config.use_case.monitor import Monitor
from config.use_case.name import ALLOWED, UseCaseName
from config.use_case.prepare import Prepare
from config.use_case.retrain import Retrain, retrain_fits
from config.use_case.section import Section
from config.use_case.split import RandomSplit, Split
from config.use_case.train import Train, XGBoostTrain

__all__ = ["UseCase"]

# As SageMaker allows in descriptions of pipelines and model packages: one line.
Description = Annotated[
    str,
    BeforeValidator(lambda text: " ".join(text.split()) if isinstance(text, str) else text),
    StringConstraints(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f\x7f]*$"),
]


class UseCase(Section):
    """One use case: a folder of pipelines_src."""

    name: UseCaseName = Field(description=f"The folder's own name: {ALLOWED}")
    description: Description
    problem: Problem
    data: Data
    prepare: Prepare = Prepare()
    split: Split = RandomSplit(by="random")
    train: Train = XGBoostTrain()
    evaluate: Evaluate = Evaluate()
    gate: tuple[GateCondition, ...] = Field(min_length=1)
    batch: BatchTransform | None = Field(default=None, description="Left out: nothing is scored in batches")

    monitor: Monitor | None = Field(default=None, description="Left out: nobody watches what is asked and answered")
    experiment: Experiment | None = Field(default=None, description="Left out: no experiments with live requests")
    retrain: Retrain | None = Field(default=None, description="Left out: trained again only by `ops pipeline start`")
    label: Label | None = Field(default=None, description="Left out: nothing is labelled")

    @model_validator(mode="after")
    def _sections_agree(self) -> Self:
        agreement.label_fits_problem(self.problem, self.data, self.split)
        agreement.columns_are_known(self.data, self.prepare, self.split)
        cleaning_agreement.rules_fit(self.problem, self.data, self.prepare)
        agreement.algorithm_fits(self.problem, self.data, self.train)
        tuning_agreement.tuning_fits(self.problem, self.train)
        gate_agreement.gate_fits(self.problem, self.data, self.evaluate, self.gate)
        gate_agreement.noise_has_as_many(self.train, self.gate)
        agreement.evaluation_fits(self.problem, self.data, self.evaluate)
        experiment_agreement.experiment_fits(self.problem, self.experiment)
        label_agreement.label_is_made(self.problem, self.data, self.label)
        monitor_agreement.monitor_fits(self.problem, self.data, self.train, self.monitor, self.experiment)
        retrain_fits(self.retrain, self.experiment, self.split, self.train)
        sample_agreement.sample_is_labelled(self.retrain, self.data, self.label)
        sample_agreement.sample_is_judged(self.problem, self.train, self.retrain, self.monitor, self.experiment)
        return self

    @property
    def slug(self) -> str:
        """The name as AWS resource names spell it: `flight-delays`."""
        return self.name.replace("_", "-")
