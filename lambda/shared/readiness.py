"""Wait for a serverless endpoint, which begins to start a container at the first request that finds none."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from botocore.exceptions import ClientError

T = TypeVar("T")


def once_ready(ask: Callable[[], T], pauses: Iterable[float]) -> T:
    """Return what `ask` returns, called again after each pause, in seconds, for as long as the model is not ready.

    Raises:
        ClientError: any other than ModelNotReadyException; that too, once there are no more pauses.
    """
    for pause in pauses:
        try:
            return ask()
        except ClientError as error:
            if error.response["Error"]["Code"] != "ModelNotReadyException":
                raise
            time.sleep(pause)
    return ask()
