"""`python -m ops images`: the table of SageMaker's images, read from the installed SageMaker SDK."""

import datetime
import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer

from config import ConfigError
from config.images import TABLE
from ops.console import output

app = typer.Typer(no_args_is_help=True)

# What the SDK is asked for; another version of an image is another line here.
WANTED: dict[str, dict[str, str]] = {
    "clarify": {"framework": "clarify", "version": "1.0"},
    "kmeans": {"framework": "kmeans", "version": "1"},
    "model-monitor": {"framework": "model-monitor", "version": ""},  # one for all, and without a tag
    "sklearn": {"framework": "sklearn", "version": "1.9-0"},
    # Python 3.12 by name: the plain tag may be the image with 3.9, which is too old for Ibis.
    "spark": {"framework": "spark", "version": "3.5", "py_version": "py312", "container_version": "v1.3"},
    # Python 3.12, xgboost 3.2.0, scikit-learn 1.8.0, numpy 2.1.0.
    "xgboost": {"framework": "xgboost", "version": "3.2-0"},
}
# Partitions whose registries have the addresses that config.images writes; isolated ones have domains of their own.
_PARTITIONS = frozenset({"aws", "aws-cn", "aws-us-gov"})


@app.callback()
def _images() -> None:
    """Group the commands, so that there may be more than one."""


@app.command()
def refresh(
    check_only: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 if the table is not that of the SDK.")
    ] = False,
    table: Annotated[Path, typer.Option(help="Where the table lies.")] = TABLE,
) -> None:
    """Write the accounts and tags of SageMaker's images as the installed SDK has them."""
    found = from_sdk()
    if check_only:
        known = json.loads(table.read_text(encoding="utf-8"))["images"] if table.exists() else {}
        if known != found:
            changed = ", ".join(
                sorted(name for name in known.keys() | found.keys() if known.get(name) != found.get(name))
            )
            raise ConfigError(
                f"{table.name}: is not what the installed SageMaker SDK says about {changed}. "
                "Run `python -m ops images refresh`, read the difference and commit it."
            )
        output.print(f"{table.name} is that of the installed SageMaker SDK.")
        return
    content = {
        "source": "sagemaker/core/image_uri_config/*.json of the SageMaker Python SDK, by sagemaker.core.image_uris",
        "sdk": f"sagemaker-core {version('sagemaker-core')}",
        "read": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "images": found,
    }
    partial = table.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    partial.replace(table)
    output.print(f"wrote {table.name}: {', '.join(found)}")


def from_sdk() -> dict[str, Any]:
    """Return `images` of the table: repository, tag and accounts by region, for each image of `WANTED`."""
    return {name: _read(**asked) for name, asked in WANTED.items()}


def _read(framework: str, version: str, **of_the_image: str) -> dict[str, Any]:
    from sagemaker.core import image_uris  # takes seconds to import, and only this command needs it

    settings = image_uris.config_for_framework(framework)
    while (
        "versions" not in settings
    ):  # a table per scope (training, inference, processing); they name the same accounts
        settings = next(scope for scope in settings.values() if isinstance(scope, dict) and "versions" in scope)
    accounts = settings["versions"][version]["registries"]
    address = image_uris.retrieve(framework, "us-east-1", version=version, instance_type="ml.m5.large", **of_the_image)
    repository, _, tag = address.partition("/")[2].partition(":")
    return {
        "repository": repository,
        "tag": tag,
        "accounts": {region: accounts[region] for region in sorted(accounts) if _known(region)},
    }


@cache
def _session() -> boto3.Session:
    return boto3.Session(region_name="us-east-1")  # any region; it is asked about names only


def _known(region: str) -> bool:
    return _session().get_partition_for_region(region) in _PARTITIONS
