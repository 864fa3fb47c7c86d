"""The instances of a built-in XGBoost job as one: they train the same model, each on its own rows.

As the image does: the first host runs XGBoost's tracker, all connect to it, and hosts without data leave before the
second meeting. Every host reaches the others at 127.0.0.1, in a network that only this job has.
"""

import json
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

_LOG = logging.getLogger("sagemaker-xgboost")
_ADDRESS = "127.0.0.1"
_PORT = 9099  # the image's; the second meeting is on the next
_SECONDS = 60
_AGAIN_SECONDS = 0.1


def with_data(library: Any, hosts: Sequence[str], current: str, has_data: bool) -> list[str]:
    """Return the hosts that have data, the same list on each of them."""
    with meeting(hosts, current, _PORT):
        answers = [_tell(library, [current, has_data], root) for root in range(len(hosts))]
    return [host for host, has in answers if has]


@contextmanager
def meeting(hosts: Sequence[str], current: str, port: int = _PORT + 1) -> Iterator[bool]:
    """Connect to the other hosts as long as it lasts; gives whether this host is the master, the first by name.

    Raises:
        xgboost.core.XGBoostError: the others do not come within a minute, or one of them is lost.
    """
    from xgboost import collective
    from xgboost.tracker import RabitTracker

    ordered = sorted(hosts)
    if len(ordered) == 1:
        yield True
        return
    master = current == ordered[0]
    tracker = None
    if master:
        tracker = RabitTracker(n_workers=len(ordered), host_ip=_ADDRESS, port=port, sortby="task")
        tracker.start()
    place = {"dmlc_tracker_uri": _ADDRESS, "dmlc_tracker_port": port, "dmlc_task_id": str(ordered.index(current))}
    context = _connect(collective, {**place, "dmlc_timeout": _SECONDS, "dmlc_retry": 1})
    try:
        yield master
    finally:
        context.__exit__(None, None, None)
        if tracker is not None:
            tracker.wait_for(timeout=_SECONDS)


def _connect(collective: Any, arguments: dict[str, Any]) -> Any:
    # The master's tracker may not listen yet, and to knock first would be a connection that it takes for a worker.
    # XGBoost's own retries wait for seconds, so it has one and the patience is here.
    from xgboost.core import XGBoostError

    deadline = time.monotonic() + _SECONDS
    while True:
        context = collective.CommunicatorContext(**arguments)
        try:
            context.__enter__()
        except XGBoostError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_AGAIN_SECONDS)
        else:
            return context


def _tell(library: Any, mine: list[Any], root: int) -> list[Any]:
    rank = library.collective.get_rank()
    told: list[Any] = json.loads(str(library.collective.broadcast(json.dumps(mine) if rank == root else "", root)))
    return told
