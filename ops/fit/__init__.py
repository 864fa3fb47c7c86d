"""Train as the deployed pipeline does, from a notebook or a laptop, with the SageMaker SDK's own object.

```python
from ops.fit import fit

trainer = fit("flight_delays", hyperparameters={"max_depth": 4})
trainer._latest_training_job.model_artifacts.s3_model_artifacts
evaluate(trainer, "flight_delays").figures["auc"]
```
"""

import secrets
import warnings
from typing import TYPE_CHECKING

from ops.aws_errors import AWS_ERRORS, explain
from ops.fit import place, prepared
from ops.fit.deployed import Deployed
from ops.fit.evaluation import Evaluation, evaluate
from ops.fit.hyperparameters import Given
from ops.fit.look import Records, raw_tables, records
from ops.fit.metrics import learning_curve
from ops.fit.prepared import Prepared
from ops.fit.request import request
from ops.fit.trainer import shown, surroundings, trainer
from ops.target import OperationError, Target

if TYPE_CHECKING:
    from sagemaker.train import ModelTrainer

__all__ = ["Evaluation", "Records", "evaluate", "fit", "learning_curve", "raw_tables", "records"]


def fit(
    use_case: str,
    environment: str | None = None,
    *,
    hyperparameters: Given | None = None,
    execution: str | None = None,
    instance: str | None = None,
    wait: bool = True,
) -> "ModelTrainer":
    """Train what the deployed pipeline trains, once, on data that it has prepared.

    The job is the pipeline's own: image, script, hyperparameters, role, keys, network, isolation, tags, machines. It is
    named `<environment>-<use case>-...`, and registers nothing.

    Args:
        use_case: a folder of pipelines_src.
        environment: where it is deployed. None: ML_LOOP_ENVIRONMENT, the notebook instance's, else dev.
        hyperparameters: in the place of the deployed ones; what use_case.yaml would not allow is refused. A search for
            hyperparameters is not made: what has a range has the file's value, or the given one.
        execution: id or ARN of the execution whose prepared data is used. None: the newest prepared data.
        instance: instance type. None: the pipeline's.
        wait: show the job's log, and return when it has ended.

    Returns:
        The SDK's `sagemaker.train.ModelTrainer`, `_latest_training_job` its `TrainingJob`.

    Raises:
        ConfigError: the environment or the use case is not there, or its file is wrong.
        OperationError: the use case is not deployed, has no prepared data, a hyperparameter is not allowed, or AWS
            refused; the text says what to do.
        sagemaker.core.utils.exceptions.FailedStatusError: the job failed.
    """
    target = Target.of(place.environment(environment), use_case)
    base = f"{target.name}-{secrets.token_hex(4)}"
    try:
        pipeline = Deployed.of(target)
        data = prepared.find(target, pipeline, execution)
        wanted = request(target, pipeline, data, base, hyperparameters or {})
        if instance is not None:
            wanted["ResourceConfig"]["InstanceType"] = instance
        _tell(target, pipeline, data)
        with surroundings(target.environment.region), shown():
            made = trainer(wanted, base, target.environment.region)
            made.train(wait=wait)
    except AWS_ERRORS as error:
        raise OperationError(explain(error)) from error
    return made


def _tell(target: Target, pipeline: Deployed, data: Prepared) -> None:
    print(f"{target.name}: training on the data of execution {data.execution}, {data.started:%Y-%m-%d %H:%M}")
    if pipeline.changed > data.started:
        warnings.warn(
            f"The pipeline was deployed again after this data was prepared, at {pipeline.changed:%Y-%m-%d %H:%M}. If "
            "its features or splits are others now, run `python -m ops pipeline start` first.",
            stacklevel=3,
        )
