"""One use case's labelling: who labels, what makes the jobs, what asks for them.

Only where the use case has a section `label`.
"""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from config import Environment, UseCase, ground_truth
from config.closed_services import closed_services
from config.labelling import jobs_in, require_template
from config.use_case.label import Workers
from config.worker_page import categories_file, worker_page
from constructs.arns import Arns
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.job_file import JobFile
from constructs.label_alarms import LabelAlarms
from constructs.label_triggers import LabelTriggers
from constructs.labelling_machine import JobsOf, LabellingMachine, labelling_machine_name
from constructs.labelling_role import LabellingPlaces, LabellingRole
from constructs.labelling_team import LabellingTeam
from constructs.look_queue import LookQueues, look_queue_name
from pipelines_src.definition.labelling_machine import LabellingSettings, labelling_machine
from pipelines_src.job_code import SOURCES
from stacks.annotation_part import add_annotation
from stacks.function_kit import FunctionKit
from stacks.labeling_terms import functions_of, needs_annotation, terms_of

if TYPE_CHECKING:
    from stacks.control_stack import ControlStack
    from stacks.data_stack import DataStack
    from stacks.network_stack import NetworkStack
    from stacks.security_stack import SecurityStack


@dataclass(frozen=True)
class _Files:
    page: JobFile | None
    categories: JobFile


class LabelingStack(cdk.Stack):
    """Terms and alarms; for Ground Truth also a team, a role, functions, the state machine of jobs, and rules.

    Args:
        environment: where it is deployed.
        use_case: what is labelled; it has a section `label`.
        network, security, data: what it stands on.
        control: has the label function, tells people, and keeps what rules cannot deliver.

    Raises:
        ConfigError: the page is not there.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: Environment,
        use_case: UseCase,
        network: "NetworkStack",
        security: "SecurityStack",
        data: "DataStack",
        control: "ControlStack",
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        if use_case.label is None:
            raise ValueError(f"{use_case.name} has no section label")
        label = self._label = jobs_in(environment, use_case.label)
        self._environment, self._use_case = environment, use_case.model_copy(update={"label": label})
        self._network, self._security, self._data, self._control = network, security, data, control
        self._name = f"{environment.name}-{use_case.slug}"
        self.alarms: list[str] = []
        if label.backend != use_case.label.backend:
            cdk.Annotations.of(self).add_warning_v2(
                "ml-loop:no-workforce",
                f"{use_case.name}: {environment.name} names no workforce, so that there are no labelling jobs in it; "
                "labels are imported (python -m ops label import). To have jobs, name a file of workforces/.",
            )
        for closed in (one for one in closed_services(self._use_case) if one.section == "label"):
            cdk.Annotations.of(self).add_warning_v2(f"ml-loop:closed-{closed.name}", f"{use_case.name}: {closed.text}")
        terms = self._parameter()
        if label.workers:
            require_template(use_case, SOURCES.folder)
            machine = self._jobs(label.workers, self._files())
            # The function reads the terms and starts the machine.
            terms.add_resource_dependency(machine.resource)
            self._triggers(machine.resource.ref)
        else:
            self._triggers(None)
        self.alarms += LabelAlarms(
            self,
            "Alarms",
            environment=environment.name,
            use_case=use_case.slug,
            topic_arn=control.alarm_topic_arn,
        ).names

    def _parameter(self) -> ssm.CfnParameter:
        machine = labelling_machine_name(self._environment.name, self._use_case.slug)
        arn = Arns.of(self).arn("states", f"stateMachine:{machine}") if self._label.workers else ""
        return ssm.CfnParameter(
            self,
            "Terms",
            name=f"/ml-loop/{self._environment.name}/{self._use_case.slug}/label",
            type="String",
            description=f"On which terms {self._use_case.name} is labelled; the label function reads it",
            value=json.dumps(terms_of(self._label, arn), sort_keys=True),
        )

    def _files(self) -> _Files:
        page = worker_page(self._use_case, self._label.task, SOURCES.folder)
        with tempfile.TemporaryDirectory(prefix="ml-loop-") as folder:
            categories = Path(folder) / "categories.json"
            categories.write_text(categories_file(self._label.task), encoding="utf-8")
            made = JobFile(self, "Categories", path=categories)
            if page is None:
                return _Files(None, made)
            path = Path(folder) / "page.html"
            path.write_text(page, encoding="utf-8")
            return _Files(JobFile(self, "Page", path=path), made)

    def _jobs(self, workers: Workers, files: _Files) -> LabellingMachine:
        label, environment, team = self._label, self._environment, self._team(workers)
        places = LabellingPlaces(
            use_case=self._use_case.name,
            raw=self._data.raw,
            labelled=self._data.labelled,
            data_key=self._security.data_key.key_arn,
            files=tuple((one.bucket_arn, one.file_name) for one in (files.page, files.categories) if one),
        )
        ours = self._annotation(places) if needs_annotation(label) else ""
        functions = functions_of(label, environment.region, ours)
        role = LabellingRole(
            self,
            "Role",
            path=f"/ml-loop/{environment.name}/{self._use_case.slug}/labelling/",
            places=places,
            functions=list(dict.fromkeys(functions)),
            placement=self._network.jobs if label.automatic else None,
        ).role
        placement = self._network.jobs
        settings = LabellingSettings(
            partition=self.partition,
            region=environment.region,
            role_arn=role.role_arn,
            team_arn=team,
            page_uri=files.page.uri if files.page else None,
            categories_uri=files.categories.uri,
            functions=functions,
            output_key=places.data_key,
            volume_key=places.data_key,
            subnets=tuple(placement.subnet_ids) if label.automatic else (),
            security_groups=(placement.security_group_id,) if label.automatic else (),
            tags=self._tags(),
        )
        machine = LabellingMachine(
            self,
            "Machine",
            name=labelling_machine_name(environment.name, self._use_case.slug),
            definition=labelling_machine(label, workers, settings),
            jobs=JobsOf(f"{self._name}-", team, role.role_arn),
            log_group=EncryptedLogGroup(
                self,
                "MachineLogs",
                key=self._security.logs_key,
                days=environment.retention.log_days,
                destroy=environment.retention.destroys,
                name=f"/aws/vendedlogs/states/{self._name}-label",
            ).log_group,
        )
        return machine

    def _team(self, workers: Workers) -> str:
        if workers.team:
            return workers.team
        if workers.kind == "public":
            return ground_truth.public_team(self._environment.region)
        return LabellingTeam(
            self,
            "Team",
            name=self._name,
            description=f"Labels {self._use_case.name} in {self._environment.name}",
            workforce=self._environment.workforce or "",  # the configuration requires it
        ).arn

    def _annotation(self, places: LabellingPlaces) -> str:
        environment, security = self._environment, self._security
        inside = self._network.functions if environment.network.interface_endpoints == "full" else None
        topic = self._control.alarm_topic_arn
        kit = FunctionKit(
            self, environment.name, environment.retention, security.control_key, security.logs_key, topic, inside
        )
        self.alarms = kit.alarms
        return add_annotation(kit, self._label, places)

    def _triggers(self, machine_arn: str | None) -> None:
        looks = Arns.of(self).arn("sqs", look_queue_name(self._environment.name, "label"))
        LabelTriggers(
            self,
            "Triggers",
            use_case=self._use_case.name,
            machine_arn=machine_arn,
            schedule=self._label.schedule,
            labelled=self._data.labelled.bucket_name,
            bucket_name=self._data.raw.bucket_name if self._label.on_new_objects else None,
            queues=LookQueues(looks, self._control.undelivered.queue_arn),
        )

    def _tags(self) -> tuple[tuple[str, str], ...]:
        environment = self._environment
        return (
            ("ml-loop:environment", environment.name),
            ("ml-loop:use-case", self._use_case.slug),
            ("ml-loop:owner", environment.owner),
            ("ml-loop:cost-center", environment.cost_center),
        )
