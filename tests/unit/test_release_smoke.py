"""A model that comes into a slot is asked for a prediction before the release calls it live."""

import io
import tarfile

import pytest
from botocore.response import StreamingBody

from release.sample import MOST_BYTES, Sample, UnusableError, read
from release.smoke import no_prediction
from tests.local.endpoints_kit import archive
from tests.unit.release_aws_kit import Aws
from tests.unit.release_function_kit import FAILED, SUCCEEDED, Releases, release_function
from tests.unit.release_serving_kit import Members, RefusalError
from tests.unit.release_stub_kit import stubbed

NO_PREDICTIONS = {
    "error": (None, "with an error: Received server error (500) from primary"),
    "empty": (" \n", "the answer is empty"),
    "no JSON": ("late", "Expecting value"),
    "not a number": ('{"predictions": [{"probability": NaN}]}', "NaN is not a number"),
    "none": ('{"predictions": []}', "nothing is predicted"),
    "null": ('{"predictions": [{"probability": null}]}', "nothing is predicted"),
}


@pytest.fixture
def releases(monkeypatch, capsys):
    return release_function(monkeypatch, capsys)


def test_a_challenger_is_asked_by_name_whatever_its_weight(releases: Releases):
    first, second = releases.released(1), releases.released(2, "challenger")
    assert [(variant, package, body) for variant, package, _, body in releases.aws.asked] == [
        ("champion", first, b"record of 1/sample.tar.gz"),
        ("challenger", second, b"record of 2/sample.tar.gz"),
    ]
    # By this whoever reads captured requests tells them from callers'.
    assert all(
        each[2].startswith(f"ml-loop:release:flight-delays-{at}-") for at, each in enumerate(releases.aws.asked, 1)
    )
    assert releases.rang == {SUCCEEDED}
    assert releases.aws.detail(2).endswith("; it answered its sample record")


@pytest.mark.parametrize(("answer", "says"), NO_PREDICTIONS.values(), ids=NO_PREDICTIONS.keys())
def test_a_challenger_that_does_not_predict_is_withdrawn_and_told(releases: Releases, answer: str | None, says: str):
    aws: Aws = releases.aws
    first = releases.released(1)
    releases.rang.clear()
    aws.forget()
    aws.answers[aws.approve(2, "challenger")] = answer
    second = releases.released(2, "challenger")
    assert aws.records() == [(first, "succeeded"), (second, "failed"), ("", "succeeded")]
    assert says in aws.detail(2)
    assert aws.why(3) == f"withdrawal: it failed: {aws.detail(2)}"
    assert FAILED in releases.rang
    assert (set(aws.answered), aws.live) == ({first}, {"champion": first})
    releases.again(second, "challenger")


def test_a_champion_that_does_not_predict_gives_its_place_back(releases: Releases):
    aws: Aws = releases.aws
    first = releases.released(1)
    aws.answers[aws.approve(2)] = None
    second = releases.released(2)
    assert aws.records() == [(first, "succeeded"), (second, "failed"), (first, "succeeded")]
    assert aws.why(3) == f"rollback: it failed: {aws.detail(2)}"
    assert aws.detail(3).endswith("it has served since it was approved, so it was not asked")
    assert FAILED in releases.rang
    assert None not in aws.answered[aws.answered.index(first) :]
    releases.again(second)


def test_a_first_champion_that_does_not_predict_stays_and_is_told(releases: Releases):
    aws: Aws = releases.aws
    aws.answers[aws.approve(1)] = None
    first = releases.released(1)
    assert (aws.records(), aws.live) == ([(first, "failed")], {"champion": first})
    assert releases.rang == {FAILED}
    releases.again(first)


def test_a_shadow_cannot_be_asked_and_the_record_says_so(releases: Releases):
    releases.released(1)
    releases.aws.answers[releases.aws.approve(2, "shadow")] = None
    second = releases.released(2, "shadow")
    assert releases.aws.records()[-1] == (second, "succeeded")
    assert releases.aws.detail(2).endswith("; a shadow cannot be asked")
    assert len(releases.aws.asked) == 1


def test_a_package_without_a_sample_goes_live_unasked_and_the_record_says_so(releases: Releases):
    releases.aws.without_sample.add(releases.aws.approve(1))
    first = releases.released(1)
    assert releases.aws.records() == [(first, "succeeded")]
    assert releases.aws.detail(1).endswith("; its package has no sample record to ask it with")
    assert releases.aws.asked == []


def test_a_sample_that_is_named_but_gone_fails_the_release(releases: Releases, monkeypatch):
    def gone(_: Members) -> Members:
        raise RefusalError("NoSuchKey", "The specified key does not exist.")

    monkeypatch.setattr(releases.aws, "get_object", gone)
    first = releases.released(1)
    assert (releases.aws.records(), releases.rang) == ([(first, "failed")], {FAILED})
    assert "could not be asked: its sample s3://models/1/sample.tar.gz cannot be read (NoSuchKey)" in (
        releases.aws.detail(1)
    )


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"predictions": [{"probability": 0.27}]}', "application/json"),
        ('{"predictions": [{"label": 0, "probabilities": {"0": 1}}]}', "application/json; charset=utf-8"),
        ('{"predictions": [{"cluster": 0, "distance": 0.0}]}', "application/json"),
        ('{"score": 0, "error": null}', "application/json"),
        ("0", "application/json"),
        ("0.27\n", "text/csv"),
        ('{"probability": 0.27}\n', "application/jsonlines"),
    ],
)
def test_what_may_be_a_prediction(body: str, content_type: str):
    assert no_prediction(body.encode(), content_type) is None


SAMPLE = Sample("s3://models/flight_delays/e1/package/sample.tar.gz", "application/json", "application/json")
FOLDER = tarfile.TarInfo("folder/")
FOLDER.type = tarfile.DIRTYPE


def zipped(*members: tarfile.TarInfo) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as file:
        for member in members:
            file.addfile(member, io.BytesIO(bytes(member.size)))
    return content.getvalue()


def sized(size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo("sample.json")
    member.size = size
    return member


def answered(content: bytes, length: int | None = None) -> bytes:
    with stubbed("s3") as (client, stubber):
        body = StreamingBody(io.BytesIO(content), len(content))
        expected = {"Bucket": "models", "Key": "flight_delays/e1/package/sample.tar.gz"}
        stubber.add_response("get_object", {"Body": body, "ContentLength": length or len(content)}, expected)
        return read(client, SAMPLE)


def test_a_sample_is_the_first_file_of_its_archive():
    assert answered(archive({"a.json": b"one", "b.json": b"two"})) == b"one"
    assert answered(zipped(FOLDER, sized(3))) == bytes(3)


@pytest.mark.parametrize(
    ("content", "length", "says"),
    [
        (b"no archive", None, "is no .tar.gz"),
        (archive({"a.json": b"one"})[:30], None, "is no .tar.gz"),
        (zipped(), None, "holds no file"),
        (zipped(FOLDER), None, "holds no file"),
        (zipped(sized(MOST_BYTES + 1)), None, "holds no file of at most 6291456 bytes"),
        (b"", MOST_BYTES + 1, "has 6291457 bytes, more than 6291456"),
    ],
    ids=["no archive", "cut", "empty", "a folder", "too large inside", "too large"],
)
def test_a_sample_that_cannot_be_used_says_why(content: bytes, length: int | None, says: str):
    with pytest.raises(UnusableError, match=says):
        answered(content, length)


@pytest.mark.parametrize("code", ["NoSuchKey", "AccessDenied"])
def test_a_sample_that_may_not_be_read_cannot_be_used(code: str):
    with stubbed("s3") as (client, stubber):
        stubber.add_client_error("get_object", code, "no")
        with pytest.raises(UnusableError, match=f"{SAMPLE.uri} cannot be read .{code}."):
            read(client, SAMPLE)
