"""Warm start: bring an earlier model to where training goes on from it, and what was learnt to encode its features.

A model knows features by their place and by their numbers. So the preparation encodes as the earlier model's did, and
does not learn anew which number a category is, or what the mean was.
"""

import shutil
import tempfile
from pathlib import Path

from . import archives, booster, features_file, files, row_runtime
from .errors import StepError
from .folders import Folders
from .shortening import shortened
from .use_case import SETTINGS_FILE, Document, UseCase

OUTPUTS = ("warm_start", "checkpoints")
FILE = "warm_start.json"
ARCHIVE = "model.tar.gz"
CHECKPOINT = "xgboost-checkpoint.{round}"  # what the image looks for: docs/decisions/xgboost-checkpoints.md
_NOT_THE_MODEL = (features_file.FILE, row_runtime.FILE, SETTINGS_FILE)
_REMEDY = "Name another model, or train anew: `warm_start: none` in use_case.yaml."


def run(use_case: UseCase, folders: Folders) -> None:
    """Read the input `model`, a registered package; write the outputs `warm_start` and `checkpoints`.

    `warm_start` has `warm_start.json`, with the rounds that XGBoost's `num_round` must count in all, and of an earlier
    model `features.json` and for scripts the folder `model`. Where the input holds no package training begins anew.
    """
    folder, checkpoints = folders.output("warm_start"), folders.output("checkpoints")
    archive = folders.input("model") / ARCHIVE
    rounds = 0
    if archive.exists():
        with tempfile.TemporaryDirectory(prefix="earlier-") as temporary:
            package = Path(temporary)
            archives.unpack(archive, package)
            learnt = features_file.read(package)
            _require_same_features(use_case, package)
            if use_case.train["algorithm"] == "xgboost":
                rounds = _bring_checkpoint(package, learnt, checkpoints)
            else:
                _bring_files(package, folder / "model")
        files.write_json(folder / features_file.FILE, {**learnt, "use_case": use_case.name})
    wanted = int(use_case.train["hyperparameters"].get("num_round", 0))
    found = {"warm": archive.exists(), "earlier_rounds": rounds, "num_round": rounds + wanted}
    print(f"{FILE}: {found}", flush=True)
    files.write_json(folder / FILE, found)


def _require_same_features(use_case: UseCase, package: Path) -> None:
    earlier = UseCase.from_document(files.read_json(package / SETTINGS_FILE))
    if earlier.problem != use_case.problem:
        raise StepError(f"the earlier model is for {earlier.problem}, this use case is {use_case.problem}. {_REMEDY}")
    for key in ("classes", "positive", "features", "reduce"):
        if earlier.data[key] != use_case.data[key]:
            raise StepError(
                f"data.{key}: the earlier model has {_shown(earlier.data[key])}, use_case.yaml has "
                f"{_shown(use_case.data[key])}; both must be the same. {_REMEDY}"
            )


def _shown(value: object) -> str:
    return shortened(str(value), 200)


def _bring_checkpoint(package: Path, learnt: Document, folder: Path) -> int:
    """Put the model where the image begins with it, and return how many rounds it has."""
    path = package / booster.MODEL_FILE
    if not path.exists():
        raise StepError(f"{ARCHIVE}: holds no {booster.MODEL_FILE}, from which XGBoost could go on. {_REMEDY}")
    content = path.read_bytes()
    rounds = booster.load(content, len(features_file.model_columns(learnt))).num_boosted_rounds()
    with files.replacing(folder / CHECKPOINT.format(round=rounds - 1)) as beside:
        beside.write_bytes(content)
    return rounds


def _bring_files(package: Path, folder: Path) -> None:
    shutil.rmtree(package / "code", ignore_errors=True)
    for name in _NOT_THE_MODEL:
        (package / name).unlink(missing_ok=True)
    beside = folder.with_name(f".{folder.name}.part")
    shutil.copytree(package, beside)
    beside.rename(folder)
