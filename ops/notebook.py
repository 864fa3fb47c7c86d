"""`python -m ops notebook`: open, start and stop the notebook instances of an environment."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import typer
from botocore.exceptions import ClientError

from config import Environment, load_environment
from ops.console import output
from ops.target import OperationError, client

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

app = typer.Typer(no_args_is_help=True)
Wait = Annotated[bool, typer.Option(help="Return when it is there.")]
TIMEOUT_S = 900.0


@dataclass(frozen=True)
class Instance:
    """A notebook instance of an environment; `name` as in the environment's file."""

    environment: Environment
    name: str

    @classmethod
    def of(cls, environment: str, name: str) -> "Instance":
        """Load the environment; ConfigError if its file is wrong, OperationError if it has no such notebook."""
        loaded = load_environment(environment)
        known = [notebook.name for notebook in loaded.notebooks]
        if name not in known:
            raise OperationError(
                f"{environment} has no notebook {name}; it has {', '.join(known) or 'none'}. Add it to notebooks in "
                f"environments/{environment}.yaml and deploy, or name another."
            )
        return cls(loaded, name)

    @property
    def full_name(self) -> str:
        """The name in SageMaker: `dev-looking`."""
        return f"{self.environment.name}-{self.name}"

    @cached_property
    def sagemaker(self) -> "SageMakerClient":
        """Client of SageMaker."""
        found: SageMakerClient = client(self.environment, "sagemaker")
        return found

    def describe(self) -> dict[str, Any]:
        """Return what SageMaker says of it; OperationError if it is not deployed."""
        try:
            return dict(self.sagemaker.describe_notebook_instance(NotebookInstanceName=self.full_name))
        except ClientError as error:
            if "RecordNotFound" not in str(error):
                raise
            raise OperationError(
                f"There is no notebook instance {self.full_name} in {self.environment.region}. Deploy the environment "
                f"(cdk deploy '{self.environment.name.capitalize()}/*'), or use credentials of its account."
            ) from error

    def reach(self, wanted: str, timeout: float = TIMEOUT_S, every: float = 2.0) -> None:
        """Return when it has a status.

        Raises:
            OperationError: it failed, or does not have the status after `timeout` seconds.
        """
        end = time.monotonic() + timeout
        while (found := self.describe())["NotebookInstanceStatus"] != wanted:
            if found["NotebookInstanceStatus"] == "Failed" or time.monotonic() > end:
                raise OperationError(
                    f"{self.full_name} is {found['NotebookInstanceStatus']}, not {wanted}: "
                    f"{found.get('FailureReason', 'SageMaker gave no reason')}. Its start writes to the log group "
                    f"/aws/sagemaker/NotebookInstances, streams {self.full_name}/*."
                )
            time.sleep(every)


@app.command("open")
def open_(environment: str, name: str) -> None:
    """Print the address of the running notebook: valid for 5 minutes, from allowed addresses, for whoever has it."""
    instance = Instance.of(environment, name)
    status = instance.describe()["NotebookInstanceStatus"]
    if status != "InService":
        raise OperationError(
            f"{instance.full_name} is {status}; only a running notebook can be opened. "
            f"Run `python -m ops notebook start {environment} {name}`."
        )
    answer = instance.sagemaker.create_presigned_notebook_instance_url(NotebookInstanceName=instance.full_name)
    # As it is, in one piece: it is copied, or given to a browser by another program.
    print(answer["AuthorizedUrl"])


@app.command()
def start(environment: str, name: str, wait: Wait = True) -> None:
    """Start a stopped notebook; it stops by itself when it is idle."""
    instance = Instance.of(environment, name)
    if instance.describe()["NotebookInstanceStatus"] not in {"InService", "Pending"}:
        instance.sagemaker.start_notebook_instance(NotebookInstanceName=instance.full_name)
    _report(instance, "InService", wait)


@app.command()
def stop(environment: str, name: str, wait: Wait = True) -> None:
    """Stop a notebook: its volume stays, what kernels hold in memory does not."""
    instance = Instance.of(environment, name)
    if instance.describe()["NotebookInstanceStatus"] not in {"Stopped", "Stopping"}:
        instance.sagemaker.stop_notebook_instance(NotebookInstanceName=instance.full_name)
    _report(instance, "Stopped", wait)


@app.command()
def status(environment: str, name: str) -> None:
    """Show whether it runs, since when, and on what."""
    found = Instance.of(environment, name).describe()
    output.print(
        f"{found['NotebookInstanceName']}  {found['NotebookInstanceStatus']}  {found['InstanceType']}  "
        f"since {found['LastModifiedTime']:%Y-%m-%d %H:%M}",
        soft_wrap=True,
    )
    if reason := found.get("FailureReason"):
        output.print(reason, soft_wrap=True)


def _report(instance: Instance, wanted: str, wait: bool) -> None:
    if wait:
        instance.reach(wanted)
    output.print(f"{instance.full_name}  {instance.describe()['NotebookInstanceStatus']}", soft_wrap=True)
