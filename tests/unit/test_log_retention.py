"""What the configuration allows as retention of logs, the construct has a name for."""

from typing import get_args

from config.environment import LogRetentionDays
from constructs.encrypted_log_group import RETENTION


def test_every_retention_of_the_configuration_has_a_name() -> None:
    days, *_ = get_args(LogRetentionDays)  # the rest checks what a file says
    assert set(RETENTION) == set(get_args(days))


def test_no_two_have_the_same_name() -> None:
    assert len(set(RETENTION.values())) == len(RETENTION)
