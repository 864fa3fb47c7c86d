"""AWS clients for functions."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config


@cache
def client(service: str) -> Any:
    """Return a client that tries again by itself when AWS throttles.

    Botocore's own, since importing boto3 would add as much again to a cold start and give the same client.
    """
    return botocore.session.get_session().create_client(service, config=Config(retries={"mode": "standard"}))
