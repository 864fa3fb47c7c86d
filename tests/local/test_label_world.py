"""The label function on real buckets, a real table and a real parameter: what it writes and finds again."""

import hashlib
import io
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import label.handler
from label.handler import lambda_handler
from ops import label as commands
from ops.target import OperationError, Target
from tests.labelling import environment, use_case
from tests.local.label_jobs_kit import SageMaker, States

RAW, LABELLED, TABLE = "label-raw", "label-labelled", "label-labels"
MACHINE = "arn:aws:states:ap-northeast-1:000000000000:stateMachine:dev-toys-label"
TERMS: dict[str, Any] = {
    "backend": "ground_truth", "task": "text_classification", "objects": "text", "attribute": "label",
    "categories": ["yes", "no"], "how": "majority", "attempts": 2, "minimum_confidence": 0.6, "minimum_agreement": 0,
    "most_objects": 10, "usd_per_object": 0.1, "usd_per_month": 50, "machine": MACHINE,
}  # fmt: skip


class Context:
    function_name = memory_limit_in_mb = invoked_function_arn = aws_request_id = "x"


@pytest.fixture(scope="module")
def aws(client: Callable[..., Any]) -> dict[str, Any]:
    s3, dynamodb, ssm = (client(name) for name in ("s3", "dynamodb", "ssm"))
    for bucket in (RAW, LABELLED):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    keys = ("use_case", "item")
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": k, "KeyType": t} for k, t in zip(keys, ("HASH", "RANGE"), strict=True)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    sagemaker = SageMaker(s3)
    return {"s3": s3, "dynamodb": dynamodb, "ssm": ssm, "sagemaker": sagemaker, "stepfunctions": States(sagemaker)}


@pytest.fixture
def ask(aws: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, Any]]:
    """Return a function that asks the function about a use case."""
    monkeypatch.setattr(label.handler, "client", lambda service: aws[service])
    monkeypatch.setenv("ML_LOOP_ENVIRONMENT", "dev")
    monkeypatch.setenv("ML_LOOP_LABELS_TABLE", TABLE)
    monkeypatch.setenv("ML_LOOP_RAW_BUCKET", RAW)
    monkeypatch.setenv("ML_LOOP_LABELLED_BUCKET", LABELLED)
    monkeypatch.setenv("POWERTOOLS_TRACE_DISABLED", "true")

    def asked(use_case: str, **look: Any) -> dict[str, Any]:
        answer: dict[str, Any] = lambda_handler({"use_case": use_case, **look}, Context())
        return answer

    return asked


def deploy(aws: dict[str, Any], use_case: str, **changes: Any) -> None:
    value = json.dumps(TERMS | changes)
    aws["ssm"].put_parameter(Name=f"/ml-loop/dev/{use_case}/label", Value=value, Type="String", Overwrite=True)


def labels(aws: dict[str, Any], use_case: str) -> dict[str, Any]:
    listed = aws["s3"].list_objects_v2(Bucket=LABELLED, Prefix=f"{use_case}/labelled/").get("Contents", [])
    text = "".join(aws["s3"].get_object(Bucket=LABELLED, Key=item["Key"])["Body"].read().decode() for item in listed)
    lines = [json.loads(line) for line in text.splitlines()]
    return {line.get("source", line.get("source-ref")): line["label-metadata"]["class-name"] for line in lines}


def test_texts_are_labelled_returned_and_refused_and_nothing_twice(
    aws: dict[str, Any], ask: Callable[..., dict[str, Any]]
) -> None:
    deploy(aws, "toys")
    put = {"a.txt": 'she said "no"\u2028'.encode(), "b.txt": b"yes", "c.txt": b"\xff\xfe", "d.txt": b" ", "e.png": b""}
    for name, body in put.items():
        aws["s3"].put_object(Bucket=RAW, Key=f"to-label/toys/{name}", Body=body)
    began = ask("toys", begin=True)
    assert began["began"]
    [job] = aws["sagemaker"].jobs
    assert job.startswith("dev-toys-1-")
    assert [line["source"] for line in aws["sagemaker"].lines(job)] == ['she said "no"\u2028', "yes"]
    assert "0 of 4 objects" in ask("toys", begin=True)["rest"]

    aws["sagemaker"].label(job, {"a.txt": ["no", "no", "yes"], "b.txt": ["yes", "no"]})
    ask("toys")
    assert labels(aws, "toys") == {'she said "no"\u2028': "no"}
    # The half-sure one is labelled once more, and the request that was kept during the job begins it.
    second = next(name for name in aws["sagemaker"].jobs if name.startswith("dev-toys-2-"))
    assert [line["source"] for line in aws["sagemaker"].lines(second)] == ["yes"]
    aws["sagemaker"].label(second, {"b.txt": ["yes", "yes", "yes"]})
    ask("toys")
    assert labels(aws, "toys") == {'she said "no"\u2028': "no", "yes": "yes"}
    assert ask("toys", begin=True)["rest"] == "nothing is to be labelled of 4 objects"
    items = aws["dynamodb"].query(
        TableName=TABLE, KeyConditionExpression="use_case = :u", ExpressionAttributeValues={":u": {"S": "toys"}}
    )["Items"]
    found = {item["item"]["S"]: item["reason"]["S"] for item in items if item["item"]["S"].startswith("object#")}
    assert found == {
        "object#a.txt": "", "object#b.txt": "", "object#c.txt": "is no text in UTF-8", "object#d.txt": "is empty",
    }  # fmt: skip
    spent = [float(item["usd"]["N"]) for item in items if item["item"]["S"].startswith("run#")]
    assert spent == pytest.approx([0.2, 0.1])


def test_a_job_of_objects_that_no_worker_can_be_shown_is_none(
    aws: dict[str, Any], ask: Callable[..., dict[str, Any]]
) -> None:
    deploy(aws, "blank")
    aws["s3"].put_object(Bucket=RAW, Key="to-label/blank/a.txt", Body=b"")
    ask("blank", begin=True)
    ask("blank")
    assert not any(name.startswith("dev-blank-") for name in aws["sagemaker"].jobs)
    assert ask("blank", begin=True)["rest"] == "nothing is to be labelled of 1 objects"


def test_an_object_that_was_overwritten_during_the_job_is_labelled_anew(
    aws: dict[str, Any], ask: Callable[..., dict[str, Any]]
) -> None:
    deploy(aws, "images", objects="image")
    uri = f"s3://{RAW}/to-label/images/a.png"
    for round_ in (1, 2):
        aws["s3"].put_object(Bucket=RAW, Key="to-label/images/a.png", Body=b"%d" % round_)
        ask("images", begin=True)
        job = next(name for name in aws["sagemaker"].jobs if name.startswith(f"dev-images-{round_}-"))
        if round_ == 1:
            aws["s3"].put_object(Bucket=RAW, Key="to-label/images/a.png", Body=b"other")
        aws["sagemaker"].label(job, {"a.png": ["yes", "yes", "yes"]})
        ask("images")
        assert labels(aws, "images") == ({} if round_ == 1 else {uri: "yes"})


def test_labels_of_elsewhere_are_taken_in_once(aws: dict[str, Any], ask: Callable[..., dict[str, Any]]) -> None:
    deploy(aws, "imports", backend="manifest_import", machine="", objects="image")
    uri = f"s3://{RAW}/to-label/imports/a.png"
    text = json.dumps({"source-ref": uri, "label": 1, "label-metadata": {"class-name": "no"}}) + "\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    aws["s3"].put_object(Bucket=LABELLED, Key=f"imports/imports/{digest}.manifest", Body=text.encode())
    ask("imports", imports=[digest])
    assert labels(aws, "imports") == {uri: "no"}
    assert ask("imports", imports=[digest])["rest"] == "these labels were imported before"
    wrong = "0" * 64
    body = text.replace('"no"', '"maybe"').encode()
    aws["s3"].put_object(Bucket=LABELLED, Key=f"imports/imports/{wrong}.manifest", Body=body)
    ask("imports", imports=[wrong])
    runs = aws["dynamodb"].query(
        TableName=TABLE,
        KeyConditionExpression="use_case = :u AND begins_with(#i, :s)",
        ExpressionAttributeNames={"#i": "item"},
        ExpressionAttributeValues={":u": {"S": "imports"}, ":s": {"S": "run#"}},
    )["Items"]
    assert [run["result"]["S"] for run in runs] == ["labelled", "failed"]
    assert "is labelled 'maybe'; allowed are yes, no" in runs[1]["detail"]["S"]


def test_messages_of_a_batch_fail_alone(aws: dict[str, Any], ask: Callable[..., dict[str, Any]]) -> None:
    deploy(aws, "several")
    records = [{"messageId": "1", "body": '{"use_case": "several"}'}, {"messageId": "2", "body": "nonsense"}]
    answer = lambda_handler({"Records": records}, Context())
    assert answer == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert "its stack of labelling is not deployed" in ask("nobody")["rest"]


@pytest.mark.parametrize("how", ["majority", "dawid_skene"])
def test_a_run_with_workers_of_80_percent_is_as_accurate_as_theory_expects(
    how: str, aws: dict[str, Any], ask: Callable[..., dict[str, Any]]
) -> None:
    name = how.replace("_", "")
    deploy(aws, name, objects="image", how=how, minimum_confidence=0, most_objects=400)
    chance = random.Random(7)  # noqa: S311
    truth = {f"{number}.png": chance.choice(["yes", "no"]) for number in range(400)}
    for key in truth:
        aws["s3"].put_object(Bucket=RAW, Key=f"to-label/{name}/{key}", Body=b"x")
    ask(name, begin=True)
    job = next(one for one in aws["sagemaker"].jobs if one.startswith(f"dev-{name}-"))
    wrong = {"yes": "no", "no": "yes"}
    said = {key: [right if chance.random() < 0.8 else wrong[right] for _ in range(3)] for key, right in truth.items()}
    aws["sagemaker"].label(job, said)
    ask(name)
    found = labels(aws, name)
    prefix = f"s3://{RAW}/to-label/{name}/"
    accuracy = sum(found[f"{prefix}{key}"] == right for key, right in truth.items()) / len(truth)
    # Two or three of three are right: 0.896, here within three standard deviations.
    assert len(found) == 400
    assert accuracy == pytest.approx(0.896, abs=3 * (0.896 * 0.104 / 400) ** 0.5)


class Functions:
    """Lambda, that invokes the function in this process."""

    def invoke(self, **request: Any) -> dict[str, Any]:
        answer = lambda_handler(json.loads(request["Payload"]), Context())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}


def test_commands_start_follow_report_and_import(
    aws: dict[str, Any],
    ask: Callable[..., dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    deploy(aws, "flight-delays", objects="image", categories=["cat", "dog"])
    target = Target(environment(), use_case())
    target.__dict__.update({name: aws[name] for name in ("s3", "dynamodb")} | {"functions": Functions()})
    buckets = {"raw": RAW, "labelled": LABELLED}
    monkeypatch.setattr(Target, "bucket", lambda _, purpose: buckets[purpose])
    monkeypatch.setattr(Target, "output", lambda *_: TABLE)
    monkeypatch.setattr(commands, "target_of", lambda *_: target)
    for name in ("a.png", "b.png"):
        aws["s3"].put_object(Bucket=RAW, Key=f"to-label/flight_delays/{name}", Body=b"x")

    commands.start("dev", "flight_delays")
    assert "began run" in capsys.readouterr().out
    [job] = [name for name in aws["sagemaker"].jobs if name.startswith("dev-flight-delays-")]
    with pytest.raises(OperationError, match="is no run of dev-flight-delays, or is not over"):
        commands.status("dev", "flight_delays", "20260101T000000Z-000001-0a1b2c3d")
    aws["sagemaker"].label(job, {"a.png": ["cat", "cat", "dog"]})
    ask("flight_delays")
    capsys.readouterr()  # what the function counts
    commands.status("dev", "flight_delays")
    said = capsys.readouterr().out
    assert "labelled: 2 objects, because of a command; 1 labelled, 1 returned, agreement" in said
    assert "Objects: 1 labelled, 1 returned" in said
    commands.status("dev", "flight_delays", said.split()[0], tmp_path / "page.html")
    assert "nobody answered in time" in (tmp_path / "page.html").read_text()

    (tmp_path / "labels.csv").write_text("object,label\nb.png,dog\n")
    commands.import_("dev", "flight_delays", tmp_path / "labels.csv", "label")
    prefix = f"s3://{RAW}/to-label/flight_delays/"
    assert labels(aws, "flight_delays") == {f"{prefix}a.png": "cat", f"{prefix}b.png": "dog"}
    capsys.readouterr()
    commands.import_("dev", "flight_delays", tmp_path / "labels.csv", "label")
    assert "were imported before" in capsys.readouterr().out
    deploy(aws, "flight-delays", objects="image", categories=["cat"])  # since the laptop's file was written
    (tmp_path / "more.csv").write_text("object,label\nc.png,dog\n")
    with pytest.raises(OperationError, match=r"were not taken in: c\.png is labelled 'dog'; allowed are cat"):
        commands.import_("dev", "flight_delays", tmp_path / "more.csv", "label")
