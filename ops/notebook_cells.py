"""What the notebook of a use case holds: cells by what they are for. `$name` and the like are the use case's.

A code cell is short enough to be changed by whoever reads it; what is longer is in `ops.fit`.
"""

SETUP = """\
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

root = next(folder for folder in [Path.cwd(), *Path.cwd().parents] if (folder / "pipelines_src").is_dir())
sys.path.insert(0, str(root))
from ops.fit import $functions"""

RAW = """\
tables = raw_tables("$name")
for name, table in tables.items():
    print(f"{name}: {len(table):,} rows, {len(table.columns)} columns")


def columns(table):
    return pd.DataFrame({"type": table.dtypes.astype(str), "missing": table.isna().mean(), "values": table.nunique()})


pd.concat({name: columns(table) for name, table in tables.items()})"""

NUMBERS = """\
pd.concat({name: table.describe().T for name, table in tables.items()})"""

PREPARED = """\
prepared = records("$name")
print(prepared.origin)
prepared.splits"""

SHARE = """\
label = prepared.train["label"]
axes = label.value_counts(normalize=True).sort_index().plot.bar(figsize=(7, 3))
axes.set(title="$label in the training split", xlabel="$label", ylabel="share of records");"""

DISTRIBUTION = """\
label = prepared.train["label"]
axes = label.plot.hist(bins=40, figsize=(7, 3))
axes.set(title="$label in the training split", xlabel="$label");"""

TIME = """\
axes = prepared.splits["label_mean"].astype("float").dropna().plot.bar(figsize=(7, 3))
axes.set(title="Mean of $label in the splits, one after the other in time", xlabel="", ylabel="mean");"""

RANKS = """\
features = prepared.train.drop(columns="label", errors="ignore")
together = features.corrwith(label, method="spearman").sort_values(key=abs, ascending=False).head(20)
axes = together[::-1].plot.barh(figsize=(7, 5))
axes.set(title="Rank correlation with $label");"""

CLASSES = """\
label = prepared.train["label"].map(dict(enumerate($classes)))
axes = label.value_counts(normalize=True).sort_index().plot.bar(figsize=(7, 3))
axes.set(title="$label in the training split", xlabel="$label", ylabel="share of records");"""

BY_CLASS = """\
features = prepared.train.drop(columns="label", errors="ignore")
apart = ((features - features.mean()) / features.std().replace(0, 1)).groupby(label.to_numpy()).mean()
figure, axes = plt.subplots(figsize=(11, 4))
figure.colorbar(axes.imshow(apart, aspect="auto", cmap="RdBu", vmin=-2, vmax=2))
axes.set_yticks(range(len(apart.index)), apart.index)
axes.set(title="Mean of a class from that of all, in standard deviations", xlabel="feature", ylabel="$label");"""

BETWEEN = """\
features = prepared.train.drop(columns="label", errors="ignore")
figure, axes = plt.subplots(figsize=(6, 5))
figure.colorbar(axes.imshow(features.corr(), cmap="RdBu", vmin=-1, vmax=1))
axes.set(title="Correlation between features");"""

FIT = """\
trainer = fit("$name")
job = trainer._latest_training_job.refresh()
print(job.training_job_name, job.billable_time_in_seconds, "s billed")
print(job.model_artifacts.s3_model_artifacts)"""

CURVE = """\
curve = learning_curve(trainer)
axes = curve.plot(figsize=(7, 4), xlabel="round", title="What the training reported")
curve.tail(1)"""

FINAL = """\
pd.DataFrame([(one.metric_name, one.value) for one in job.final_metric_data_list], columns=["metric", "value"])"""

EVALUATE = """\
evaluation = evaluate(trainer, "$name")
figures = evaluation.figures
print("gate:", figures["gate"]["result"], figures["gate"]["message"])
pd.DataFrame({name: one for name, one in figures.items() if isinstance(one, dict) and "lower" in one}).T"""

IMPORTANCE = """\
importance = evaluation.table("importance").head(20)[::-1]
axes = importance.plot.barh(x="feature", y=importance.columns[-1], legend=False, figsize=(7, 5))
axes.set(title="What the model goes by", xlabel=importance.columns[-1].replace("_", " "));"""

BINARY = """\
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
for forecast, part in evaluation.table("roc").groupby("forecast"):
    left.plot(part["false_positive_rate"], part["true_positive_rate"], label=forecast)
for forecast, part in evaluation.table("calibration").groupby("forecast"):
    right.plot(part["forecast_mean"], part["observed_rate"], marker="o", label=forecast)
left.set(title=f"ROC, AUC {figures['auc']['value']:.3f}", xlabel="false positive rate", ylabel="true positive rate")
right.set(title="Calibration", xlabel="forecast", ylabel="observed")
right.axline((0, 0), slope=1, color="grey", linewidth=0.5)
left.legend();"""

MULTICLASS = """\
confusion = evaluation.table("confusion").pivot(index="label", columns="predicted", values="rows").fillna(0)
figure, axes = plt.subplots(figsize=(6, 5))
figure.colorbar(axes.imshow(confusion, cmap="Blues"))
axes.set_xticks(range(len(confusion.columns)), confusion.columns)
axes.set_yticks(range(len(confusion.index)), confusion.index)
axes.set(title=f"Accuracy {figures['accuracy']['value']:.3f}", xlabel="predicted", ylabel="$label");"""

REGRESSION = """\
figure, axes = plt.subplots(figsize=(5, 5))
for forecast, part in evaluation.table("calibration").groupby("forecast"):
    axes.plot(part["forecast_mean"], part["observed_mean"], marker="o", label=forecast)
middle = part["observed_mean"].mean()
axes.axline((middle, middle), slope=1, color="grey", linewidth=0.5)
axes.set(title="Tenths of the records by their forecast", xlabel="mean forecast", ylabel="mean $label")
axes.legend();"""

CLUSTERING = """\
clusters = evaluation.table("clusters").set_index("cluster")
axes = clusters.plot.bar(subplots=True, legend=False, figsize=(8, 5), xlabel="cluster")
plt.tight_layout();"""
