"""The sample record that a model package carries, with which its model can be asked.

It is the registry's own: `SamplePayloadUrl` of a model package names one .tar.gz in S3, each of whose files is the body
of a request (docs/decisions/slots.md).
"""

import io
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Of an archive, and of the file in it: what InvokeEndpoint takes (BodyBlob in SageMaker Runtime's service model).
MOST_BYTES = 6 * 1024 * 1024
_GONE = ("NoSuchKey", "NoSuchBucket", "AccessDenied", "InvalidObjectState")


@dataclass(frozen=True)
class Sample:
    """Where a sample is, and how its model is to be asked: content type of the request, and of the answer."""

    uri: str
    content_type: str
    accept: str


class UnusableError(Exception):
    """A sample that no model can be asked with; the text says why."""


def read(client: "S3Client", sample: Sample) -> bytes:
    """Return the body of a request: the first file of the sample's archive.

    Raises:
        UnusableError: there is no such object, it may not be read, or it is no archive of a request's size.
    """
    bucket, _, key = sample.uri.removeprefix("s3://").partition("/")
    try:
        found = client.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if (code := error.response["Error"]["Code"]) in _GONE:
            raise UnusableError(f"its sample {sample.uri} cannot be read ({code})") from error
        raise
    if found["ContentLength"] > MOST_BYTES:
        raise UnusableError(f"its sample {sample.uri} has {found['ContentLength']} bytes, more than {MOST_BYTES}")
    return _first_file(found["Body"].read(), sample.uri)


def _first_file(content: bytes, uri: str) -> bytes:
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            for member in archive:
                file = archive.extractfile(member) if member.isfile() and member.size <= MOST_BYTES else None
                if file:
                    return file.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise UnusableError(f"its sample {uri} is no .tar.gz: {error}") from error
    raise UnusableError(f"its sample {uri} holds no file of at most {MOST_BYTES} bytes")
