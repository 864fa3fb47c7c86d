"""The real CDK CLI, its output in a log file whose end is shown when it fails."""

import os
import subprocess
from pathlib import Path

from config.loading import ROOT
from ops.console import shown
from ops.errors import OperationError

CDK = ROOT / "node_modules" / ".bin" / "cdk"
LOG_LINES = 25


class Cdk:
    """Runs commands of the CDK CLI against one cloud.

    Args:
        variables: environment variables that name the cloud and its credentials.
        folder: where the assembly and the logs go.
        root: the repository that is deployed.
    """

    def __init__(self, variables: dict[str, str], folder: Path, root: Path = ROOT) -> None:
        # `make synth` validates the templates; here that would cost seconds and find the same.
        self._variables = {**os.environ, "CDK_VALIDATION": "false", **variables}
        self.folder, self._root = folder, root
        self.assembly = folder / "assembly"

    def prepare(self, environment: str, account: str, region: str, use_case: str | None = None) -> None:
        """Write the cloud assembly of one environment, and create what the CDK needs in an account: a bucket, roles.

        Args:
            environment: its name.
            account: where it goes.
            region: of it.
            use_case: the only one that it gets; None: those that its file names.
        """
        chosen = ["-c", f"environments={environment}", *(["-c", f"use_cases={use_case}"] if use_case else [])]
        self._run("synth", "--quiet", *chosen, "--output", str(self.assembly))
        # Without an assembly, bootstrapping synthesises every environment, into a folder that all commands share.
        self._run("bootstrap", "--app", str(self.assembly), f"aws://{account}/{region}")

    def deploy(self) -> None:
        """Deploy the environment, after the people who label in it."""
        for stage in self._stages():
            self._run("deploy", "--app", str(self.assembly), stage, "--require-approval", "never", "--concurrency", "6")

    def destroy(self) -> None:
        """Destroy every stack of the assembly."""
        for stage in reversed(self._stages()):
            self._run("destroy", "--app", str(self.assembly), stage, "--force", "--concurrency", "6")

    def _stages(self) -> list[str]:
        """Return patterns of stages, in their order; a workforce only where a stack makes a team of it.

        Stages cannot depend on each other, and a team needs the workforce before, and keeps it from going.
        """
        templates = list(self.assembly.rglob("*.template.json"))
        teams = any("AWS::SageMaker::Workteam" in path.read_text(encoding="utf-8") for path in templates)
        names = [folder.name.removeprefix("assembly-") for folder in self.assembly.glob("assembly-*")]
        people = sorted(name for name in names if name.startswith("Workforce"))
        return [f"{name}/*" for name in (*(people if teams else []), *sorted(set(names) - set(people)))]

    def _run(self, command: str, *arguments: str) -> None:
        log = self.folder / f"cdk-{command}.log"
        with log.open("wb") as stream:
            done = subprocess.run(  # noqa: S603 - our own CLI and arguments
                [str(CDK), command, *arguments],
                check=False,
                cwd=self._root,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        if done.returncode:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
            raise OperationError(f"cdk {command} failed. The end of {shown(log)}:\n{end}")
