"""How sure a model was of an answer."""

from ..answers import Answer
from ..outcomes.numbers import decided, finite, probability

DOUBT, ANSWER = "doubt", "answer"


class Doubt:
    """As `outcomes.numbers.Metric`: what is kept of an answer.

    `doubt` is 1 less the margin between the two likeliest classes: 0 where the model is certain, 1 where it cannot tell
    them apart (Scheffer, Decomain and Wrobel 2001). A number has none. `answer` is the class, the decision or the
    number.
    """

    columns = (DOUBT, ANSWER)

    def __init__(self, problem: str, classes: tuple[str, ...]) -> None:
        self._problem, self.classes = problem, classes

    def numbers(self, answer: Answer) -> list[float]:
        """Return the values of the columns; ValueError, KeyError or TypeError where the answer is no prediction."""
        if self._problem == "binary_classification":
            chance = probability(answer["probability"])
            return [1 - abs(2 * chance - 1), float(decided(answer, chance))]
        if self._problem == "multiclass_classification":
            first, second = sorted((probability(one) for one in answer["probabilities"].values()), reverse=True)[:2]
            return [1 - (first - second), float(self.classes.index(str(answer["label"])))]
        return [0.0, finite(answer["value"])]
