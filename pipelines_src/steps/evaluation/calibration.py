"""Whether forecasts mean what they say: forecast and truth in bins of equally many rows."""

import numpy as np
import pandas as pd

from .bootstrap import Floats

BINS = 10


def binned(forecast: Floats, truth: Floats, column: str = "observed_rate") -> pd.DataFrame:
    """Return a row per bin: `forecast_mean`, the truth's mean, `rows`; ten bins, fewer where forecasts tie."""
    places = pd.qcut(pd.Series(forecast), BINS, duplicates="drop", labels=False).fillna(0)
    groups = pd.DataFrame({"forecast_mean": forecast, column: truth}).groupby(places.to_numpy())
    return groups.mean().assign(rows=groups.size()).reset_index(drop=True)


def error(bins: pd.DataFrame) -> float:
    """Return the expected calibration error (Naeini et al. 2015, AAAI): the bins' mean distance, by their rows.

    Bins hold equally many rows, so that none is nearly empty (Nixon et al. 2019, "Measuring calibration in deep
    learning").
    """
    distance = (bins["forecast_mean"] - bins["observed_rate"]).abs()
    return float(np.average(distance, weights=bins["rows"]))
