"""A model that no loop touches: what its package would still answer, asked here and not at the endpoint."""

import io
import json
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ops.target import Target
from pipelines_src.steps import archives
from pipelines_src.steps.scoring import Scorer


@dataclass(frozen=True)
class Model:
    """An unpacked model package."""

    scorer: Scorer

    @classmethod
    def of(cls, target: Target, package: str) -> "Model":
        """Fetch a model package."""
        described = target.sagemaker.describe_model_package(ModelPackageName=package)
        uri = str(described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])
        bucket, _, key = uri.removeprefix("s3://").partition("/")
        content = target.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        with tempfile.TemporaryDirectory(prefix="left-alone-") as folder:
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                archives.extract(archive, Path(folder))
            return cls(Scorer.load(Path(folder)))

    def scores(self, records: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of each record, a line of JSON."""
        return np.array(self.scorer.score([json.loads(record) for record in records]), "float64")
