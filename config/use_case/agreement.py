"""What the sections of a use case must agree on between them. Each raises RuleError with a remedy."""

from config import xgboost_hyperparameters, xgboost_metrics
from config.errors import RuleError, under
from config.use_case.data import Data
from config.use_case.evaluate import Evaluate
from config.use_case.metrics import Problem
from config.use_case.prepare import Prepare
from config.use_case.section import known
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
        raise RuleError(("data", "label"), f"is missing; {problem} predicts one; add `label: <column>`")
    if problem == "multiclass_classification" and len(set(data.classes)) < _FEWEST_CLASSES:
        raise RuleError(
            ("data", "classes"),
            f"found {len(set(data.classes))} values; {problem} needs all values of the label, three or more; list "
            "them, or use binary_classification",
        )
    if problem != "multiclass_classification" and data.classes:
        raise RuleError(("data", "classes"), f"is nothing for {problem}; remove it, or use multiclass_classification")
    if data.negative is not None:
        if problem != "binary_classification":
            raise RuleError(("data", "negative"), f"is nothing for {problem}; remove it")
        if str(data.negative) == str(data.positive) or data.negative == data.positive:
            raise RuleError(
                ("data", "negative"), f"found {data.negative!r}, which is data.positive; name the other value"
            )
    if isinstance(split, TimeSplit) and data.time is None:
        raise RuleError(
            ("split",), "goes by time, but data.time names no field; name it, or write `split: {by: random}`"
        )
    if isinstance(split, RandomSplit) and split.stratify and "stratify" in split.model_fields_set and (
        problem not in ("binary_classification", "multiclass_classification")
    ):  # fmt: skip
        raise RuleError(("split", "stratify"), f"needs classes, which {problem} has not; write `stratify: false`")


def columns_are_known(data: Data, prepare: Prepare, split: Split) -> None:
    """Reading and splitting speak of columns that there are."""
    fields = {field.name for field in data.record}
    for table, columns in prepare.distinct.items():
        known(("prepare", "distinct", table), [table], data.raw, many=False)
        known(("prepare", "distinct", table), columns, data.raw[table])
    if isinstance(split, GroupSplit):
        known(("split", "column"), [split.column], fields, many=False)


def algorithm_fits(problem: Problem, data: Data, train: Train) -> None:
    """The algorithm can solve the problem, and its settings fit the features."""
    if isinstance(train, XGBoostTrain):
        if not OBJECTIVES[problem]:
            raise RuleError(
                ("train", "algorithm"), "xgboost makes no clusters; write `algorithm: kmeans`, script or image"
            )
        with under("train", "hyperparameters"):
            _xgboost_fits(problem, data, train)
    if isinstance(train, KMeansTrain):
        _kmeans_fits(problem, data)


def _kmeans_fits(problem: Problem, data: Data) -> None:
    if problem != "clustering":
        raise RuleError(("train", "algorithm"), f"kmeans makes clusters; {problem} needs xgboost, script or image")
    for position, feature in enumerate(data.features):
        key = ("data", "features", position)
        if feature.width is None:
            raise RuleError(
                (*key, "levels"),
                f"is missing for {feature.name}; kmeans must know the number of its columns beforehand; give each "
                "one_hot feature its levels",
            )
        if feature.type == "number" and feature.missing == "keep":
            raise RuleError(
                (*key, "missing"),
                f"{feature.name} keeps missing values, which kmeans cannot read; write `missing: mean`, `median` or a "
                "number",
            )


def _xgboost_fits(problem: Problem, data: Data, train: XGBoostTrain) -> None:
    allowed, given = OBJECTIVES[problem], train.hyperparameters
    objective = given.get("objective", allowed[0])
    if objective not in allowed:
        raise RuleError(
            ("objective",),
            f"found {objective!r}; allowed for {problem} is {' or '.join(map(repr, allowed))}, whose answers the steps "
            "can read; set it",
        )
    if "num_class" in given:
        raise RuleError(("num_class",), "comes from data.classes; remove it")
    if str(given.get("csv_weights", 0)) == "1":
        raise RuleError(("csv_weights",), "found 1, but the prepared rows have no column of weights; remove it")
    table = xgboost_hyperparameters.TABLE
    parsed = {table.aliases.get(name, name): table.parse(name, str(value)) for name, value in given.items()}
    for metric in parsed.get("eval_metric", ()):
        known(("eval_metric",), [metric.partition("@")[0]], xgboost_metrics.OF_PROBLEM[problem], many=False)
    classes = {"num_class": len(data.classes)} if problem == "multiclass_classification" else {}
    xgboost_hyperparameters.check_together({**parsed, "objective": objective, **classes})
    signs = parsed.get("monotone_constraints")
    if signs is not None and len(signs) != data.width:
        raise RuleError(
            ("monotone_constraints",),
            f"found {len(signs)} places; allowed is one of 1, 0, -1 for each of the {data.width or len(data.features)} "
            "features, in their order; add or remove places",
        )


def evaluation_fits(problem: Problem, data: Data, evaluate: Evaluate) -> None:
    """What is judged can be judged."""
    columns = {field.name for field in data.record} | {feature.name for feature in data.features}
    known(("evaluate", "slices"), evaluate.slices, columns)
    if evaluate.baseline is not None:
        known(("evaluate", "baseline", "group_by"), evaluate.baseline.group_by, columns)
        if problem == "clustering":
            raise RuleError(("evaluate", "baseline"), "clusters are compared with none; remove it")
    if evaluate.costs is not None and problem != "binary_classification":
        raise RuleError(("evaluate", "costs"), f"{problem} has no threshold; remove it")
    if evaluate.resample != "row" and data.time is None:
        raise RuleError(("evaluate", "resample"), f"{evaluate.resample} needs data.time; name it, or resample row")
