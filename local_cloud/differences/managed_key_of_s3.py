"""An upload that asks for aws:kms without naming a key gets the account's own key of S3; ministack refuses it.

Source: S3 user guide, "Specifying server-side encryption with AWS KMS".
"""

from typing import Any

_ALGORITHM = "x-amz-server-side-encryption"
_KEY = "x-amz-server-side-encryption-aws-kms-key-id"


def close() -> None:
    """Name alias/aws/s3 where a request names no key."""
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import s3

    resolve = s3._resolve_sse_write_headers

    def with_managed_key(headers: dict[str, str], bucket: str) -> Any:
        if headers.get(_ALGORITHM) == "aws:kms" and not headers.get(_KEY):
            headers = {**headers, _KEY: f"arn:aws:kms:{get_region()}:{get_account_id()}:alias/aws/s3"}
        return resolve(headers, bucket)

    s3._resolve_sse_write_headers = with_managed_key
