"""Where the local cloud listens, and what it says to what it does not do."""

import socket
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import RunningCloud


def test_it_listens_on_one_loopback_port_only(local_cloud: RunningCloud) -> None:
    own = [psutil.Process(local_cloud.process.pid), *psutil.Process(local_cloud.process.pid).children(recursive=True)]
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for process in own
        for connection in process.net_connections()
        if connection.status == psutil.CONN_LISTEN
    }
    assert ("127.0.0.1", local_cloud.port) in listening
    assert {address for address, _ in listening} == {"127.0.0.1"}


def test_it_does_not_answer_on_the_machines_own_address(local_cloud: RunningCloud) -> None:
    addresses = {
        address.address
        for found in psutil.net_if_addrs().values()
        for address in found
        if address.family == socket.AF_INET and not address.address.startswith("127.")
    }
    for address in addresses:
        with pytest.raises(OSError):
            socket.create_connection((address, local_cloud.port), timeout=2)


def test_an_operation_it_does_not_implement_is_refused_by_name(client: Any) -> None:
    with pytest.raises(ClientError, match="does not implement sagemaker:CreateDomain") as refused:
        client("sagemaker").create_domain(
            DomainName="d", AuthMode="IAM", DefaultUserSettings={}, SubnetIds=["subnet-1"], VpcId="vpc-1"
        )
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
