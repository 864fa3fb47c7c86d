"""One file that jobs read from S3, named after the hash of what is in it."""

from pathlib import Path

from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from constructs.arns import PARTITION


class JobFile(Construct):
    """A file of the CDK's bucket of assets.

    Attributes:
        uri: S3 URI of the file.
        file_name: its name, `<hash>.<suffix>`.
        bucket_arn: ARN of the bucket that it is in.
    """

    def __init__(self, scope: Construct, construct_id: str, *, path: Path) -> None:
        super().__init__(scope, construct_id)
        asset = assets.Asset(self, "Resource", path=str(path))
        self.uri = asset.s3_object_url
        self.file_name = f"{asset.asset_hash}{path.suffix}"
        self.bucket_arn = f"arn:{PARTITION}:s3:::{asset.s3_bucket_name}"
