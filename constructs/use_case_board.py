"""What a dashboard shows of one use case, in sections: rows of widgets beside a text that says what to do first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from constructs.dashboard_widgets import COLUMNS, Line, Widget, alarm_status, graph, metric, text
from constructs.runbook_links import RunbookLinks

NAMESPACE = "MlLoop"
Row = Sequence[Widget]


@dataclass(frozen=True)
class UseCaseBoard:
    """One use case in an environment.

    Attributes:
        environment: its name.
        folder, slug: the use case's name, as files and as resources spell it.
        description: of it.
        region: where it is deployed.
        runbooks: links to them.
        latency_ms: from when on an answer is slow.
        figure: that its quality is spoken of by; None: its problem has none.
        serverless: whether its endpoint is.
        native_monitor: whether SageMaker Model Monitor watches it.
        machine_arn: of the state machine that prepares its data, if one does.
        parts: of "batch", "experiment", "label", "monitor", "retrain", those that it has.
        alarms: ARNs of its alarms.
    """

    environment: str
    folder: str
    slug: str
    description: str
    region: str
    runbooks: RunbookLinks
    latency_ms: int
    figure: str | None
    serverless: bool = False
    native_monitor: bool = False
    machine_arn: str | None = None
    parts: frozenset[str] = frozenset()
    alarms: Sequence[str] = field(default=())

    @property
    def name(self) -> str:
        """Name of its endpoint and of its pipeline."""
        return f"{self.environment}-{self.slug}"

    def graph(self, title: str, lines: Sequence[Line], **properties: Any) -> Widget:
        """Return a graph of its region."""
        return graph(title, self.region, lines, **properties)

    def counted(self, title: str, names: Mapping[str, str], **properties: Any) -> Widget:
        """Return a graph of what functions counted of it: the metrics' names, and how people call them."""
        own = {"Environment": self.environment, "UseCase": self.slug}
        lines = [metric(NAMESPACE, name, own, label=label) for name, label in names.items()]
        return self.graph(title, lines, **{"period": 3600, "view": "timeSeries", **properties})

    def section(self, title: str, said: str, *links: tuple[str, str]) -> Widget:
        """Return the text of a section; `{command}` in it stands for environment and use case, as commands take them.

        Args:
            title: of the section.
            said: what to do first.
            links: paths of runbooks with headings, and the words of their links.
        """
        listed = "".join(f"\n- {self.runbooks.to(path, words)}" for path, words in links)
        said = said.replace("{command}", f"{self.environment} {self.folder}")
        return text(f"### {title}\n{said}\n{listed}")

    def head(self) -> list[Row]:
        """Return the name of the use case and its alarms."""
        title = text(f"## {self.folder}\n{self.description}", width=COLUMNS, height=2)
        return [[title], *([widget] for widget in alarm_status(f"Alarms of {self.slug}", self.alarms))]
