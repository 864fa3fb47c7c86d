"""What a job outside SageMaker needs that prepares data: its files, raw data to read, a folder to write."""

from collections.abc import Iterable
from dataclasses import dataclass

from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from constructs.label_function_role import LABELLED
from constructs.statements import Statement, allow, read_folder, read_object, use_key

FOLDER = "prepared"  # below the use case's own, in the bucket of processed data: a folder for each run


def preparation_machine_name(environment: str, slug: str) -> str:
    """Return the name of the machine that prepares data, by which the retrain function may start it.

    >>> preparation_machine_name("dev", "flight-delays")
    'dev-flight-delays-preparation'
    """
    return f"{environment}-{slug}-preparation"


@dataclass(frozen=True)
class DataPlaces:
    """Where a use case's data lies: its folder in some buckets, under one key; `labelled`: if labels are read of it."""

    use_case: str
    raw: s3.IBucket
    processed: s3.IBucket
    key: kms.IKey
    labelled: s3.IBucket | None = None

    @property
    def raw_uri(self) -> str:
        """Where the raw files lie."""
        return f"s3://{self.raw.bucket_name}/{self.use_case}"

    @property
    def labels_uri(self) -> str:
        """Where the labelled set lies; empty where none is read."""
        return f"s3://{self.labelled.bucket_name}/{self.use_case}/{LABELLED}" if self.labelled else ""

    @property
    def buckets(self) -> list[s3.IBucket]:
        """All buckets."""
        return [self.raw, self.processed, *([self.labelled] if self.labelled else [])]

    @property
    def prepared_uri(self) -> str:
        """Where each run has a folder of its own."""
        return f"s3://{self.processed.bucket_name}/{self.use_case}/{FOLDER}"

    def access(self, files: Iterable[tuple[str, str]], *, deletes: bool) -> list[Statement]:
        """Allow reading the raw data, labels and some files, and writing prepared data.

        Args:
            files: ARN of the bucket and name of each file.
            deletes: whether it may delete what it wrote; Spark's workers write beside and move, which in S3 is a copy
                and a deletion. The bucket keeps versions.
        """
        folder = f"{self.use_case}/{FOLDER}"
        write = ["s3:PutObject", "s3:AbortMultipartUpload", *(["s3:DeleteObject"] if deletes else [])]
        return [
            *(statement for bucket_arn, name in files for statement in read_object(bucket_arn, name)),
            *read_folder(self.raw.bucket_arn, self.use_case),
            *(read_folder(self.labelled.bucket_arn, f"{self.use_case}/{LABELLED}") if self.labelled else []),
            *read_folder(self.processed.bucket_arn, folder),
            allow(write, [f"{self.processed.bucket_arn}/{folder}/*"]),
            *use_key(self.key.key_arn),
        ]
