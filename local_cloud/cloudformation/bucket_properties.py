"""The properties of AWS::S3::Bucket that ministack drops, set through the S3 API as CloudFormation sets them."""

from typing import Any

from local_cloud.cloudformation.requests import Properties, as_root, own_tags

_STORAGE = ("Transitions", "NoncurrentVersionTransitions")


def apply(bucket: str, properties: Properties, old: Properties) -> None:
    """Bring a bucket to what the template says; what the template no longer says is removed."""
    s3 = as_root("s3")
    if "BucketEncryption" in properties:
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration=_encryption(properties))
    elif "BucketEncryption" in old:
        s3.delete_bucket_encryption(Bucket=bucket)
    if "LifecycleConfiguration" in properties:
        rules = [_rule(rule) for rule in properties["LifecycleConfiguration"]["Rules"]]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
    elif "LifecycleConfiguration" in old:
        s3.delete_bucket_lifecycle(Bucket=bucket)
    if "VersioningConfiguration" in properties:
        status = properties["VersioningConfiguration"]["Status"]
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})
    elif "VersioningConfiguration" in old:
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    if "LoggingConfiguration" in properties or "LoggingConfiguration" in old:
        s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=_logging(bucket, properties))
    if "OwnershipControls" in properties:
        s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=properties["OwnershipControls"])
    if tags := own_tags(properties):
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})


def delete(bucket: str, _properties: Properties) -> None:
    """Delete a bucket as S3 does: refused while it holds an object, a version or a delete marker."""
    s3 = as_root("s3")
    try:
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


def _encryption(properties: Properties) -> dict[str, Any]:
    rules = []
    for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault", {})
        found: dict[str, Any] = {"ApplyServerSideEncryptionByDefault": default} if default else {}
        if "BucketKeyEnabled" in rule:
            found["BucketKeyEnabled"] = str(rule["BucketKeyEnabled"]).lower() == "true"
        rules.append(found)
    return {"Rules": rules}


def _logging(bucket: str, properties: Properties) -> dict[str, Any]:
    if "LoggingConfiguration" not in properties:
        return {}
    wanted = properties["LoggingConfiguration"]
    target = wanted.get("DestinationBucketName", bucket)
    return {"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": wanted.get("LogFilePrefix", "")}}


def _rule(rule: Properties) -> dict[str, Any]:
    # The template spells a rule as the first S3 API did; the names differ from today's.
    found: dict[str, Any] = {"Status": rule["Status"], "Filter": _filter(rule)}
    if "Id" in rule:
        found["ID"] = rule["Id"]
    if "ExpirationInDays" in rule:
        found["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    elif "ExpiredObjectDeleteMarker" in rule:
        found["Expiration"] = {"ExpiredObjectDeleteMarker": str(rule["ExpiredObjectDeleteMarker"]).lower() == "true"}
    if days := rule.get("NoncurrentVersionExpirationInDays"):
        found["NoncurrentVersionExpiration"] = {"NoncurrentDays": int(days)}
    if noncurrent := rule.get("NoncurrentVersionExpiration"):
        found["NoncurrentVersionExpiration"] = {key: int(value) for key, value in noncurrent.items()}
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        found["AbortIncompleteMultipartUpload"] = {key: int(value) for key, value in abort.items()}
    for name, days in zip(_STORAGE, ("Days", "NoncurrentDays"), strict=True):
        if name in rule:
            found[name] = [
                {"StorageClass": step["StorageClass"], days: int(step["TransitionInDays"])} for step in rule[name]
            ]
    return found


def _filter(rule: Properties) -> dict[str, Any]:
    tags = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in rule.get("TagFilters", [])]
    prefix = rule.get("Prefix", "")
    if not tags:
        return {"Prefix": prefix}
    if not prefix and len(tags) == 1:
        return {"Tag": tags[0]}
    return {"And": {"Prefix": prefix, "Tags": tags}}
