"""The model package of a variant, and what it makes of records and of its own test data."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from .. import archives, features_file, files, models
from ..errors import RequestError
from ..evaluation.bootstrap import Resampling
from ..evaluation.champion import FIELD, PACKAGE
from ..folders import Folders
from ..outcomes.numbers import EVEN
from ..records import Reader
from ..scoring import Scorer
from ..use_case import Document, UseCase
from . import explanations
from .answered import Arrays, member
from .data_quality import Result
from .request import Facet, Request
from .sample import MOST_ROWS

TEST = "test.parquet"


@contextmanager
def _package(variant: str, folders: Folders) -> Iterator[Path | None]:
    """Give the unpacked package of a variant: `<variant>/model.tar.gz`, or the one for all.

    None if there is none, or it is of a model that the pipeline did not make: nobody knows its features.
    """
    places = [folders.input("model") / variant / PACKAGE, folders.input("model") / PACKAGE]
    archive = next((path for path in places if path.exists()), None)
    if archive is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="package-") as temporary:
        folder = Path(temporary)
        archives.unpack(archive, folder)
        yield folder if (folder / features_file.FILE).exists() else None


def result(
    records: Sequence[Any], variant: str, folders: Folders, request: Request, periods: Mapping[str, int]
) -> Result:
    """Return what the monitor of explanations says of a variant.

    Args:
        records: a sample of what was captured.
        variant: whose.
        folders: with the inputs model and reference.
        request: what is asked for.
        periods: how many captured records are of each hour, day or week, where that matters.
    """
    nothing = np.zeros((0, 0))
    with _package(variant, folders) as package:
        if package is None:
            why = f"there is no package of {variant} that the pipeline made"
            return explanations.result([], nothing, nothing, request, why)
        scorer = Scorer.load(package)
        if not isinstance(scorer.model, xgboost.Booster):
            return explanations.result([], nothing, nothing, request, "the model is not one of XGBoost's")
        names = features_file.model_columns(features_file.read(package))
        live = encoded(scorer, records, len(names))
        path = _test(variant, folders)
        if path is None:
            return explanations.result(names, nothing, nothing, request, "there is no input `reference`")
        test = files.read_parquet(path, ["time", *(f"feature_{name}" for name in names)])
        test = test.iloc[np.random.default_rng(0).permutation(len(test))[:MOST_ROWS]]
        matrix = test.drop(columns="time").to_numpy("float32")
        now, then = (explanations.attributions(scorer.model, rows) for rows in (live, matrix))
        vary = explanations.varies(then, _period(scorer.use_case, test["time"]), periods)
        return explanations.result(names, now, then, request, vary=vary)


def reference(variant: str, folders: Folders, facets: Sequence[Facet]) -> Arrays | None:
    """Return what a variant's model makes of its test data; None where the inputs are not there."""
    path = _test(variant, folders)
    with _package(variant, folders) as package:
        if package is None or path is None:
            return None
        scorer = Scorer.load(package)
        names = features_file.model_columns(features_file.read(package))
        features, fields = [f"feature_{name}" for name in names], [f"{FIELD}{facet.name}" for facet in facets]
        test = files.read_parquet(path, list(dict.fromkeys(["label", "time", *features, *fields])))
        score = models.predict(scorer.model, test[features].to_numpy("float32"))
        threshold = EVEN if scorer.threshold is None else scorer.threshold
    facet_arrays = tuple(
        np.array([member(facet, {facet.name: value}) for value in _values(test[f"{FIELD}{facet.name}"])], "float64")
        for facet in facets
    )
    label, decided = test["label"].to_numpy("float64"), (score >= threshold).astype("float64")
    return Arrays(label, score, decided, facet_arrays, _period(scorer.use_case, test["time"]))


def _period(use_case: UseCase, time: Any) -> NDArray[np.int64] | None:
    """Return the number of each row's period; None where each tells by itself."""
    return None if use_case.evaluate["resample"] == "row" else Resampling.of(use_case.evaluate, time).cluster


def _test(variant: str, folders: Folders) -> Path | None:
    places = [folders.input("reference") / variant / TEST, folders.input("reference") / TEST]
    return next((path for path in places if path.exists()), None)


def _values(column: Any) -> list[Any]:
    return [None if missing else value for value, missing in zip(column.tolist(), column.isna(), strict=True)]


def encoded(scorer: Scorer, records: Sequence[Document], width: int) -> Any:
    """Return the model's features of captured records; those that the endpoint refused are left out."""
    reader, rows = Reader(scorer.use_case.record), []
    for record in records:
        try:
            rows.append(scorer.encode(reader.read(record)))
        except RequestError:
            continue
    return np.array(rows, "float32").reshape(len(rows), width)
