"""The folders of looks, in the bucket of processed data: `<use case>/experiments/<experiment>/<look>/`."""

import json
from typing import TYPE_CHECKING, Any

from experiment.reading import REQUEST, SUMS
from experiment.trial import Look, Trial

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FOLDER = "experiments"


class Storage:
    """One bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def uri(self, trial: Trial, look: str) -> str:
        """Return the S3 URI of a look's folder."""
        return f"s3://{self._bucket}/{_folder(trial, look)}"

    def ask(self, trial: Trial, look: Look, document: dict[str, Any]) -> None:
        """Write what the sums of a look are to be of; again it is the same."""
        body = json.dumps(document, indent=1).encode() + b"\n"
        self._client.put_object(Bucket=self._bucket, Key=f"{_folder(trial, look.name)}/{REQUEST}", Body=body)

    def sums(self, trial: Trial, look: Look) -> dict[str, Any] | None:
        """Return the sums of a look; None while there are none."""
        text = self._text(f"{_folder(trial, look.name)}/{SUMS}")
        document: dict[str, Any] | None = None if text is None else json.loads(text)
        return document

    def read(self, uri: str) -> str | None:
        """Return an object of the bucket by its S3 URI, None if there is none."""
        return self._text(uri.removeprefix(f"s3://{self._bucket}/"))

    def _text(self, key: str) -> str | None:
        """Return an object, None if there is none.

        The listing says whether there is: S3 answers a GetObject of nothing with AccessDenied rather than NoSuchKey
        where ListBucket is allowed under a condition on `s3:prefix`, which a GetObject does not carry.
        """
        listed = self._client.list_objects_v2(Bucket=self._bucket, Prefix=key).get("Contents", [])
        if key not in {item["Key"] for item in listed}:
            return None
        return bytes(self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()).decode()


def _folder(trial: Trial, look: str) -> str:
    return f"{trial.use_case}/{FOLDER}/{trial.name}/{look}"
