"""What happens beside serving: captures, logs and metrics are sent, and a process that has ended is started again."""

import sys
import threading
import time

from local_cloud.sagemaker.endpoints import fleets, live

_EVERY_SECONDS = 1.0
# Whoever reads captures opens every file, and compares variants: there are few files, of all of them at the same time.
_CAPTURES_AND_METRICS_EVERY_ROUNDS = 5
_RESTART_SECONDS = 30.0

_lock = threading.Lock()
_thread: threading.Thread | None = None


def start() -> None:
    """Start the one thread that does it, unless it runs."""
    global _thread  # noqa: PLW0603 - one thread per Python process
    with _lock:
        if _thread is None:
            _thread = threading.Thread(target=_run, name="endpoint-housekeeping", daemon=True)
            _thread.start()


def _run() -> None:
    complained: set[str] = set()
    rounds = 0
    while True:
        time.sleep(_EVERY_SECONDS)
        rounds += 1
        for variant in _variants():
            try:
                failures = _care(variant, all_of_it=rounds % _CAPTURES_AND_METRICS_EVERY_ROUNDS == 0)
            except Exception as error:  # this thread serves all endpoints
                failures = [f"variant {variant.name}: {error}"]
            for failure in {*failures} - complained:
                print(f"endpoint housekeeping: {failure}", file=sys.stderr, flush=True)
            complained.update(failures)


def _care(variant: live.LiveVariant, *, all_of_it: bool) -> list[str]:
    if not variant.process.alive and not variant.process.stopped:
        variant.telemetry.log("The process has ended; it is started again.")
        variant.process.start(variant.telemetry.log)
        variant.process.wait_until_healthy(_RESTART_SECONDS)
    if variant.containers:
        variant.containers.rest(variant.in_flight)
    return fleets.send(variant, all_of_it=all_of_it)


def _variants() -> list[live.LiveVariant]:
    fleets_now = [
        fleet for endpoint in [*live.ENDPOINTS.values()] for fleet in (endpoint.fleet, endpoint.incoming) if fleet
    ]
    return [variant for fleet in fleets_now for variant in fleet.variants()]
