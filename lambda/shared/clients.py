"""AWS clients for functions."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

# SageMaker waits 60 seconds for a model and then says that it was too slow: longer, so that its word is heard.
_READ_SECONDS = 70


@cache
def client(service: str) -> Any:
    """Return a client that tries again by itself when AWS throttles.

    Botocore's own, since importing boto3 would add as much again to a cold start and give the same client.
    """
    config = Config(retries={"mode": "standard"}, read_timeout=_READ_SECONDS)
    return botocore.session.get_session().create_client(service, config=config)
