"""How long one prediction takes, features included: the serving code beside pandas, by itself and over HTTP."""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from benchmarks import flight_model, http_latency, pandas_peer
from benchmarks.flight_model import ROOT, Served
from pipelines_src.steps.scoring import Refusal, Scorer

REQUESTS, ROUNDS, WARM_UP = 200, 4, 50
IN_PROCESS, OVER_HTTP, DIFFERENCE = 25, 4, 1e-6
_JSON = "application/json"
Ask = Callable[[Sequence[str]], tuple[list[float], list[Any]]]


@dataclass(frozen=True)
class Result:
    """One way to ask for a prediction: microseconds of ours and of the peer, request by request; in process those that
    the processor worked, over HTTP those until the answer.

    Attributes:
        times_at_least: how many times faster it must be; 0 if nothing is promised.
        tail: whether that is promised for the 99th percentile as well.
        difference: the largest between a prediction of ours and the peer's, which is XGBoost's.
    """

    name: str
    times_at_least: float
    tail: bool
    ours: list[float]
    peer: list[float]
    difference: float

    def ratio(self, percentile: float) -> float:
        """How many times faster ours is at a percentile."""
        return float(np.percentile(self.peer, percentile) / np.percentile(self.ours, percentile))

    @property
    def kept(self) -> bool:
        """Whether it is as fast, and as right, as promised."""
        fast = all(self.ratio(at) >= self.times_at_least for at in ((50, 99) if self.tail else (50,)))
        return fast and self.difference <= DIFFERENCE


def run(out: Path) -> list[Result]:
    """Measure and plot."""
    with tempfile.TemporaryDirectory() as folder:
        served = flight_model.build(Path(folder), REQUESTS)
        scorer, peer = Scorer.load(served.folder), _peer(served.folder)
        results = [
            _compare("in process", IN_PROCESS, False, _by(_respond(scorer)), _by(peer), served),
            _over_http(served),
        ]
    _plot(results, out / "predict.svg")
    return results


def _respond(scorer: Scorer) -> Callable[[str], str]:
    def respond(body: str) -> str:
        answer = scorer.respond(body, _JSON, _JSON)
        if isinstance(answer, Refusal):
            raise TypeError(f"The serving code refuses a request: {answer.data!r}")
        return answer[0]

    return respond


def _peer(folder: Path) -> Callable[[str], str]:
    handle = pandas_peer.handler(folder)
    return lambda body: json.dumps(handle(json.loads(body)))


def _by(answer: Callable[[str], str]) -> Ask:
    """Time the calling thread's use of the processor, which other work on the machine does not lengthen; the peer's
    is several milliseconds long, so that its elapsed time would grow more than ours."""

    def ask(bodies: Sequence[str]) -> tuple[list[float], list[str]]:
        times, answers = [], []
        for body in bodies:
            started = time.thread_time_ns()
            answers.append(answer(body))
            times.append((time.thread_time_ns() - started) / 1000)
        return times, answers

    return ask


def _over_http(served: Served) -> Result:
    served_by = ["local_cloud.sagemaker.endpoints.model_server", "--model-dir", str(served.folder)]
    script = {"SAGEMAKER_PROGRAM": "serve.py", "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code"}
    peer_by = ["uvicorn", "benchmarks.pandas_peer:application", "--factory", "--log-level", "warning"]
    of_peer = {pandas_peer.FOLDER: str(served.folder), "PYTHONPATH": str(ROOT)}
    of_ours = {**script, "PYTHONPATH": str(ROOT)}
    logs = served.folder.parent
    with http_latency.serving(served_by, logs, of_ours) as ours, http_latency.serving(peer_by, logs, of_peer) as peer:
        return _compare(
            "over HTTP", OVER_HTTP, True, lambda bodies: http_latency.measure(ours, bodies),
            lambda bodies: http_latency.measure(peer, bodies), served,
        )  # fmt: skip


def _compare(name: str, times: float, tail: bool, ours: Ask, peer: Ask, served: Served) -> Result:
    """Ask both by turns, so that what else the machine does meets both."""
    found: dict[str, list[float]] = {"ours": [], "peer": []}
    difference = 0.0
    for ask in (ours, peer):
        ask(served.bodies[:WARM_UP])
    for _ in range(ROUNDS):
        answers = []
        for who, ask in (("ours", ours), ("peer", peer)):
            took, bodies = ask(served.bodies)
            found[who] += took
            answers.append(np.array([json.loads(body)["predictions"][0]["probability"] for body in bodies]))
        difference = max(difference, float(np.abs(answers[0] - answers[1]).max()))
    return Result(name, times, tail, found["ours"], found["peer"], difference)


def _plot(results: list[Result], path: Path) -> None:
    figure = Figure(figsize=(9, 3.6))
    at = np.concatenate([np.arange(1, 99), np.arange(99, 100, 0.1)])
    peers = {"in process": "pandas + DMatrix", "over HTTP": "FastAPI + pandas"}
    for axes, shown in zip(figure.subplots(1, 2), peers, strict=True):
        for result in [result for result in results if result.name.startswith(shown)]:
            axes.plot(at, np.percentile(result.ours, at), label=f"ML Loop{result.name.removeprefix(shown)}")
        first = next(result for result in results if result.name == shown)
        axes.plot(at, np.percentile(first.peer, at), label=peers[shown])
        axes.set(xlabel="percentile", ylabel="microseconds per prediction", yscale="log", title=shown)
        axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path)
