"""How many labels a warm start saves on handwritten digits: learning curves from nothing and from an earlier model.

The images of scikit-learn lie in the order in which they were collected, so the last ones are mostly of people who
wrote none of the first. The earlier model has learnt the first 1,000; the rest is the target, of which some images get
labels and 400 others judge. Trained is with the hyperparameters of handwritten_digits, by the program that stands for
SageMaker's XGBoost in the local cloud, which begins with the earlier model as the step WarmStart hands it over. Pixels
are not scaled, since trees ask for their order only. `python -m benchmarks.labels` measures this alone.
"""

import json
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.synth import ROOT
from config import load_use_case
from local_cloud.sagemaker.images import xgboost_fit
from pipelines_src.handwritten_digits.raw_data import PIXELS
from pipelines_src.steps import booster
from pipelines_src.steps.warm_start import CHECKPOINT

EARLIER, JUDGED, REPEATS = 1000, 400, 8
LABELS = (20, 40, 80, 160, 320)
FRESH, WARM = "from nothing", "warm start"
FEW_ROUNDS, TOGETHER = "warm start, a tenth of the rounds", "from nothing, earlier images too"
WAYS = (FRESH, WARM, FEW_ROUNDS, TOGETHER)
Array = NDArray[np.float64]
Images = tuple[Array, Array]


@dataclass(frozen=True)
class Result:
    """One target: accuracy of the earlier model, and by way of training a row per repeat, a column per LABELS."""

    target: str
    earlier: list[float]
    accuracy: dict[str, list[list[float]]]

    def interval(self, way: str) -> Array:
        """Return mean, 2.5 % and 97.5 % of the mean by number of labels (bootstrap of the repeats)."""
        found = np.array(self.accuracy[way])
        means = found[_resamples()].mean(axis=1)
        return np.array([found.mean(axis=0), *np.percentile(means, (2.5, 97.5), axis=0)])

    def worth(self, way: str, labels: int) -> Array:
        """Return with how many labels training from nothing is as good as a way with `labels`: value and interval.

        Interpolated on a logarithmic scale of labels; at the ends of the curve it is the end's number.
        """
        place, draws = LABELS.index(labels), [np.arange(REPEATS), *_resamples()]
        fresh, other = np.array(self.accuracy[FRESH]), np.array(self.accuracy[way])
        found = [_labels_for(other[draw, place].mean(), fresh[draw].mean(axis=0)) for draw in draws]
        return np.array([found[0], *np.percentile(found[1:], (2.5, 97.5))])


def run(out: Path) -> list[Result]:
    """Measure both targets, and plot."""
    earlier, target = _images()
    results = [_measure(name, earlier, images) for name, images in _targets(target).items()]
    out.mkdir(parents=True, exist_ok=True)
    _plot(results, out / "labels.svg")
    return results


def _images() -> tuple[Images, Images]:
    from sklearn.datasets import load_digits

    digits = load_digits()
    pixels, label = digits.data.astype("float64"), digits.target.astype("float64")
    return (pixels[:EARLIER], label[:EARLIER]), (pixels[EARLIER:], label[EARLIER:])


def _targets(images: Images) -> dict[str, Images]:
    """Return the target as it is, and as another scanner would give it: a pixel to the right, and at half the ink."""
    pixels, label = images
    moved = np.roll(pixels.reshape(-1, 8, 8), 1, axis=2)
    moved[:, :, 0] = 0
    return {"new writers": images, "new writers, new scanner": (moved.reshape(-1, PIXELS) / 2, label)}


def _measure(name: str, earlier: Images, target: Images) -> Result:
    model = bytes(_train(earlier, None).save_raw("ubj"))
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:  # a fork of XGBoost's threads waits for ever
        found = list(pool.map(partial(_repeat, model, earlier, target), range(REPEATS)))
    accuracy = {way: [curves[way] for _, curves in found] for way in WAYS}
    return Result(name, [before for before, _ in found], accuracy)


def _repeat(model: bytes, earlier: Images, target: Images, seed: int) -> tuple[float, dict[str, list[float]]]:
    """Return the earlier model's accuracy on images drawn to judge, and that of each way by number of labels."""
    order = np.random.default_rng(seed).permutation(len(target[1]))
    test, rest = order[:JUDGED], order[JUDGED:]
    curves: dict[str, list[float]] = {way: [] for way in WAYS}
    for labels in LABELS:
        few = (target[0][rest[:labels]], target[1][rest[:labels]])
        both = (np.concatenate([earlier[0], few[0]]), np.concatenate([earlier[1], few[1]]))
        models = (_train(few, None), _train(few, model), _train(few, model, 0.1), _train(both, None))
        for way, trained in zip(WAYS, models, strict=True):
            curves[way].append(_accuracy(trained, target, test))
    return _accuracy(booster.load(model, PIXELS), target, test), curves


def _train(images: Images, earlier: bytes | None, rounds: float = 1.0) -> xgboost.Booster:
    """Train as the job does: hyperparameters of the use case, the earlier model in the folder of checkpoints."""
    use_case = load_use_case("handwritten_digits")
    declared = use_case.train.hyperparameters
    parameters: dict[str, Any] = {**declared, "num_class": len(use_case.data.classes), "nthread": 1}
    parameters["eval_metric"] = [declared["eval_metric"]]
    parameters["num_round"] = max(1, round(int(declared["num_round"]) * rounds))
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        for folder in ("model", "input/config", "checkpoints"):
            (base / folder).mkdir(parents=True)
        if earlier is not None:
            done = booster.load(earlier, PIXELS).num_boosted_rounds()
            (base / "checkpoints" / CHECKPOINT.format(round=done - 1)).write_bytes(earlier)
            config = json.dumps({"LocalPath": str(base / "checkpoints")})
            (base / "input/config/checkpointconfig.json").write_text(config)
            parameters["num_round"] += done
        options = xgboost_fit.take_options(parameters)
        data = {"train": xgboost.DMatrix(*images, nthread=1)}
        with redirect_stdout(StringIO()), warnings.catch_warnings(action="ignore"):  # it tells of every round
            xgboost_fit.train(xgboost, parameters, options, data, base, is_master=True)
        return booster.load((base / "model/xgboost-model").read_bytes(), PIXELS)


def _accuracy(model: xgboost.Booster, images: Images, rows: NDArray[np.intp]) -> float:
    told = model.predict(xgboost.DMatrix(images[0][rows], nthread=1)).argmax(axis=1)
    return float((told == images[1][rows]).mean())


def _labels_for(accuracy: float, curve: Array) -> float:
    rising = np.maximum.accumulate(curve)
    return float(np.exp(np.interp(accuracy, rising, np.log(LABELS))))


def _resamples(count: int = 1000) -> NDArray[np.intp]:
    return np.random.default_rng(0).integers(0, REPEATS, (count, REPEATS))


def _plot(results: list[Result], path: Path) -> None:
    figure = Figure(figsize=(9, 3.6))
    for axes, result in zip(figure.subplots(1, len(results), sharey=True), results, strict=True):
        for way in WAYS:
            mean, low, high = result.interval(way)
            axes.plot(LABELS, mean, marker="o", label=way)
            axes.fill_between(LABELS, low, high, alpha=0.2)
        axes.axhline(np.mean(result.earlier), color="grey", linestyle=":", label="the earlier model as it is")
        axes.set(xscale="log", xticks=LABELS, xticklabels=LABELS, xlabel="labels of the target", title=result.target)
    first = figure.axes[0]
    first.set_ylabel("accuracy")
    first.legend(frameon=False, fontsize=8)
    figure.tight_layout()
    figure.savefig(path)


def rows(result: Result) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the table: labels, accuracy by way, and how many labels the warm start stands for."""
    intervals = {way: result.interval(way) for way in WAYS}
    for place, labels in enumerate(LABELS):
        shown = ["{:.3f} ({:.3f} to {:.3f})".format(*intervals[way][:, place]) for way in WAYS]
        yield (result.target, str(labels), *shown, "{:.0f} ({:.0f} to {:.0f})".format(*result.worth(WARM, labels)))


if __name__ == "__main__":
    for found in run(ROOT / "build"):
        print(f"{found.target}: the earlier model as it is {np.mean(found.earlier):.3f}")
        for line in rows(found):
            print(*line[1:], sep=" | ", flush=True)
