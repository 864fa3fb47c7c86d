"""One use case's preparation on AWS Glue or AWS Batch, ahead of its pipeline; only where `prepare.engine` says so."""

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from config import Environment, UseCase
from constructs.arns import Arns
from constructs.batch_job import BatchJob, Container
from constructs.batch_roles import BatchRoles
from constructs.encrypted_log_group import EncryptedLogGroup
from constructs.glue_job import GlueCode, GlueJob, GlueWorkers
from constructs.glue_role import GlueRole
from constructs.job_code import JobCode
from constructs.job_file import JobFile
from constructs.preparation_access import DataPlaces, preparation_machine_name
from constructs.preparation_machine import PreparationMachine, batch_statements, glue_statements
from constructs.statements import Statement
from pipelines_src import job_libraries
from pipelines_src.definition import preparation_machine
from pipelines_src.definition.preparation import split_parameters
from pipelines_src.definition.use_case_pipeline import CHAMPION
from pipelines_src.job_code import SOURCES, Sources

if TYPE_CHECKING:
    from stacks.data_stack import DataStack
    from stacks.network_stack import NetworkStack
    from stacks.security_stack import SecurityStack

_WAIT = 3600  # seconds that a run may wait for machines, beside its own time


class PreparationStack(cdk.Stack):
    """A Glue job or a Batch job, and the state machine that runs it and then starts the pipeline.

    Raises:
        ConfigError: the environment's network lacks what the engine needs.
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
        sources: Sources = SOURCES,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        self._environment, self._use_case, self._sources = environment, use_case, sources
        self._network, self._security = network, security
        self._name = f"{environment.name}-{use_case.slug}"
        labelled = None if use_case.data.label_from == "raw" else data.labelled
        self._places = DataPlaces(use_case.name, data.raw, data.processed, security.data_key, labelled)
        self._read = {"--raw": self._places.raw_uri} | ({"--labels": self._places.labels_uri} if labelled else {})
        with sources.code(use_case) as folder:
            self._code = JobCode(self, "Code", folder=folder)
        with job_libraries.zipped() as path:
            self._libraries = JobFile(self, "Libraries", path=path)
        self._own = split_parameters(use_case)
        task, engine = self._glue() if use_case.prepare.engine == "glue" else self._batch()
        machine = PreparationMachine(
            self,
            "Machine",
            name=preparation_machine_name(environment.name, use_case.slug),
            definition=preparation_machine.machine(
                task,
                bucket=data.processed.bucket_name,
                prepared_uri=self._places.prepared_uri,
                pipeline=self._name,
                defaults={CHAMPION: self._code.uri},
                own=self._own,
                max_seconds=use_case.prepare.max_runtime_seconds + _WAIT,
            ),
            engine=engine,
            places=self._places,
            pipeline=self._name,
            log_group=self._log_group("MachineLogs", f"/aws/vendedlogs/states/{self._name}-preparation"),
        )
        cdk.CfnOutput(self, "StateMachineArn", value=machine.resource.ref)  # for `ops pipeline start`

    def _glue(self) -> tuple[preparation_machine.State, list[Statement]]:
        prepare, prefix = self._use_case.prepare, f"/aws-glue/jobs/{self._name}-preparation"
        groups = [self._log_group(f"{name.capitalize()}Logs", f"{prefix}/{name}") for name in ("error", "output")]
        script = JobFile(self, "Script", path=self._sources.folder / "steps" / "glue_script.py")
        role = GlueRole(
            self,
            "GlueRole",
            places=self._places,
            files=[*self._zips(), (script.bucket_arn, script.file_name)],
            placement=self._network.jobs,
            log_group_arns=[group.log_group_arn for group in groups],
        ).role
        job = GlueJob(
            self,
            "Job",
            name=f"{self._name}-preparation",
            role_arn=role.role_arn,
            code=GlueCode(
                script.uri,
                (self._code.uri, self._libraries.uri),
                {"--use_case": self._use_case.name, **self._read},
            ),
            workers=GlueWorkers(prepare.instances, self._network.jobs, prepare.max_runtime_seconds),
            keys=(self._security.data_key, self._security.logs_key),
            log_prefix=prefix,
        ).resource
        task = preparation_machine.glue_task(job.ref, self._places.prepared_uri, self._own)
        return task, glue_statements(Arns.of(self).arn("glue", f"job/{job.ref}"))

    def _batch(self) -> tuple[preparation_machine.State, list[Statement]]:
        prepare, arns = self._use_case.prepare, Arns.of(self)
        log_group = self._log_group("JobLogs", f"/aws/batch/{self._name}-preparation")
        image = prepare.image or ""  # the configuration requires it
        roles = BatchRoles(
            self,
            "Roles",
            places=self._places,
            files=self._zips(),
            repository_arn=_repository(arns, image),
            log_group_arn=log_group.log_group_arn,
        )
        script = (self._sources.folder / "steps" / "batch_script.py").read_text(encoding="utf-8")
        read = [text for pair in self._read.items() for text in pair]
        arguments = ["--use_case", self._use_case.name, *read, "--prepared", "Ref::prepared"]
        own = {preparation_machine.argument(name): value for name, value in self._own.items()}
        arguments += [text for name in own for text in (f"--{name}", f"Ref::{name}")]
        job = BatchJob(
            self,
            "Job",
            container=Container(
                image=image,
                command=["python3", "-c", script, *arguments],
                variables={"ML_LOOP_CODE_URI": self._code.uri, "ML_LOOP_LIBRARIES_URI": self._libraries.uri},
                cpus=prepare.cpus,
                memory_gb=prepare.memory_gb,
                disk_gb=self._environment.sizes.volume_gb,
                max_seconds=prepare.max_runtime_seconds,
            ),
            job_role=roles.job,
            execution_role=roles.execution,
            placement=self._network.jobs,
            log_group=log_group,
            parameters={"prepared": f"{self._places.prepared_uri}/by-hand", **own},
        )
        task = preparation_machine.batch_task(job.definition.ref, job.queue.ref, self._places.prepared_uri, self._own)
        return task, batch_statements(arns, job.definition.ref, job.queue.ref)

    def _zips(self) -> list[tuple[str, str]]:
        return [(file.bucket_arn, file.file_name) for file in (self._code, self._libraries)]

    def _log_group(self, construct_id: str, name: str) -> logs.ILogGroup:
        retention = self._environment.retention
        return EncryptedLogGroup(
            self,
            construct_id,
            name=name,
            key=self._security.logs_key,
            days=retention.log_days,
            destroy=retention.destroys,
        ).log_group


def _repository(arns: Arns, image: str) -> str:
    """Return the ARN of an image's repository: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/prepare:1."""
    registry, _, path = image.partition("/")
    account, _, _, region, *_ = registry.split(".")
    name = path.partition("@")[0].partition(":")[0]
    return f"arn:{arns.partition}:ecr:{region}:{account}:repository/{name}"
