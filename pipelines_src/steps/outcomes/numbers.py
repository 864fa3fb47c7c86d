"""What a prediction counts for in the metric of an experiment, for each way in which things may turn out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..answers import Answer

EVENT = ("no", "yes")
NUMBER, VALUE, BIN = "number_", "value", "bin"  # columns; a number for each class
_LEAST = 1e-15  # probability that a model is taken to have meant by 0, as scikit-learn had it: log losses end at 34.5
BINS = 1024
_REACH = 12.0
EVEN = 0.5  # from which chance on an event is acted on where wrong decisions cost the same


@dataclass(frozen=True)
class Metric:
    """The metric of an experiment, on the answers of one use case.

    Attributes:
        name: `error_rate`, `log_loss`, `value`, `auc`, `absolute_error` or `squared_error`.
        classes: the label's values, in the model's order; two of an event: no, yes; none of a number.
        values: of `value`: what each decision is worth.
    """

    name: str
    classes: tuple[str, ...]
    values: Mapping[str, float] | None = None

    @property
    def columns(self) -> list[str]:
        """The columns of a prediction, floats: one for each outcome, or what outcomes are set against."""
        if self.name == "auc":
            return [BIN]
        return [f"{NUMBER}{place}" for place in range(len(self.classes))] or [VALUE]

    def numbers(self, answer: Answer) -> list[float]:
        """Return the values of the columns; ValueError, KeyError or TypeError where the answer is no prediction."""
        if not self.classes:
            return [finite(answer["value"])]
        chances = self._chances(answer)
        if self.name == "auc":
            return [float(bin_of(chances[1]))]
        if self.name == "log_loss":
            return [-math.log(max(chance, _LEAST)) for chance in chances]
        chosen = self._chosen(answer, chances)
        if self.name == "error_rate":
            return [float(place != chosen) for place in range(len(self.classes))]
        values = self.values or {}
        return [values["false_positive"], values["true_positive"]] if chosen else [
            values["true_negative"], values["false_negative"]
        ]  # fmt: skip

    def _chances(self, answer: Answer) -> list[float]:
        if "probability" in answer:
            event = probability(answer["probability"])
            return [1 - event, event]
        return [probability(answer["probabilities"][name]) for name in self.classes]

    def _chosen(self, answer: Answer, chances: list[float]) -> int:
        if "probability" in answer:
            return int(decided(answer, chances[1]))
        return self.classes.index(str(answer["label"]))


def bin_of(score: float) -> int:
    """Return the bin of a predicted probability, 0 to BINS - 1: equally wide in log odds, so also for rare outcomes."""
    odds = math.log(score) - math.log1p(-score) if 0 < score < 1 else math.copysign(math.inf, score - 0.5)
    return int(min(max((odds + _REACH) / (2 * _REACH), 0.0) * BINS, BINS - 1))


def decided(answer: Answer, chance: float) -> bool:
    """Return whether an event is acted on: by the model's own threshold, if its use case declares costs."""
    return bool(answer.get("decision", chance >= EVEN))


def probability(value: float) -> float:
    """Return a probability; ValueError if it is none."""
    if not 0 <= finite(value) <= 1:
        raise ValueError(f"{value} is no probability")
    return float(value)


def finite(value: float) -> float:
    """Return a number; ValueError if it is none, TypeError if it is nothing of the kind."""
    if isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return float(value)
