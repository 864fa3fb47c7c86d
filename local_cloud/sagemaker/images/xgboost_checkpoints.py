"""Where the built-in XGBoost begins and what it keeps on the way, as image sagemaker-xgboost 3.2-0 has it.

The image begins with the model in the checkpoint folder whose name is `xgboost-checkpoint.<round>`, the highest round,
and trains the rounds that are missing up to num_round. What it writes itself has another name,
`xgboost-checkpoint_<round>.ubj`, which it does not look for: a job that is interrupted begins again at round 0, unless
somebody put a file of the first name there. That is so in the image's public source, `load_checkpoint` and
`get_callbacks` of aws/sagemaker-xgboost-container, and it is so here.
"""

import logging
import os
import re
import signal
import tempfile
from pathlib import Path
from typing import Any

_LOG = logging.getLogger("sagemaker-xgboost")
_NAME = "xgboost-checkpoint"
_FOUND = re.compile(rf"{_NAME}\.([0-9]+)")


def begin(folder: Path | None) -> tuple[str | None, int]:
    """Return the model to begin with and how many rounds it has done; None and 0 if there is none."""
    if folder is None or not folder.is_dir():
        return None, 0
    rounds = {int(match[1]): path for path in folder.iterdir() if (match := _FOUND.fullmatch(path.name))}
    if not rounds:
        return None, 0
    last = max(rounds)
    _LOG.info("Checkpoint loaded from %s", rounds[last])
    _LOG.info("Resuming from iteration %s", last + 1)
    return str(rounds[last]), last + 1


def writer(library: Any, folder: Path, done: int) -> Any:
    """Return the callback that keeps models in the checkpoint folder.

    The image gives `done` as the interval: from the beginning it keeps the model of the first round and no other, after
    a warm start one each `done` rounds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    return library.callback.TrainingCheckPoint(str(folder), name=_NAME, interval=done)


def keeper(library: Any, model: Path) -> Any:
    """Return the callback of save_model_on_termination: the model after each round, whole at any moment."""

    class Keeper(library.callback.TrainingCallback):  # type: ignore[misc]  # the library is imported late, so untyped
        def after_iteration(self, booster: Any, epoch: int, evals_log: Any) -> bool:
            del epoch, evals_log
            save(booster, model)
            return False

    return Keeper()


def end_well_when_stopped(model: Path) -> None:
    """On SIGTERM leave nothing but the model in its folder and end with 0."""

    def end(*_: Any) -> None:
        for path in model.parent.iterdir():
            if path.is_file() and not path.name.startswith(model.name):
                path.unlink(missing_ok=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)


def save(booster: Any, model: Path) -> None:
    """Write a model beside its place and then move it there: a model file that exists is whole."""
    handle, beside = tempfile.mkstemp(dir=model.parent, suffix=".ubj")
    os.close(handle)
    booster.save_model(beside)
    Path(beside).rename(model)
