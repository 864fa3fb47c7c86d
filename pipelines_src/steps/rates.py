"""The label's rate per group, smoothed: the forecast that a model must beat, and the order of a category's levels."""

import pandas as pd


def smoothed_rates(groups: pd.Series, label: pd.Series, smoothing: float) -> pd.Series:
    """Return each group's rate, drawn towards the overall rate by `smoothing` rows (the m-estimate; Cestnik 1990)."""
    overall = label.mean()
    sums = label.groupby(groups).agg(["sum", "count"])
    return (sums["sum"] + smoothing * overall) / (sums["count"] + smoothing)


def baseline_forecast(groups: pd.DataFrame, label: pd.Series, train: pd.Series, smoothing: float) -> pd.Series:
    """Return for each row the rate of its group in the training rows; the overall rate for a group unknown there."""
    key = pd.Series(pd.MultiIndex.from_frame(groups.astype("str")).to_flat_index(), index=groups.index)
    rates = smoothed_rates(key[train], label[train], smoothing)
    return key.map(rates.to_dict()).astype("float64").fillna(label[train].mean())
