"""Where people look at data and try models."""

from collections.abc import Mapping, Sequence
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from config.notebook import Notebook, Repository
from constructs.arns import Arns
from constructs.code_repository import CodeRepository
from constructs.notebook_instance import Machine, NotebookInstance
from constructs.notebook_lifecycle import NotebookLifecycle
from constructs.notebook_role import NotebookReach, NotebookRole
from constructs.notebook_statements import open_codecommit, read_secret
from constructs.placement import Placement
from constructs.statements import Statement
from stacks.data_stack import DataStack
from stacks.network_stack import NetworkStack
from stacks.security_stack import SecurityStack


class WorkbenchStack(cdk.Stack):
    """The notebook instances of an environment, each with its role, idle stop and Git repository.

    Args:
        environment: its name, which those of notebooks and their jobs begin with.
        notebooks: of the environment.
        slugs: folder of each use case of the environment to its name in resource names.
        network: where notebooks are.
        security: the keys of data and volumes, and of models.
        data: the buckets they read and write.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        environment: str,
        notebooks: Sequence[Notebook],
        slugs: Mapping[str, str],
        network: NetworkStack,
        security: SecurityStack,
        data: DataStack,
        **stack_props: Any,
    ) -> None:
        super().__init__(scope, construct_id, **stack_props)
        for notebook in notebooks:
            part = Construct(self, "".join(word.capitalize() for word in notebook.name.split("-")))
            folders = tuple(slugs) if notebook.use_cases is None else notebook.use_cases
            reach = NotebookReach(
                environment=environment,
                use_cases={folder: slugs[folder] for folder in folders},
                raw=data.raw,
                processed=data.processed,
                models=data.models,
                data_key=security.data_key,
                models_key=security.models_key,
            )
            _notebook(part, f"{environment}-{notebook.name}", notebook, reach, network.jobs)


def _notebook(part: Construct, name: str, notebook: Notebook, reach: NotebookReach, placement: Placement) -> None:
    role = NotebookRole(
        part,
        "Role",
        notebook=name,
        reach=reach,
        placement=placement,
        repository=_repository_access(Arns.of(part), notebook.repository),
    ).role
    NotebookInstance(
        part,
        "Instance",
        name=name,
        machine=Machine(notebook.instance, notebook.volume_gb, reach.data_key),
        role=role,
        placement=placement,
        lifecycle=NotebookLifecycle(part, "Lifecycle", idle_stop_minutes=notebook.idle_stop_minutes).name,
        repository=_repository(part, notebook.repository),
    )
    if notebook.owner is not None:
        cdk.Tags.of(part).add("ml-loop:owner", notebook.owner)


def _repository(part: Construct, repository: Repository | None) -> str | None:
    if repository is None:
        return None
    return CodeRepository(
        part,
        "Repository",
        url=repository.url,
        branch=repository.branch,
        credentials_secret=repository.credentials_secret,
    ).name


def _repository_access(arns: Arns, repository: Repository | None) -> list[Statement]:
    if repository is None:
        return []
    if repository.codecommit:
        return open_codecommit(arns, repository.codecommit[1])
    return read_secret(repository.credentials_secret) if repository.credentials_secret else []
