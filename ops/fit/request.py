"""The request of one training job, as the deployed pipeline's training step makes it, without expressions."""

import json
from collections.abc import Mapping
from typing import Any

from ops.fit import hyperparameters
from ops.fit.deployed import Deployed
from ops.fit.expressions import Scope
from ops.fit.hyperparameters import Given
from ops.fit.prepared import Prepared
from ops.preparation import PREPARED_DATA
from ops.target import OperationError, Target

_EARLIER_MODEL = "WarmStartModelUri"  # parameter of the pipeline; its default says that there is none


def request(target: Target, pipeline: Deployed, data: Prepared, name: str, given: Given) -> dict[str, Any]:
    """Return a CreateTrainingJob request, without a name of the job.

    Args:
        target: the use case, by whose file hyperparameters are checked.
        pipeline: its deployed pipeline.
        data: what is trained on.
        name: of the folder of checkpoints, where the pipeline has the id of its execution.
        given: hyperparameters in the place of the deployed.

    Raises:
        OperationError: a hyperparameter is not allowed, or training goes on from an earlier model in a way that only
            the pipeline can.
    """
    found = pipeline.training
    of_data = {PREPARED_DATA: data.parameters[PREPARED_DATA]} if PREPARED_DATA in data.parameters else {}
    scope = Scope(pipeline, {**pipeline.defaults, **of_data}, data.execution, data.made_by)
    own = Scope(pipeline, scope.parameters, name, {})
    deployed, measured = _split(found.pop("HyperParameters", {}))
    if measured and data.parameters.get(_EARLIER_MODEL) != pipeline.defaults.get(_EARLIER_MODEL):
        raise OperationError(
            f"{target.name} goes on from an earlier model (train.warm_start), which only the pipeline can bring. Run "
            f"`python -m ops pipeline start {target.environment.name} {target.use_case.name}`."
        )
    checkpoints = {key: own.value(found.pop(key)) for key in ("CheckpointConfig",) if key in found}
    texts = hyperparameters.texts(target.use_case, scope.value(deployed), measured, given)
    return {**scope.value(found), **checkpoints, "HyperParameters": texts}


def _split(found: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the hyperparameters that are known, and the names of those that the pipeline measures when it runs."""
    measured = {name for name, value in found.items() if "Std:JsonGet" in json.dumps(value)}
    return {name: value for name, value in found.items() if name not in measured}, measured
