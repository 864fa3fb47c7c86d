"""Packages that an image lacks, as one zip in the environment's bucket of assets."""

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from constructs.arns import PARTITION


class JobWheels(Construct):
    """A zip that its lock names: who deploys makes it, by a command, if the bucket does not have it yet.

    So templates and assemblies are the same whether it has been built on this machine or not, and synthesis neither
    reads nor copies it. Stacks with the same lock share one object.

    Args:
        digest: SHA-256 of the lock, the object's name.
        command: prints the path of the zip; the CDK CLI runs it where it was started itself.

    Attributes:
        uri: S3 URI of the zip.
        file_name: its name, which is `digest`.
        bucket_arn: ARN of the bucket that it is in.
    """

    def __init__(self, scope: Construct, construct_id: str, *, digest: str, command: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        location = cdk.Stack.of(self).synthesizer.add_file_asset(
            source_hash=digest, executable=list(command), display_name="Wheels of jobs"
        )
        self.uri = location.s3_object_url
        self.file_name = digest
        self.bucket_arn = f"arn:{PARTITION}:s3:::{location.bucket_name}"
