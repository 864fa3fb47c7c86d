"""A model's artifact: fetched from S3 under the model's role and unpacked where nothing can escape from."""

import shutil
import tarfile
from pathlib import Path
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.archives import unpack
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.role_clients import RoleClients

CONTAINER_NAME = "container_1"  # AWS's name of a model's first container in its messages


class DeploymentError(Exception):
    """A variant cannot serve; the text is the endpoint's FailureReason."""


def fetch(url: str | None, folder: Path, clients: RoleClients) -> Path:
    """Put what the model.tar.gz holds into `folder`, which becomes the model's folder; without a URL it is empty.

    Raises:
        DeploymentError: it is not there, the role may not read it, or it is no archive.
    """
    if folder.is_dir():
        return folder  # kept from before a restart
    partial = folder.with_name(folder.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    if url is not None:
        archive = partial.with_name("model.tar.gz")
        _download(url, archive, clients)
        _unpack(url, archive, partial)
        archive.unlink()
    partial.rename(folder)
    return folder


def _download(url: str, target: Path, clients: RoleClients) -> None:
    address = urlsplit(url)
    try:
        if address.scheme != "s3":
            raise DeploymentError(f"The model artifact {url} is not at an s3:// address, which the local cloud needs.")
        clients.get("s3").download_file(address.netloc, address.path.lstrip("/"), str(target))
    except (ClientError, BotoCoreError, Boto3Error, SageMakerError) as error:
        raise DeploymentError(
            f'Failed to download model data for container "{CONTAINER_NAME}" from URL: "{url}". Please ensure that '
            "there is an object located at the URL and that the role passed to CreateModel has permissions to download "
            f"the object. ({error})"
        ) from error


def _unpack(url: str, archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            unpack(tar, folder)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise DeploymentError(
            f'Failed to extract model data archive for container "{CONTAINER_NAME}" from URL: "{url}". Please ensure '
            f"that the object located at the URL is a valid tar.gz archive. ({error})"
        ) from error
