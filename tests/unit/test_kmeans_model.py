"""The reader of the built-in K-means' model: every version of the format, and what is none."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.sagemaker.images import mxnet_ndarray
from pipelines_src.steps import kmeans_model
from pipelines_src.steps.errors import StepError

CENTRES = np.arange(6, dtype="float32").reshape(3, 2)
HEAD, END = struct.pack("<QQQ", 0x112, 0, 1), struct.pack("<iii", 1, 0, 0) + CENTRES.tobytes() + struct.pack("<Q", 0)
VERSIONS = {
    "2": mxnet_ndarray.dump([CENTRES]),
    "1": HEAD + struct.pack("<IIqq", 0xF993FAC8, 2, 3, 2) + END,
    "before 1": HEAD + struct.pack("<III", 2, 3, 2) + END,
}


@pytest.mark.parametrize("content", VERSIONS.values(), ids=VERSIONS)
def test_every_version_of_the_format_is_read(content: bytes) -> None:
    assert kmeans_model.load(content).centres.tolist() == CENTRES.tolist()


WRONG = {
    "nothing": b"",
    "another file": b"PK" * 40,
    "cut off": VERSIONS["2"][:-20],
    "sparse": HEAD + struct.pack("<IiI", 0xF993FAC9, 1, 2) + END,
    "a vector": mxnet_ndarray.dump([CENTRES[0]]),
    "two arrays": mxnet_ndarray.dump([CENTRES, CENTRES]),
    "integers": mxnet_ndarray.dump([CENTRES.astype("int32")]),
}


@pytest.mark.parametrize("content", WRONG.values(), ids=WRONG)
def test_what_is_no_model_is_named(content: bytes) -> None:
    with pytest.raises(StepError, match="model_algo-1 cannot be read"):
        kmeans_model.load(content)


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 4))
def test_the_nearest_centre_is_the_nearest(seed: int, clusters: int, width: int) -> None:
    random = np.random.default_rng(seed)
    centres, points = random.normal(size=(clusters, width)), random.normal(size=(30, width)).astype("float32")
    found = kmeans_model.KMeans(centres).predict(points)
    distances = np.linalg.norm(points[:, None].astype("float64") - centres, axis=2)
    assert found[:, 0].tolist() == distances.argmin(axis=1).tolist()
    assert found[:, 1] == pytest.approx(distances.min(axis=1))
