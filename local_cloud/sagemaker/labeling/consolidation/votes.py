"""The most probable class of workers of unknown reliability: expectation maximisation over answers and workers."""

from typing import Any

import numpy as np
import numpy.typing as npt

from local_cloud.sagemaker.labeling.consolidation import Answers, Label, Question

Votes = dict[str, dict[str, int]]  # object -> worker -> class
Array = npt.NDArray[np.float64]
_ROUNDS = 50
_CLOSE = 1e-6
# What is thought of a worker before anything is known: right in 8 of 10 answers, which weighs as much as ten answers.
_RIGHT, _ANSWERS = 8.0, 10.0


def single(answers: list[Answers], question: Question) -> dict[str, Label]:
    """Consolidate answers of one class each."""
    votes = {
        item.object_id: {worker: question.index(value["label"]) for worker, value in item.by_worker.items()}
        for item in answers
    }
    labels = {}
    for object_id, posterior in posteriors(votes, len(question.categories)).items():
        best = int(np.argmax(posterior))
        confidence = 0.0 if len(votes[object_id]) == 1 else round(float(posterior[best]), 2)
        labels[object_id] = Label(best, {"class-name": question.names[best], "confidence": confidence})
    return labels


def several(answers: list[Answers], question: Question) -> dict[str, Label]:
    """Consolidate answers of any number of classes each: all that somebody chose, with how sure each is."""
    chosen = {
        item.object_id: {worker: {question.index(name) for name in value["labels"]} for worker, value in
                         item.by_worker.items()}
        for item in answers
    }  # fmt: skip
    sure: dict[str, dict[str, float]] = {object_id: {} for object_id in chosen}
    for index in range(len(question.categories)):
        votes = {key: {worker: int(index in took) for worker, took in item.items()} for key, item in chosen.items()}
        for object_id, posterior in posteriors(votes, 2).items():
            if any(votes[object_id].values()):
                alone = len(votes[object_id]) == 1
                sure[object_id][str(index)] = 0.0 if alone else round(float(posterior[1]), 2)
    return {object_id: _several(found, question) for object_id, found in sure.items()}


def posteriors(votes: Votes, classes: int) -> dict[str, Array]:
    """Return the probability of each class for each object.

    A worker is right with a probability of their own and errs towards each other class alike; that probability and the
    classes are estimated in turns until they no longer change.
    """
    workers = sorted({worker for given in votes.values() for worker in given})
    right = dict.fromkeys(workers, _RIGHT / _ANSWERS)
    found: dict[str, Array] = {}
    for _ in range(_ROUNDS):
        found = {object_id: _posterior(given, right, classes) for object_id, given in votes.items()}
        hits = dict.fromkeys(workers, _RIGHT)
        total = dict.fromkeys(workers, _ANSWERS)
        for object_id, given in votes.items():
            for worker, answer in given.items():
                hits[worker] += float(found[object_id][answer])
                total[worker] += 1
        before, right = right, {worker: hits[worker] / total[worker] for worker in workers}
        if all(abs(right[worker] - before[worker]) < _CLOSE for worker in workers):
            break
    return found


def _posterior(given: dict[str, int], right: dict[str, float], classes: int) -> Array:
    logs = np.zeros(classes)
    for worker, answer in given.items():
        wrong = np.log((1 - right[worker]) / max(classes - 1, 1))
        logs += wrong
        logs[answer] += np.log(right[worker]) - wrong
    weights = np.exp(logs - logs.max())
    posterior: Array = weights / weights.sum()
    return posterior


def _several(found: dict[str, float], question: Question) -> Label:
    metadata: dict[str, Any] = {
        "class-map": {index: question.names[int(index)] for index in found},
        "confidence-map": found,
    }
    return Label([int(index) for index in found], metadata)
