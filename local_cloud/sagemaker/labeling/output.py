"""What a labeling job reads from and writes to S3, with its role: the layout is AWS's.

https://docs.aws.amazon.com/sagemaker/latest/dg/sms-data-output.html
"""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.sagemaker.jobs.failure import client_error
from local_cloud.sagemaker.jobs.s3 import split
from local_cloud.sagemaker.role_clients import RoleClients


class Bucket:
    """S3 as the job's role sees it; a refusal becomes a JobFailureError that names the object."""

    def __init__(self, clients: RoleClients) -> None:
        self._clients = clients

    def read(self, uri: str) -> bytes:
        """Return an object."""
        bucket, key = split(uri)
        try:
            content: bytes = self._clients.get("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise client_error(f"cannot read {uri}", error) from error
        return content

    def write(self, uri: str, content: bytes, kms_key: str | None, content_type: str) -> None:
        """Write an object, encrypted with the key if one is named."""
        bucket, key = split(uri)
        extra = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": kms_key} if kms_key else {}
        try:
            self._clients.get("s3").put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type, **extra)
        except (ClientError, BotoCoreError) as error:
            raise client_error(f"cannot write {uri}", error) from error


class Output:
    """The folders of one job below its S3OutputPath."""

    def __init__(self, job: dict[str, Any], bucket: Bucket) -> None:
        config = job["OutputConfig"]
        self._root = f"{config['S3OutputPath'].rstrip('/')}/{job['LabelingJobName']}"
        self._key = config.get("KmsKeyId")
        self._bucket = bucket

    @property
    def manifest(self) -> str:
        """Where the augmented manifest is."""
        return f"{self._root}/manifests/output/output.manifest"

    @property
    def annotations(self) -> str:
        """Where everything else is; functions are told."""
        return f"{self._root}/annotations"

    def write_manifest(self, lines: list[dict[str, Any]], iteration: int) -> None:
        """Write the manifest with the labels there are so far."""
        content = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        for uri in (f"{self.annotations}/intermediate/{iteration}/annotations.manifest", self.manifest):
            self._bucket.write(uri, content, self._key, "application/jsonlines")

    def write_response(self, iteration: int, object_id: str, answers: list[dict[str, Any]]) -> str:
        """Write what the workers answered about one object and return where; the same answers give the same name."""
        name = stamp(max(answer["submittedAt"] for answer in answers))
        uri = f"{self.annotations}/worker-response/iteration-{iteration}/{object_id}/{name}.json"
        self._write_json(uri, {"answers": [_told(answer) for answer in answers]})
        return uri

    def write_consolidation(self, part: str, iteration: int, name: str, document: Any) -> str:
        """Write what a consolidation function is asked (`part` is request) or answered (response), and return where."""
        uri = f"{self.annotations}/consolidated-annotation/consolidation-{part}/iteration-{iteration}/{name}.json"
        self._write_json(uri, document)
        return uri

    def write_picture(self, name: str, content: bytes) -> str:
        """Write the mask of one object and return where."""
        uri = f"{self.annotations}/consolidated-annotation/output/{name}.png"
        self._bucket.write(uri, content, self._key, "image/png")
        return uri

    def _write_json(self, uri: str, document: Any) -> None:
        self._bucket.write(uri, json.dumps(document).encode(), self._key, "application/json")


def stamp(moment: float) -> str:
    """Return a time as AWS names files."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d_%H:%M:%S")


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    return {
        "answerContent": answer["content"],
        "acceptanceTime": _milliseconds(answer["acceptedAt"]),
        "submissionTime": _milliseconds(answer["submittedAt"]),
        "timeSpentInSeconds": round(answer["submittedAt"] - answer["acceptedAt"], 3),
        "workerId": answer["workerId"],
        "workerMetadata": {"identityData": answer["identity"]},
    }


def _milliseconds(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
