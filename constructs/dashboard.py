"""A dashboard of CloudWatch."""

import json
from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs.dashboard_widgets import Widget


class Dashboard(Construct):
    """One dashboard; its graphs show three days and choose their periods by what is shown.

    Args:
        name: of its own in the account: dashboards know no region.
        widgets: with their places.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, widgets: Sequence[Widget]) -> None:
        super().__init__(scope, construct_id)
        body = {"start": "-P3D", "periodOverride": "auto", "widgets": list(widgets)}
        cloudwatch.CfnDashboard(
            self,
            "Resource",
            dashboard_name=name,
            dashboard_body=json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        )
