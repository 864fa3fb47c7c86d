"""The dashboards of an environment: what a person on call looks at first. Only where the environment wants them."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from config import Environment, UseCase
from config.use_case.metrics import PRIMARY
from config.use_case.native_monitor import BACKEND
from constructs.arns import Arns
from constructs.dashboard import Dashboard
from constructs.dashboard_widgets import placed
from constructs.endpoint_sections import endpoint, experiment, releases
from constructs.environment_board import EnvironmentBoard
from constructs.look_queue import LooksAt, look_queue_name
from constructs.loop_sections import batch, labelling, pipelines
from constructs.monitoring_sections import monitoring
from constructs.runbook_links import RunbookLinks
from constructs.use_case_board import Row, UseCaseBoard

MOST_USE_CASES = 10  # on a dashboard: more nobody scrolls through
_MOST_METRICS = 2200  # of a dashboard's 2,500, which leaves room for the environment's own
_METRICS_OF_A_USE_CASE = 80  # without those by feature: two graphs of two variants each
_PARTS: tuple[LooksAt, ...] = ("batch", "experiment", "label", "monitor", "retrain")


class DashboardStack(cdk.Stack):
    """A dashboard of the environment and its use cases, further ones where there are more of these than it holds.

    It knows of other stacks no more than names, so that none of them waits for it and nothing keeps them.

    Args:
        environment: that it is about.
        use_cases: on the dashboards, in this order.
        own_alarms: names of the alarms of no use case.
        alarms: names of the alarms of each use case, by its name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        use_cases: Sequence[UseCase],
        own_alarms: Sequence[str],
        alarms: Mapping[str, Sequence[str]],
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        self._environment, self._runbooks = environment, RunbookLinks(environment.repository_url)
        self._alarms = alarms
        parts = _fitting(use_cases)
        names = [f"ml-loop-{environment.name}{f'-{number}' * (number > 1)}" for number in range(1, len(parts) + 2)]
        rows = {name: self._rows(part) for name, part in zip(names, parts, strict=False)} or {names[0]: []}
        where = [(one.name, name) for name, part in zip(names, parts, strict=False) for one in part]
        whole = self._whole(use_cases, own_alarms, where)
        rows[names[0]] = [*whole.first(), *rows[names[0]], whole.cost()]
        for number, (name, shown) in enumerate(rows.items(), start=1):
            Dashboard(self, f"Dashboard{number}", name=name, widgets=placed(shown))

    def _whole(
        self, use_cases: Sequence[UseCase], own: Sequence[str], where: Sequence[tuple[str, str]]
    ) -> EnvironmentBoard:
        name = self._environment.name
        looks = [part for part in _PARTS if any(getattr(one, part) is not None for one in use_cases)]
        return EnvironmentBoard(
            environment=name,
            region=self._environment.region,
            runbooks=self._runbooks,
            monthly_usd=self._environment.budget.monthly_usd,
            alarms=self._arns([*own, *(alarm for one in use_cases for alarm in self._alarms[one.name])]),
            own=self._arns(own),
            looks=[look_queue_name(name, part) for part in looks],
            use_cases=where,
        )

    def _rows(self, use_cases: Sequence[UseCase]) -> list[Row]:
        sections = (endpoint, monitoring, experiment, releases, pipelines, labelling, batch)
        found: list[Row] = []
        for use_case in use_cases:
            board = self._board(use_case)
            found += board.head()
            found += [row for section in sections for row in section(board)]
        return found

    def _board(self, use_case: UseCase) -> UseCaseBoard:
        environment = self._environment
        serving = environment.serves(use_case.name)
        machine = f"stateMachine:{environment.name}-{use_case.slug}-preparation"
        return UseCaseBoard(
            environment=environment.name,
            folder=use_case.name,
            slug=use_case.slug,
            description=use_case.description,
            region=environment.region,
            runbooks=self._runbooks,
            latency_ms=serving.latency_ms,
            figure=None if use_case.problem == "clustering" else PRIMARY[use_case.problem],
            serverless=serving.serverless is not None,
            native_monitor=use_case.monitor is not None and use_case.monitor.backend == BACKEND,
            machine_arn=Arns.of(self).arn("states", machine) if use_case.prepare.before_the_pipeline else None,
            parts=frozenset(part for part in _PARTS if getattr(use_case, part) is not None),
            alarms=self._arns(self._alarms[use_case.name]),
        )

    def _arns(self, names: Sequence[str]) -> list[str]:
        return [Arns.of(self).arn("cloudwatch", f"alarm:{name}") for name in names]


def _fitting(use_cases: Sequence[UseCase]) -> list[list[UseCase]]:
    """Return use cases as they fit on dashboards, in their order (docs/decisions/dashboards.md)."""
    found: list[list[UseCase]] = []
    room = 0
    for use_case in use_cases:
        metrics = _METRICS_OF_A_USE_CASE + (4 * use_case.monitor.features if use_case.monitor else 0)
        if not found or len(found[-1]) == MOST_USE_CASES or metrics > room:
            found.append([])
            room = _MOST_METRICS
        found[-1].append(use_case)
        room -= metrics
    return found
