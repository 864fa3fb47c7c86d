"""Clients for the other services of the local cloud."""

from typing import Any

from botocore.config import Config

from local_cloud import clients
from local_cloud.platform import Credentials
from local_cloud.sagemaker.api import Call


def client(call: Call, service: str, credentials: Credentials, config: Config | None = None) -> Any:
    """Return a client of a service in the call's region; threads may share the client itself."""
    return clients.create(service, call.platform.endpoint_url, call.store.region, credentials, config)


def of_account(call: Call, service: str) -> Any:
    """Return a client that acts as the account itself: a request says who calls, not with which credentials."""
    access_key = "test" if call.store.account == "000000000000" else call.store.account
    return client(call, service, Credentials(access_key, "test", ""))
