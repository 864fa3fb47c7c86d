"""The metrics of the built-in K-means, and how its log shows them: the documentation, "Tune a K-Means Model"."""

METRIC_DEFINITIONS = tuple(
    (f"test:{name}", rf"#quality_metric: host=\S+, test {name} <loss>=(\S+)") for name in ("msd", "ssd")
)
