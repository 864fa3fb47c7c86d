"""What a gate must agree on with what the evaluation has. Each raises RuleError with a remedy."""

import difflib
from collections.abc import Sequence

from config.errors import KeyPath, RuleError
from config.use_case.data import Data
from config.use_case.evaluate import Evaluate, GateCondition
from config.use_case.metrics import Limits, Problem, gate_metrics
from config.use_case.train import KMeansTrain, Train

_MOST_CLUSTERS = 100  # that evaluation finds in noise


def gate_fits(problem: Problem, data: Data, evaluate: Evaluate, gate: Sequence[GateCondition]) -> None:
    """Each condition asks for a figure that there is and for a bound that it can keep and can miss."""
    allowed = gate_metrics(problem)
    for position, condition in enumerate(gate):
        if condition.metric not in allowed:
            near = difflib.get_close_matches(condition.metric, allowed, n=1)
            raise RuleError(
                ("gate", position, "metric"),
                f"found {condition.metric!r}; allowed for {problem} are {', '.join(map(repr, allowed))}; "
                f"{f'did you mean {near[0]}?' if near else 'choose one of them'}",
            )
        _has_value(("gate", position, "metric"), condition.metric, data, evaluate)
        _can_pass_and_fail(position, condition, allowed[condition.metric])
    _can_pass_together(gate)


def noise_has_as_many(train: Train, gate: Sequence[GateCondition]) -> None:
    """The evaluation compares so many clusters with those of noise."""
    for position, condition in enumerate(gate):
        if condition.metric != "variance_explained_over_noise" or not isinstance(train, KMeansTrain):
            continue
        if train.k > _MOST_CLUSTERS:
            raise RuleError(
                ("gate", position, "metric"),
                f"variance_explained_over_noise has a value for at most {_MOST_CLUSTERS} clusters, and train.k is "
                f"{train.k}; choose another figure, or fewer clusters",
            )


def _has_value(key: KeyPath, metric: str, data: Data, evaluate: Evaluate) -> None:
    if metric.startswith("worst_slice_") and not evaluate.slices:
        raise RuleError(
            key, f"{metric} needs slices, and evaluate.slices names none; name columns there, or remove the condition"
        )
    if metric == "adjusted_rand" and data.label is None:
        raise RuleError(
            key, "adjusted_rand compares clusters with a label, and data.label names none; name it, or remove the "
            "condition"
        )  # fmt: skip


def _can_pass_and_fail(position: int, condition: GateCondition, limits: Limits) -> None:
    name, bound = condition.bound
    if limits.least is not None and bound < limits.least:
        outcome = "always" if name == "at_least" else "never"
    elif limits.most is not None and bound > limits.most:
        outcome = "never" if name == "at_least" else "always"
    else:
        return
    ends = [f"at {word} {end}" for word, end in (("least", limits.least), ("most", limits.most)) if end is not None]
    raise RuleError(
        ("gate", position, name),
        f"found {bound:g}; {condition.metric} is {' and '.join(ends)}, so the condition would {outcome} hold; choose a "
        "bound within, or remove the condition",
    )


def _can_pass_together(gate: Sequence[GateCondition]) -> None:
    for position, condition in enumerate(gate):
        for other in gate[:position]:
            least, most = (condition, other) if condition.at_most is None else (other, condition)
            if least.metric != most.metric or least.at_least is None or most.at_most is None:
                continue
            if least.at_least > most.at_most:
                raise RuleError(
                    ("gate", position, condition.bound[0]),
                    f"found {condition.bound[1]:g}; no {condition.metric} is at least {least.at_least:g} and at most "
                    f"{most.at_most:g}, which the gate has both; change one of them",
                )
