"""A log group under a customer-managed key, for a stated time."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs.removal import removal_policy

_Days = logs.RetentionDays
# The configuration speaks of days, the L2 of names for them.
RETENTION = {
    1: _Days.ONE_DAY,
    3: _Days.THREE_DAYS,
    5: _Days.FIVE_DAYS,
    7: _Days.ONE_WEEK,
    14: _Days.TWO_WEEKS,
    30: _Days.ONE_MONTH,
    60: _Days.TWO_MONTHS,
    90: _Days.THREE_MONTHS,
    120: _Days.FOUR_MONTHS,
    150: _Days.FIVE_MONTHS,
    180: _Days.SIX_MONTHS,
    365: _Days.ONE_YEAR,
    400: _Days.THIRTEEN_MONTHS,
    545: _Days.EIGHTEEN_MONTHS,
    731: _Days.TWO_YEARS,
    1096: _Days.THREE_YEARS,
    1827: _Days.FIVE_YEARS,
    3653: _Days.TEN_YEARS,
}


class EncryptedLogGroup(Construct):
    """A log group, unnamed unless a service writes to a name of its own choice.

    Args:
        key: encrypts it; its policy must allow CloudWatch Logs.
        days: how long records are kept, one of CloudWatch's values.
        destroy: whether it goes with the environment.
        name: the name that the service writes to.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        key: kms.IKey,
        days: int,
        destroy: bool,
        name: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.log_group = logs.LogGroup(
            self,
            "Resource",
            log_group_name=name,
            encryption_key=key,
            retention=RETENTION[days],
            removal_policy=removal_policy(destroy=destroy),
        )
