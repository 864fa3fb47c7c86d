"""Script mode: run the script that the hyperparameters name, as the training toolkit in the framework images does.

`sagemaker_submit_directory` is a tar.gz in S3, or a path in the container when the job has no network;
`sagemaker_program` is the script in it. The other hyperparameters become arguments, `--name value`.
"""

import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from local_cloud.archives import unpack


def main() -> int:
    """Fetch and unpack the code, run the script, and say in output/failure what went wrong."""
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    given = json.loads((base / "input/config/hyperparameters.json").read_text(encoding="utf-8"))
    parameters = {key: _value(text) for key, text in given.items()}
    code = base / "code"
    try:
        if "sagemaker_submit_directory" in parameters:
            _unpack(str(parameters["sagemaker_submit_directory"]), code, base)
    except Exception as error:  # whatever it is, the person who started the job has to read it
        return _fail(base, f"Cannot unpack sagemaker_submit_directory: {error}", 1)
    script = code / str(parameters["sagemaker_program"])
    if not script.is_file():
        found = ", ".join(sorted(path.name for path in code.iterdir())) or "nothing"
        return _fail(base, f"The script {script.name} is not in sagemaker_submit_directory, which has {found}", 1)
    return _run(script, _arguments(parameters), base)


def _run(script: Path, arguments: list[str], base: Path) -> int:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    environment.update(
        PYTHONPATH=str(script.parent), SM_MODULE_DIR=str(script.parent), SM_USER_ENTRY_POINT=script.name,
        SM_MODULE_NAME=script.stem, SM_USER_ARGS=json.dumps(arguments),
    )  # fmt: skip
    # SIGTERM reaches the script too; what it makes of it is the job's end, so only wait for it.
    signal.signal(signal.SIGTERM, lambda *_: None)
    command = [sys.executable, str(script), *arguments]
    process = subprocess.Popen(command, cwd=script.parent, env=environment, stderr=subprocess.PIPE, text=True)  # noqa: S603 - the job's own script
    last = ""
    for line in process.stderr or ():
        sys.stderr.write(line)
        sys.stderr.flush()
        last = line.strip() or last
    code = process.wait()
    if code == 0:
        return 0
    message = f'ExecuteUserScriptError:\nExitCode {code}\nErrorMessage "{last}"\nCommand "{" ".join(command[1:])}"'
    return _fail(base, message, code if code > 0 else 128 - code)


def _unpack(uri: str, code: Path, base: Path) -> None:
    archive = Path(uri)
    if uri.startswith("s3://"):
        import boto3  # slow, and not needed for code that came through a channel

        place = urlparse(uri)
        archive = base / "input/sourcedir.tar.gz"
        boto3.client("s3").download_file(place.netloc, place.path.lstrip("/"), str(archive))
    with tarfile.open(archive) as content:
        unpack(content, code)


def _arguments(parameters: dict[str, Any]) -> list[str]:
    arguments = []
    for key in sorted(parameters):
        if not key.startswith("sagemaker_") and key != "_tuning_objective_metric":
            value = parameters[key]
            text = value if isinstance(value, str) else json.dumps(value) if isinstance(value, dict) else str(value)
            arguments += [f"--{key}" if len(key) > 1 else f"-{key}", text]
    return arguments


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _fail(base: Path, message: str, code: int) -> int:
    failure = base / "output/failure"
    if not failure.exists():  # what the script itself wrote says more
        failure.write_text(message, encoding="utf-8")
    print(message, file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
