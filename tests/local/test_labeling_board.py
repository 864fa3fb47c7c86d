"""The board of tasks by a clock of the test's own: who gets what, for how long, and what is kept."""

from pathlib import Path

import pytest

from local_cloud.sagemaker.labeling.board import Board, TaskGoneError, Worker
from local_cloud.sagemaker.store import Database, Store

ANA, BEN, EVE = (Worker(name, {"sub": name}) for name in ("ana", "ben", "eve"))
ANSWER = {"crowd-classifier": {"label": "cat"}}


class Clock:
    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(Database(tmp_path / "sagemaker.sqlite"), "000000000000", "ap-northeast-1")


def opened(store: Store, clock: Clock, objects: int = 2, workers: int = 2) -> Board:
    board = Board(store, "job", workers, 60, clock)
    board.add({"source": f"text {number}"} for number in range(objects))
    fields = {"state": "Open", "input": {}, "until": clock.time + 300}
    board.update({str(number): fields for number in range(objects)})
    return board


def taken(board: Board, worker: Worker) -> str | None:
    task = board.accept(worker)
    return None if task is None else str(task.object["id"])


def test_an_object_goes_to_as_many_workers_as_it_needs_and_to_each_once(store: Store, clock: Clock) -> None:
    board = opened(store, clock)
    assert [taken(board, worker) for worker in (ANA, BEN, EVE)] == ["0", "0", "1"]
    assert taken(board, ANA) == "0"
    board.submit(ANA, "0", ANSWER)
    assert taken(board, ANA) == "1"
    board.submit(ANA, "1", ANSWER)
    assert taken(board, ANA) is None
    board.submit(BEN, "0", ANSWER)
    assert board.counts() == {"Answered": 1, "Open": 1}
    assert board.waiting(ANA) == 0
    assert board.waiting(EVE) == 1


def test_an_answer_is_taken_once_and_only_from_who_has_the_task(store: Store, clock: Clock) -> None:
    board = opened(store, clock)
    with pytest.raises(TaskGoneError):
        board.submit(ANA, "0", ANSWER)
    board.accept(ANA)
    for object_id in ("1", "7"):
        with pytest.raises(TaskGoneError):
            board.submit(ANA, object_id, ANSWER)
    board.submit(ANA, "0", ANSWER)
    with pytest.raises(TaskGoneError):
        board.submit(ANA, "0", ANSWER)
    assert len(board.objects()[0]["answers"]) == 1


def test_a_task_that_takes_too_long_goes_to_somebody_else(store: Store, clock: Clock) -> None:
    board = opened(store, clock, objects=1, workers=1)
    assert taken(board, ANA) == "0"
    clock.time += 59
    assert taken(board, BEN) is None
    clock.time += 1
    assert taken(board, BEN) == "0"
    with pytest.raises(TaskGoneError, match="The time for this task is over"):
        board.submit(ANA, "0", ANSWER)
    board.release(BEN)
    assert taken(board, ANA) == "0"


def test_an_object_that_was_available_for_long_enough_ends_with_what_there_is(store: Store, clock: Clock) -> None:
    board = opened(store, clock)
    board.accept(ANA)
    board.submit(ANA, "0", ANSWER)
    board.accept(BEN)
    clock.time += 300
    with pytest.raises(TaskGoneError):
        board.submit(BEN, "0", ANSWER)
    assert taken(board, EVE) is None
    board.expire()
    first, second = board.objects()
    assert (first["state"], len(first["answers"])) == ("Answered", 1)
    assert (second["state"], second["reason"]) == ("Failed", "no worker answered while the task was available")


def test_another_server_finds_what_this_one_left(store: Store, clock: Clock) -> None:
    board = opened(store, clock)
    board.accept(ANA)
    board.submit(ANA, "0", ANSWER)
    board.accept(BEN)
    clock.time += 10
    again = Board(store, "job", 2, 60, clock)
    with pytest.raises(TaskGoneError):
        again.submit(BEN, "0", ANSWER)
    assert taken(again, BEN) == "0"
    clock.time += 20
    again.submit(BEN, "0", ANSWER)
    answers = again.objects("Answered")[0]["answers"]
    assert [(each["workerId"], each["acceptedAt"], each["submittedAt"]) for each in answers] == [
        ("ana", 1000.0, 1000.0), ("ben", 1010.0, 1030.0),
    ]  # fmt: skip
    assert taken(again, ANA) == "1"
    assert [item["id"] for item in again.objects()] == ["0", "1"]
