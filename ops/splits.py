"""Where the splits of a run end, if elsewhere than the use case's file says."""

from pydantic import ValidationError

from config import messages
from config.use_case.split import TimeSplit
from ops.target import OperationError, Target
from pipelines_src.definition.preparation import SPLIT_UNTIL


def parameters(target: Target, until: str | None) -> dict[str, str]:
    """Return the parameter that says where the splits end; checked here, since a job would say so minutes later."""
    if until is None:
        return {}
    if not isinstance(target.use_case.split, TimeSplit):
        raise OperationError(f"The split of {target.use_case.name} is not by time. Leave --split-until out.")
    names = ("train_until", "validation_until", "test_until")
    try:
        bounds = dict(zip(names, until.split("/"), strict=True))
        return {SPLIT_UNTIL: TimeSplit.model_validate(bounds).until}
    except ValueError as error:
        said = "these are not three; name three"
        if isinstance(error, ValidationError):
            told = messages.sentences(TimeSplit, bounds, error)
            said = "; ".join(f"{path[0]}: {sentence.rstrip('.')}" for path, sentence in told)
        raise OperationError(
            f"--split-until: found {until!r}; allowed are three times that rise, such as "
            f"2013-07-01/2013-08-01/2013-09-01 ({said})."
        ) from error
