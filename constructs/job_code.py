"""The code of one use case as one zip, which Python runs as it is."""

from pathlib import Path

from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from constructs.arns import PARTITION


class JobCode(Construct):
    """A folder with the code of one use case's jobs; the zip is named after the hash of what is in it.

    Attributes:
        uri: S3 URI of the zip.
        file_name: the zip's name, `<hash>.zip`.
        content_hash: that hash.
        bucket_arn: ARN of the bucket that the zip is in.
    """

    def __init__(self, scope: Construct, construct_id: str, *, folder: Path) -> None:
        super().__init__(scope, construct_id)
        asset = assets.Asset(self, "Resource", path=str(folder))
        self.uri = asset.s3_object_url
        self.content_hash = asset.asset_hash
        self.file_name = f"{self.content_hash}.zip"
        # If the bucket has a key, that admits its whole account by itself.
        self.bucket_arn = f"arn:{PARTITION}:s3:::{asset.s3_bucket_name}"
