"""What the sections of a use case must agree on between them. Each raises ValueError with a remedy."""

import difflib
from collections.abc import Iterable

from config.use_case.cleaning import Contradictions, Duplicates
from config.use_case.data import Data
from config.use_case.evaluate import Evaluate, GateCondition
from config.use_case.metrics import Problem, gate_metrics
from config.use_case.prepare import Prepare
from config.use_case.split import GroupSplit, RandomSplit, Split, TimeSplit
from config.use_case.train import KMeansTrain, Train, XGBoostTrain

# The objectives whose answers the steps can read, the usual one first.
OBJECTIVES: dict[Problem, tuple[str, ...]] = {
    "binary_classification": ("binary:logistic",),
    "multiclass_classification": ("multi:softprob",),
    "regression": (
        "reg:squarederror", "reg:absoluteerror", "reg:squaredlogerror", "reg:pseudohubererror", "reg:gamma",
        "reg:tweedie", "count:poisson",
    ),
    "clustering": (),
}  # fmt: skip
_FEWEST_CLASSES = 3


def label_fits_problem(problem: Problem, data: Data, split: Split) -> None:
    """A clustering needs no label, everything else does; several classes are named."""
    if data.label is None and problem != "clustering":
        raise ValueError(f"data.label: is missing; {problem} predicts one; add `label: <column>`")
    if problem == "multiclass_classification" and len(set(data.classes)) < _FEWEST_CLASSES:
        raise ValueError(
            f"data.classes: found {len(set(data.classes))} values; {problem} needs all values of the label, three or "
            "more; list them, or use binary_classification"
        )
    if problem != "multiclass_classification" and data.classes:
        raise ValueError(f"data.classes: is nothing for {problem}; remove it, or use multiclass_classification")
    if data.negative is not None:
        if problem != "binary_classification":
            raise ValueError(f"data.negative: is nothing for {problem}; remove it")
        if str(data.negative) == str(data.positive) or data.negative == data.positive:
            raise ValueError(f"data.negative: found {data.negative!r}, which is data.positive; name the other value")
    if isinstance(split, TimeSplit) and data.time is None:
        raise ValueError("split: goes by time, but data.time names no field; name it, or write `split: {by: random}`")
    if isinstance(split, RandomSplit) and split.stratify and "stratify" in split.model_fields_set and (
        problem not in ("binary_classification", "multiclass_classification")
    ):  # fmt: skip
        raise ValueError(f"split.stratify: needs classes, which {problem} has not; write `stratify: false`")


def columns_are_known(data: Data, prepare: Prepare, split: Split) -> None:
    """Cleaning and splitting speak of fields that there are."""
    fields = {field.name for field in data.record}
    for table, columns in prepare.distinct.items():
        _known("prepare.distinct", (table,), set(data.raw))
        _known(f"prepare.distinct.{table}", columns, set(data.raw[table]))
    cleanable = fields | ({data.label} if data.label else set())
    for position, rule in enumerate(prepare.clean):
        named = rule.columns if isinstance(rule, Duplicates | Contradictions) else (rule.column,)
        _known(f"prepare.clean.{position}", named, cleanable)
        if isinstance(rule, Contradictions) and data.label is None:
            raise ValueError(f"prepare.clean.{position}: contradictions are about the label; data.label names none")
    if isinstance(split, GroupSplit):
        _known("split.column", (split.column,), fields)


def algorithm_fits(problem: Problem, data: Data, train: Train) -> None:
    """The algorithm can solve the problem, and its settings fit the features."""
    if isinstance(train, XGBoostTrain):
        _xgboost_fits(problem, data, train)
    if isinstance(train, KMeansTrain):
        if problem != "clustering":
            raise ValueError(f"train.algorithm: kmeans makes clusters; {problem} needs xgboost, script or image")
        if data.width is None:
            raise ValueError(
                "train.algorithm: kmeans must know the number of its columns beforehand; give each one_hot feature "
                "its levels"
            )
        gaps = [feature.name for feature in data.features if feature.type == "number" and feature.missing == "keep"]
        if gaps:
            raise ValueError(
                f"data.features: {gaps[0]} keeps missing values, which kmeans cannot read; write `missing: mean`, "
                "`median` or a number"
            )


def _xgboost_fits(problem: Problem, data: Data, train: XGBoostTrain) -> None:
    allowed, parameters = OBJECTIVES[problem], train.hyperparameters
    if not allowed:
        raise ValueError("train.algorithm: xgboost makes no clusters; write `algorithm: kmeans`, script or image")
    objective = parameters.get("objective", allowed[0])
    if objective not in allowed:
        raise ValueError(
            f"train.hyperparameters.objective: found {objective!r}; allowed for {problem} is "
            f"{' or '.join(map(repr, allowed))}, whose answers the steps can read; set it"
        )
    if "num_class" in parameters:
        raise ValueError("train.hyperparameters.num_class: comes from data.classes; remove it")
    constraints = parameters.get("monotone_constraints")
    if constraints is not None and len(str(constraints).split(",")) != data.width:
        raise ValueError(
            f"train.hyperparameters.monotone_constraints: found {len(str(constraints).split(','))} places; "
            f"allowed is one of 1, 0, -1 for each of the {data.width or len(data.features)} features, in their order; "
            "add or remove places"
        )


def gate_has_figures(problem: Problem, gate: Iterable[GateCondition]) -> None:
    """The gate asks for what the evaluation has."""
    allowed = gate_metrics(problem)
    for position, condition in enumerate(gate):
        if condition.metric not in allowed:
            near = difflib.get_close_matches(condition.metric, allowed, n=1)
            remedy = f"did you mean {near[0]}?" if near else "choose one of them"
            raise ValueError(
                f"gate.{position}.metric: found {condition.metric!r}; allowed for {problem} are "
                f"{', '.join(map(repr, allowed))}; {remedy}"
            )


def gate_has_values(data: Data, evaluate: Evaluate, gate: Iterable[GateCondition]) -> None:
    """The gate asks for nothing that this use case never has a value of."""
    for position, condition in enumerate(gate):
        if condition.metric.startswith("worst_slice_") and not evaluate.slices:
            raise ValueError(
                f"gate.{position}.metric: {condition.metric} needs slices, and evaluate.slices names none; name "
                "columns there, or remove the condition"
            )
        if condition.metric == "adjusted_rand" and data.label is None:
            raise ValueError(
                f"gate.{position}.metric: adjusted_rand compares clusters with a label, and data.label names none; "
                "name it, or remove the condition"
            )


def evaluation_fits(problem: Problem, data: Data, evaluate: Evaluate) -> None:
    """What is judged can be judged."""
    columns = {field.name for field in data.record} | {feature.name for feature in data.features}
    _known("evaluate.slices", evaluate.slices, columns)
    if evaluate.baseline is not None:
        _known("evaluate.baseline.group_by", evaluate.baseline.group_by, columns)
        if problem == "clustering":
            raise ValueError("evaluate.baseline: clusters are compared with none; remove it")
    if evaluate.costs is not None and problem != "binary_classification":
        raise ValueError(f"evaluate.costs: {problem} has no threshold; remove it")
    if evaluate.resample != "row" and data.time is None:
        raise ValueError(f"evaluate.resample: {evaluate.resample} needs data.time; name it, or resample row")


def _known(key: str, names: Iterable[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            listed = sorted(known)
            near = difflib.get_close_matches(name, listed, n=1)
            remedy = f"did you mean {near[0]}?" if near else "correct the name"
            raise ValueError(f"{key}: found {name!r}; allowed are {', '.join(listed)}; {remedy}")
