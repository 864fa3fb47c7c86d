"""The training script of one use case, as the archive that SageMaker opens."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from constructs.arns import PARTITION


class ScriptCode(Construct):
    """An archive of the training script; in S3 it is named after the hash of what is in it.

    Args:
        archive: a `.tar.gz`.
        content_hash: of what is in it. The file's own would change with the version of the compressor.

    Attributes:
        uri: S3 URI of the archive.
        file_name: its name there, `<hash>.gz`.
        bucket_arn: ARN of the bucket that it is in.
    """

    def __init__(self, scope: Construct, construct_id: str, *, archive: Path, content_hash: str) -> None:
        super().__init__(scope, construct_id)
        asset = assets.Asset(
            self, "Resource", path=str(archive), asset_hash=content_hash, asset_hash_type=cdk.AssetHashType.CUSTOM
        )
        self.uri = asset.s3_object_url
        # The CDK keeps the last ending only. The image opens what is an archive, whatever it is called.
        self.file_name = f"{asset.asset_hash}{archive.suffix}"
        self.bucket_arn = f"arn:{PARTITION}:s3:::{asset.s3_bucket_name}"
