"""What tests need that a machine may lack. A person's machine skips; where CI is set it is an error.

Otherwise a gate would pass that had not looked.
"""

import os
import subprocess
from functools import cache

import pytest

WITHOUT_NETWORK = ["unshare", "--map-root-user", "--net"]  # begins a command that has a network of its own


def need(there: bool, what: str) -> None:
    """Skip the test if something is not there, which is said in a sentence; fail where CI is set."""
    if not has(there, what):
        pytest.skip(what)


def has(there: bool, what: str) -> bool:
    """Return whether something is there, for a test that shows less without it; fail if not and CI is set."""
    if not there and os.environ.get("CI"):
        pytest.fail(f"{what} CI is set, so nothing may be left out.", pytrace=False)
    return there


def without_network() -> list[str]:
    """Return what begins a command without a network, nothing on a system that lets nobody leave it."""
    return WITHOUT_NETWORK if has(_can_leave(), "This system lets nobody leave the network.") else []


def need_private_network() -> None:
    """Skip or fail where no process can leave the network."""
    need(_can_leave(), "This system lets nobody leave the network.")


@cache
def _can_leave() -> bool:
    try:
        return subprocess.run([*WITHOUT_NETWORK, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
