"""What a dashboard shows of an environment: what rings, what could not be delivered, its functions, what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass

from constructs.dashboard_widgets import COLUMNS, Line, Widget, alarm_status, graph, metric, search, text
from constructs.runbook_links import RunbookLinks
from constructs.use_case_board import Row

QUEUES, FUNCTIONS, BILLING = "AWS/SQS", "AWS/Lambda", "AWS/Billing"
BILLING_REGION = "us-east-1"  # where CloudWatch has the charges of all regions
_SIX_HOURS = 21600
_OF_RELEASES = "docs/runbooks/release.md#the-release-function-has-errors-or-is-throttled"


@dataclass(frozen=True)
class EnvironmentBoard:
    """One environment.

    Attributes:
        environment: its name.
        region: where it is deployed.
        runbooks: links to them.
        monthly_usd: its budget.
        alarms: ARNs of all its alarms; own: those of no use case.
        looks: names of the queues of messages that ask its functions to look.
        use_cases: folders of those that are on which dashboard.
    """

    environment: str
    region: str
    runbooks: RunbookLinks
    monthly_usd: int
    alarms: Sequence[str]
    own: Sequence[str]
    looks: Sequence[str]
    use_cases: Sequence[tuple[str, str]]

    def first(self) -> list[Row]:
        """Return the sections that come before those of use cases."""
        ringing = alarm_status("What rings now, newest first", self.alarms, only_ringing=True)
        own = alarm_status(f"Alarms of {self.environment}'s functions and queues", self.own)
        return [
            [self._head()],
            *([widget] for widget in (*ringing, *own)),
            self._queues(),
            self._functions(),
        ]

    def _head(self) -> Widget:
        links = ", ".join(f"{folder} on `{dashboard}`" for folder, dashboard in self.use_cases)
        said = (
            f"# {self.environment}\nThe description of an alarm says what happened, and which heading of which "
            "runbook says what to do. Drift and quality take days: choose a longer time above.\n\n"
            f"Use cases: {links or 'none yet'}. {self.runbooks.to('docs/runbooks', 'All runbooks')}"
        )
        return text(said, width=COLUMNS, height=3)

    def _queues(self) -> Row:
        said = (
            '### Dead letters\nMessages only say "look again": none is lost, the hourly look does the same. First: the '
            "log of the function, then mend and purge.\n"
            f"- {self.runbooks.to('docs/runbooks/release.md#failedevents', 'events of releases')}\n"
            f"- {self.runbooks.to('docs/runbooks/release.md#undeliveredevents', 'events that no queue got')}"
        )
        queues = {"QueueName": f"{self.environment}-control*"}
        label = "${PROP('Dim.QueueName')}"
        dead = search(
            ["ApproximateNumberOfMessagesVisible"], QUEUES, ("QueueName",), queues, stat="Maximum", label=label
        )
        looks = [
            metric(QUEUES, "ApproximateAgeOfOldestMessage", {"QueueName": name}, label=name) for name in self.looks
        ]
        return [
            text(said),
            graph(
                "Messages in queues; in those named Failed... or Undelivered... for people",
                self.region,
                [dead],
                width=12,
            ),
            *(
                [graph("Oldest message that asks for a look, seconds", self.region, looks, stat="Maximum")]
                if looks
                else []
            ),
        ]

    def _functions(self) -> Row:
        control = f"aws cloudformation describe-stack-resources --stack-name {self.environment}-control"
        said = (
            "### Functions\nThey are tried again; an hourly look goes on with what is left. First: the function's log; "
            f"its name is in `{control}`.\n"
            f"- {self.runbooks.to(_OF_RELEASES, 'release')}"
        )
        where, label = {"FunctionName": f"{self.environment}-control*"}, "${PROP('Dim.FunctionName')}"

        def of_all(name: str, stat: str) -> list[Line]:
            return [search([name], FUNCTIONS, ("FunctionName",), where, stat=stat, label=label)]

        return [
            text(said),
            graph("Errors", self.region, of_all("Errors", "Sum")),
            graph("Throttles", self.region, of_all("Throttles", "Sum")),
            graph("Longest run, milliseconds", self.region, of_all("Duration", "Maximum")),
        ]

    def cost(self) -> Row:
        """Return the section that comes last."""
        said = (
            f"### Cost\nCloudWatch has one figure of cost: the account's estimated charges since the month began, all "
            "regions and environments in it, some times a day, and only where billing alerts are switched on. What "
            f"{self.environment} costs (its budget: {self.monthly_usd:,} USD a month) is in Cost Explorer, by the cost "
            "allocation tag `ml-loop:environment`; once that is activated, AWS Budgets tells the alarm topic in time. "
            f"What it should cost: `python -m ops cost {self.environment}`."
        )
        total = metric(BILLING, "EstimatedCharges", {"Currency": "USD"}, label="all services")
        by_service, usd = ("Currency", "ServiceName"), {"Currency": "USD"}
        services = search(["EstimatedCharges"], BILLING, by_service, usd, stat="Maximum",
                          label="${PROP('Dim.ServiceName')}", seconds=_SIX_HOURS)  # fmt: skip

        def charges(title: str, line: Line, width: int) -> Widget:
            return graph(title, BILLING_REGION, [line], width=width, stat="Maximum", period=_SIX_HOURS)

        return [
            text(said),
            charges("Account: estimated charges of the month, USD", total, 6),
            charges("Account: the same, by service, USD", services, 12),
        ]
