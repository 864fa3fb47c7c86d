"""`python -m ops data`: bring a use case's raw files into its environment."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from botocore.exceptions import ClientError

from config.loading import ROOT
from ops.console import output
from ops.target import OperationError, Target, module

app = typer.Typer(no_args_is_help=True)
NO_LABELS = "_none"  # jobs leave files alone whose names begin so


@app.callback()
def group() -> None:
    """Keep `upload` a command of its own."""


@app.command()
def upload(environment: str, use_case: str) -> None:
    """Write the use case's raw files and upload those that changed."""
    for name, changed in upload_raw(Target.of(environment, use_case)):
        output.print(f"{'uploaded ' if changed else 'unchanged'} {name}")


def upload_raw(target: Target, root: Path = ROOT) -> Iterator[tuple[str, bool]]:
    """Upload the raw files of the use case to `s3://<raw>/<use case>/`.

    They are what `raw_data.write` gives where the use case has it; else what lies in its folder `raw`.

    Yields:
        Each file's name, and whether it was uploaded (False: the bucket has it already).

    Raises:
        OperationError: the use case has neither.
    """
    bucket = target.bucket("raw")
    with raw_files(target.use_case.name, root) as folder:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                name = path.relative_to(folder).as_posix()
                yield name, upload_changed(target, bucket, f"{target.use_case.name}/{name}", path)


@contextmanager
def raw_files(use_case: str, root: Path = ROOT) -> Iterator[Path]:
    """Give a folder with the raw files of a use case, as `upload_raw` takes them; OperationError if it has none."""
    here = root / "pipelines_src" / use_case
    if (here / "raw").is_dir() and not (here / "raw_data.py").exists():
        yield here / "raw"
        return
    with tempfile.TemporaryDirectory() as folder:
        module(use_case, "raw_data").write(Path(folder))
        yield Path(folder)


def raw_version(target: Target) -> str:
    """Return a digest of the raw files and labels that are there, by which a pipeline tells new ones from known ones.

    Raises:
        OperationError: there are none.
    """
    bucket, prefix = target.bucket("raw"), f"{target.use_case.name}/"
    files = _files(target, bucket, prefix)
    if not files:
        raise OperationError(
            f"There are no raw files below s3://{bucket}/{prefix}. Run `python -m ops data upload` first."
        )
    if target.use_case.data.label_from != "raw":
        files += _labels(target)
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()[:16]


def _labels(target: Target) -> list[str]:
    """Return the labelled set's files; where there is none yet, write one without labels.

    SageMaker refuses an input without objects, and a use case may well be trained before anything of it is labelled.
    """
    bucket, prefix = target.bucket("labelled"), f"{target.use_case.name}/labelled/"
    files = _files(target, bucket, prefix)
    if not files:
        target.s3.put_object(Bucket=bucket, Key=f"{prefix}{NO_LABELS}", Body=b"")
    return [file for file in files if not file.startswith(f"{prefix}{NO_LABELS} ")]


def _files(target: Target, bucket: str, prefix: str) -> list[str]:
    pages = target.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return [f"{item['Key']} {item['ETag']}" for page in pages for item in page.get("Contents", [])]


def upload_changed(target: Target, bucket: str, key: str, path: Path) -> bool:
    """Upload a file unless the bucket has it with the same content; return whether it was uploaded."""
    # Encrypted objects have no comparable ETag, so the digest travels as metadata.
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        if target.s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256") == digest:
            return False
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchKey", "NotFound"}:
            raise
    target.s3.upload_file(str(path), bucket, key, ExtraArgs={"Metadata": {"sha256": digest}})
    return True
