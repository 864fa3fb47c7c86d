"""A model package as somebody might make it by hand: its code cannot cope with a field that is missing now and then.

Its sample record has the field, so the test before a release passes; live requests find out.
"""

import gzip
import io
import json
import tarfile
from typing import TYPE_CHECKING, Any

from ops.target import OperationError, Target
from pipelines_src.steps import archives

if TYPE_CHECKING:
    import pandas as pd

_KEY = "story/broken/model.tar.gz"
_SERVE = "code/serve.py"
_LEAST = 0.005  # of the records lack the field
_CODE = '''

_transform = transform_fn


def transform_fn(model, content, content_type, accept):
    """Answer as before, once every record's {field} is a number."""
    import json

    for line in content.splitlines():
        float(json.loads(line).get("{field}"))
    return _transform(model, content, content_type, accept)
'''


def register(target: Target, good: str, rows: "pd.DataFrame") -> str:
    """Register a copy of a model package with such code, and return the field that it cannot do without.

    Args:
        target: the use case.
        good: ARN of the package that is copied.
        rows: what it will be asked about, as of `held_out`.

    Raises:
        OperationError: no field is missing now and then.
    """
    described = target.sagemaker.describe_model_package(ModelPackageName=good)
    container: Any = described["InferenceSpecification"]["Containers"][0]
    sample = json.loads(next(iter(_entries(target, described["SamplePayloadUrl"]).values())))
    field = _fragile(target, sample, rows)
    entries = _entries(target, container["ModelDataUrl"])
    entries[_SERVE] += _CODE.format(field=field).encode()
    bucket, key = target.bucket("models"), f"{target.use_case.name}/{_KEY}"
    target.s3.put_object(Bucket=bucket, Key=key, Body=_archive(entries))
    changed = {name: container[name] for name in ("Image", "Environment")} | {"ModelDataUrl": f"s3://{bucket}/{key}"}
    specification: Any = {**described["InferenceSpecification"], "Containers": [changed]}
    target.sagemaker.create_model_package(
        ModelPackageGroupName=target.name,
        ModelPackageDescription=f"Version {good.rpartition('/')[2]} with code that needs {field}",
        ModelApprovalStatus="PendingManualApproval",
        SamplePayloadUrl=described["SamplePayloadUrl"],
        InferenceSpecification=specification,
    )
    return field


def _fragile(target: Target, sample: dict[str, Any], rows: "pd.DataFrame") -> str:
    """Return the number that most records lack, of those that the sample has."""
    lacking = {
        field.name: float(rows[field.name].isna().mean())
        for field in target.use_case.data.record
        if field.type == "number" and sample.get(field.name) is not None
    }
    field = max(lacking, key=lambda name: lacking[name], default="")
    if lacking.get(field, 0.0) < _LEAST:
        raise OperationError("No field is missing now and then, so there is nothing that broken code could fail at.")
    return field


def _entries(target: Target, uri: str) -> dict[str, bytes]:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    content = target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        files = {member.name: archive.extractfile(member) for member in archive.getmembers() if member.isfile()}
        return {name: file.read() for name, file in files.items() if file}


def _archive(entries: dict[str, bytes]) -> bytes:
    return gzip.compress(archives.tar(entries), mtime=0)
