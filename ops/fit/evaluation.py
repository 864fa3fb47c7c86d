"""A trained model judged on this machine, by the code of the pipeline's evaluation."""

import json
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from ops.aws_errors import AWS_ERRORS, explain
from ops.fit import place, s3
from ops.fit.jobs import run_here
from ops.target import OperationError, Target

if TYPE_CHECKING:
    from sagemaker.train import ModelTrainer

_INPUTS = ("test", "validation", "features", "report")


@dataclass(frozen=True)
class Evaluation:
    """What the evaluation wrote: `evaluation.json`, tables in CSV and the model card (docs/architecture.md).

    Attributes:
        folder: where it lies.
    """

    folder: Path

    @cached_property
    def figures(self) -> dict[str, Any]:
        """The content of evaluation.json: metrics with their intervals, slices, the gate."""
        found: dict[str, Any] = json.loads((self.folder / "evaluation.json").read_text())
        return found

    def table(self, name: str) -> pd.DataFrame:
        """Return a table, such as `importance`; OperationError if this problem has none of this name."""
        path = self.folder / f"{name}.csv"
        if not path.exists():
            there = ", ".join(sorted(one.stem for one in self.folder.glob("*.csv")))
            raise OperationError(f"There is no table {name}; there are {there}.")
        return pd.read_csv(path)


def evaluate(trainer: "ModelTrainer", use_case: str, environment: str | None = None) -> Evaluation:
    """Judge the model that a trainer trained as the pipeline would: on the test split, against the baseline.

    Runs on this machine with the code and use_case.yaml of this folder, and the libraries of this Python; registers
    nothing.

    Args:
        trainer: that `fit` returned; its job has ended.
        use_case: what it trained.
        environment: as for `fit`.

    Raises:
        OperationError: the job has no model, something cannot be read, or the evaluation failed; the text says why.
    """
    target = Target.of(place.environment(environment), use_case)
    job = trainer._latest_training_job  # the SDK's own way to it
    job.refresh()
    if job.training_job_status != "Completed":
        raise OperationError(f"{job.training_job_name} is {job.training_job_status}: there is no model to judge.")
    train = next(one for one in job.input_data_config if one.channel_name == "train")
    prepared = train.data_source.s3_data_source.s3_uri.rpartition("/")[0]
    base = Path(tempfile.mkdtemp(prefix=f"{job.training_job_name}-"))
    try:
        s3.bring_file(target.s3, job.model_artifacts.s3_model_artifacts, base / "processing" / "input" / "model")
        for name in _INPUTS:
            s3.bring_folder(target.s3, f"{prepared}/{name}", base / "processing" / "input" / name)
    except AWS_ERRORS as error:
        raise OperationError(explain(error)) from error
    return Evaluation(run_here("evaluate", use_case, base) / "evaluation")
