"""The binary formats of the built-in K-means: MXNet's arrays and RecordIO with protobuf records."""

import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from local_cloud.sagemaker.images import mxnet_ndarray, recordio
from local_cloud.sagemaker.images.record_message import Record

SHAPES = hnp.array_shapes(min_dims=1, max_dims=4, max_side=5)
ARRAYS = st.sampled_from(["f4", "f8", "f2", "u1", "i4", "i1", "i8", ">f4", ">i8"]).flatmap(
    lambda kind: hnp.arrays(kind, SHAPES)
)
# By hand from the layout in MXNet's source: header, one dense 1x2 float32 array on the CPU, no names.
BY_HAND = struct.pack("<QQQ IiI 2q iii 2f Q", 0x112, 0, 1, 0xF993FAC9, 0, 2, 1, 2, 1, 0, 0, 1.5, -2.0, 0)


def same(found: Any, expected: Any) -> bool:
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype.newbyteorder("<")
    return bool(np.array_equal(found, expected, equal_nan=expected.dtype.kind == "f"))


@given(st.lists(ARRAYS, max_size=3))
def test_a_list_of_arrays_comes_back(arrays: list[Any]) -> None:
    found = mxnet_ndarray.load(mxnet_ndarray.dump(arrays))
    assert isinstance(found, list)
    assert all(same(one, other) for one, other in zip(found, arrays, strict=True))


@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), ARRAYS, min_size=1, max_size=3))
def test_named_arrays_come_back(arrays: dict[str, Any]) -> None:
    found = mxnet_ndarray.load(mxnet_ndarray.dump(arrays))
    assert isinstance(found, dict)
    assert found.keys() == arrays.keys()
    assert all(same(found[name], arrays[name]) for name in arrays)


def test_the_bytes_are_those_of_the_documented_layout() -> None:
    array = np.array([[1.5, -2.0]], np.float32)
    assert mxnet_ndarray.dump([array]) == BY_HAND
    [found] = mxnet_ndarray.load(BY_HAND)
    assert same(found, array)


@pytest.mark.parametrize("head", [struct.pack("<II 2q", 0xF993FAC8, 2, 1, 2), struct.pack("<III", 2, 1, 2)])
def test_files_of_older_versions_are_read(head: bytes) -> None:
    old = struct.pack("<QQQ", 0x112, 0, 1) + head + struct.pack("<iii2fQ", 1, 0, 0, 1.5, -2.0, 0)
    assert np.array_equal(mxnet_ndarray.load(old)[0], [[1.5, -2.0]])  # type: ignore[index]


@given(st.integers(0, len(BY_HAND) - 1))
def test_a_file_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(mxnet_ndarray.ArrayFileError):
        mxnet_ndarray.load(BY_HAND[:length])


@given(st.binary(max_size=120))
def test_no_bytes_crash_the_readers(content: bytes) -> None:
    for read in (mxnet_ndarray.load, recordio.read):
        for given_ in (content, BY_HAND[:24] + content):
            try:
                read(given_)
            except ValueError:
                continue


@pytest.mark.parametrize("array", [np.zeros(0, "f4"), np.array(1.0), np.zeros(2, "U1"), np.zeros(2, bool)])
def test_what_mxnet_cannot_hold_is_refused(array: Any) -> None:
    with pytest.raises(ValueError, match="allowed are arrays with elements"):
        mxnet_ndarray.dump([array])


@given(
    st.sampled_from([np.float32, np.float64]).flatmap(
        lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=2, max_dims=2, max_side=6))
    )
)
def test_dense_rows_come_back_from_recordio(rows: Any) -> None:
    assert same(recordio.read(recordio.write(rows)), rows)


@given(st.integers(1, 30).flatmap(lambda width: st.tuples(st.just(width), st.sets(st.integers(0, width - 1)))))
def test_a_sparse_record_is_filled_with_zeros(case: tuple[int, set[int]]) -> None:
    width, keys = case[0], sorted(case[1]) or [0]
    record = Record()
    tensor = record.features["values"].float64_tensor
    tensor.values.extend(key + 0.5 for key in keys)
    tensor.keys.extend(keys)
    tensor.shape.append(width)
    expected = [index + 0.5 if index in keys else 0 for index in range(width)]
    assert recordio.read(recordio.frame(record.SerializeToString())).tolist() == [expected]


def test_the_bytes_of_a_record_are_those_of_the_documented_schema() -> None:
    # features (1) { "values" -> Value { float32_tensor (2) { values (1), packed } } }, by protobuf's wire format.
    tensor = b"\x0a\x08" + struct.pack("<2f", 1.5, -2.0)
    value = b"\x12" + bytes([len(tensor)]) + tensor
    entry = b"\x0a\x06values" + b"\x12" + bytes([len(value)]) + value
    record = b"\x0a" + bytes([len(entry)]) + entry
    framed = struct.pack("<II", 0xCED7230A, len(record)) + record + bytes(-len(record) % 4)
    rows = np.array([[1.5, -2.0]], np.float32)
    assert recordio.write(rows) == framed
    assert same(recordio.read(framed), rows)


def test_a_record_in_parts_is_put_together() -> None:
    def part(kind: int, body: bytes) -> bytes:
        return struct.pack("<II", 0xCED7230A, kind << 29 | len(body)) + body + bytes(-len(body) % 4)

    magic = struct.pack("<I", 0xCED7230A)
    content = part(1, b"abcd") + part(2, b"efgh") + part(3, b"ij") + part(0, b"next")
    assert list(recordio.frames(content)) == [b"abcd" + magic + b"efgh" + magic + b"ij", b"next"]


def message(**tensor: Any) -> bytes:
    record = Record()
    for name, values in tensor.items():
        getattr(record.features["values"].float32_tensor, name).extend(values)
    return recordio.frame(record.SerializeToString())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no record"),
        (b"1.0,2.0", "within the head"),
        (b"1.0,2.0,3.0", "byte 0 does not begin"),
        (recordio.frame(b"\xff\xff\xff"), "record 1 is no SageMaker record"),
        (recordio.frame(b""), "record 1 has no numeric tensor"),
        (message(values=[1, 2]) + message(values=[1]), "record 2 has 1 features, the first has 2"),
        (message(values=[1], keys=[3]), "record 1 is sparse"),
        (message(values=[1], keys=[3], shape=[3]), "within the shape"),
    ],
)
def test_what_is_no_recordio_is_told_by_record(content: bytes, words: str) -> None:
    with pytest.raises(recordio.RecordError, match=words):
        recordio.read(content)
