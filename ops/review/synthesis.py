"""A synthesis of its own process, so that both sides of a change are synthesised at once and either can be stopped."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops.errors import OperationError

_LINES, _SECONDS = 15, 5


@dataclass(frozen=True)
class Synthesis:
    """One that runs.

    Attributes:
        what: is synthesised, for people.
        log: what it prints.
    """

    what: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @classmethod
    def start(cls, what: str, root: Path, assembly: Path, log: Path) -> "Synthesis":
        """Begin to synthesise all environments of a folder, with the packages that this process has."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
        # The checks of templates are another gate's, and take most of the time.
        own = {"CDK_OUTDIR": str(assembly), "CDK_VALIDATION": "false", "PATH": path}
        variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | own
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "app.py"],
                cwd=root,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # with the CDK's own process, to be stopped as one
            )
        return cls(what, process, log)

    def wait(self) -> None:
        """Wait for its end.

        Raises:
            OperationError: it failed; the text has the end of what it printed.
        """
        if self.process.wait():
            end = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LINES:])
            raise OperationError(
                f"{self.what} cannot be synthesised with the packages installed here. Mend it, or choose another "
                f"base; if it needs other packages, install those (make setup). It says:\n{end}"
            )

    def stop(self) -> None:
        """Stop it and all that it started; nothing happens if it has ended."""
        if self.process.poll() is not None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):
                os.killpg(self.process.pid, number)
                self.process.wait(_SECONDS)
                return
