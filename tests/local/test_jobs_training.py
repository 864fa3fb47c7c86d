import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ClientError

from tests.local.training_kit import (
    BUILT_IN,
    SKLEARN,
    XGBOOST,
    booster_in,
    ended,
    keys,
    log_of,
    make_world,
    start,
    start_script,
    unpack,
)


@pytest.fixture(scope="module")
def world(client: Any) -> dict[str, Any]:
    return make_world(client, "jobs-training")


def test_the_built_in_xgboost_gives_a_model_and_its_metrics(world: dict[str, Any], tmp_path: Path) -> None:
    import xgboost

    output = {"S3OutputPath": "s3://jobs-training/models/", "KmsKeyId": world["key"]}
    start(world, "train-xgboost", BUILT_IN, OutputDataConfig=output)
    job = ended(world, "train-xgboost")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    uri = "s3://jobs-training/models/train-xgboost/output/model.tar.gz"
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == uri
    answer = unpack(world, uri, tmp_path)
    assert answer["SSEKMSKeyId"] == world["key"]
    booster = booster_in(tmp_path)
    assert booster.num_boosted_rounds() == 8
    likely, unlikely = booster.predict(xgboost.DMatrix(np.array([[2.0, 1, 0, 0], [-2, -1, 0, 0]])))
    assert likely > 0.8
    assert unlikely < 0.2
    metrics = {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]}
    assert set(metrics) == {"train:auc", "validation:auc", "train:logloss", "validation:logloss"}
    assert 0.85 < metrics["validation:auc"] < metrics["train:auc"] <= 1
    last = [line for line in log_of(world, "train-xgboost") if line.startswith("[7]#011")]
    assert f"#011validation-auc:{metrics['validation:auc']:.5f}" in last[0]
    named = world["cloudwatch"].list_metrics(
        Namespace="/aws/sagemaker/TrainingJobs", MetricName="validation:auc",
        Dimensions=[{"Name": "TrainingJobName", "Value": "train-xgboost"}],
    )  # fmt: skip
    assert len(named["Metrics"]) == 1


def test_secondary_statuses_are_told_in_order(world: dict[str, Any]) -> None:
    start(world, "train-steps", {**BUILT_IN, "num_round": "1"})
    job = ended(world, "train-steps")
    steps = job["SecondaryStatusTransitions"]
    assert [step["Status"] for step in steps] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert all(step["StartTime"] <= step["EndTime"] for step in steps)
    assert job["SecondaryStatus"] == "Completed"
    assert job["TrainingTimeInSeconds"] >= 1


def test_statuses_are_told_as_events(world: dict[str, Any], client: Any) -> None:
    sqs, events = client("sqs"), client("events")
    url = sqs.create_queue(QueueName="jobs-training")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    pattern = {"source": ["aws.sagemaker"], "detail": {"TrainingJobName": ["train-events"]}}
    events.put_rule(Name="jobs-training", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="jobs-training", Targets=[{"Id": "queue", "Arn": arn}])
    start(world, "train-events", {**BUILT_IN, "num_round": "1"}, Tags=[{"Key": "team", "Value": "blue"}])
    created = ended(world, "train-events")["CreationTime"].timestamp()
    told: dict[str, Any] = {}
    deadline = time.monotonic() + 20
    while "Completed" not in told:
        assert time.monotonic() < deadline, told
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            event = json.loads(message["Body"])
            told[event["detail"]["SecondaryStatus"]] = event
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    last = told["Completed"]
    assert last["detail-type"] == "SageMaker Training Job State Change"
    assert last["resources"] == [last["detail"]["TrainingJobArn"]]
    assert last["detail"]["TrainingJobStatus"] == "Completed"
    assert last["detail"]["Tags"] == {"team": "blue"}
    assert last["detail"]["CreationTime"] == round(created * 1000)


def test_early_stopping_keeps_the_best_rounds(world: dict[str, Any], tmp_path: Path) -> None:
    changed = {**BUILT_IN, "num_round": "200", "eta": "0.9", "early_stopping_rounds": "3", "max_depth": "8"}
    start(world, "train-early", changed)
    job = ended(world, "train-early")
    unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], tmp_path)
    assert booster_in(tmp_path).num_boosted_rounds() < 50


@pytest.mark.parametrize(
    ("name", "changes", "reason"),
    [
        ("unknown", {"num_trees": "3"}, "Extraneous hyperparameter found: num_trees"),
        ("range", {"eta": "2"}, "Hyperparameter eta: 2 is not a number from 0 to 1"),
        ("metric", {"eval_metric": "beauty"}, "Hyperparameter eval_metric: beauty"),
    ],
)
def test_wrong_hyperparameters_fail_the_job(
    world: dict[str, Any], name: str, changes: dict[str, str], reason: str
) -> None:
    start(world, f"train-wrong-{name}", {**BUILT_IN, **changes})
    job = ended(world, f"train-wrong-{name}")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"AlgorithmError: {reason}")
    assert keys(world, f"models/train-wrong-{name}") == []


def test_a_header_in_the_data_fails_the_job(world: dict[str, Any]) -> None:
    world["s3"].put_object(Bucket="jobs-training", Key="data/headed/part.csv", Body=b"label,a\n1,2\n0,3\n")
    place = {"S3DataType": "S3Prefix", "S3Uri": "s3://jobs-training/data/headed"}
    headed = {"ChannelName": "train", "ContentType": "csv", "DataSource": {"S3DataSource": place}}
    start(world, "train-headed", BUILT_IN, InputDataConfig=[headed])
    assert "has no header" in ended(world, "train-headed")["FailureReason"]


def test_a_script_gets_its_arguments_channels_and_metrics(world: dict[str, Any], tmp_path: Path) -> None:
    script = (
        "import argparse, os, pathlib\n"
        "parser = argparse.ArgumentParser()\n"
        "parser.add_argument('--depth', type=int)\n"
        "parser.add_argument('--colour')\n"
        "given = parser.parse_args()\n"
        "files = os.listdir(os.environ['SM_CHANNEL_TRAIN'])\n"
        "print(given.depth, given.colour, files, os.environ['SM_HP_DEPTH'])\n"
        "print('loss=0.5;')\nprint('loss=0.25;')\n"
        "pathlib.Path(os.environ['SM_MODEL_DIR'], 'model.txt').write_text('trained')\n"
        "pathlib.Path('/opt/ml/output/data/notes.txt').write_text('notes')\n"
    )
    definition = {"Name": "loss", "Regex": "loss=(.*?);"}
    algorithm = {"TrainingImage": SKLEARN, "TrainingInputMode": "File", "MetricDefinitions": [definition]}
    start_script(world, "train-script", script, AlgorithmSpecification=algorithm)
    job = ended(world, "train-script")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    assert "3 blue ['part-0.csv'] 3" in log_of(world, "train-script")
    assert [(item["MetricName"], item["Value"]) for item in job["FinalMetricDataList"]] == [("loss", 0.25)]
    unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], tmp_path)
    assert (tmp_path / "model.txt").read_text() == "trained"
    assert keys(world, "models/train-script/") == [
        "models/train-script/output/model.tar.gz",
        "models/train-script/output/output.tar.gz",
    ]


def test_a_script_that_fails_says_why_and_leaves_no_model(world: dict[str, Any]) -> None:
    script = "open('/opt/ml/model/half', 'w').write('half')\nraise RuntimeError('no more memory')\n"
    start_script(world, "train-fails", script)
    job = ended(world, "train-fails")
    assert job["TrainingJobStatus"] == "Failed"
    assert 'ErrorMessage "RuntimeError: no more memory"' in job["FailureReason"]
    assert job["FailureReason"].endswith(", exit code: 1")
    assert keys(world, "models/train-fails/") == []


def test_a_job_out_of_time_is_stopped_and_leaves_no_model(world: dict[str, Any]) -> None:
    script = "import time\nopen('/opt/ml/model/half', 'w').write('half')\ntime.sleep(60)\n"
    start_script(world, "train-slow", script, StoppingCondition={"MaxRuntimeInSeconds": 1})
    job = ended(world, "train-slow")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert keys(world, "models/train-slow/") == []


def test_a_job_that_takes_the_stop_signal_well_keeps_its_model(world: dict[str, Any]) -> None:
    script = (
        "import signal, sys, time\n"
        "def save(*_):\n    open('/opt/ml/model/best', 'w').write('whole')\n    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "open('/opt/ml/checkpoints/first', 'w').write('1')\n"
        "time.sleep(60)\n"
    )
    checkpoints = {"S3Uri": "s3://jobs-training/checkpoints/train-stop"}
    start_script(world, "train-stop", script, CheckpointConfig=checkpoints)
    deadline = time.monotonic() + 20
    while not keys(world, "checkpoints/train-stop"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    world["sm"].stop_training_job(TrainingJobName="train-stop")
    job = ended(world, "train-stop")
    assert job["TrainingJobStatus"] == "Stopped"
    assert keys(world, "models/train-stop/") == ["models/train-stop/output/model.tar.gz"]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ResourceConfig": {"InstanceCount": 9, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}, "more than 8"),
        ({"ResourceConfig": {"InstanceCount": 0, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}}, "no instance"),
        ({"AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "Pipe"}}, "input mode Pipe"),
        ({"AlgorithmSpecification": {"TrainingImage": SKLEARN, "TrainingInputMode": "File"}}, "no built-in algorithm"),
    ],
)
def test_what_cannot_train_is_refused_by_name(world: dict[str, Any], changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ClientError, match=text):
        start(world, "train-refused", BUILT_IN, **changes)


def test_metrics_of_a_built_in_algorithm_cannot_be_redefined(world: dict[str, Any]) -> None:
    definitions = [{"Name": "mine", "Regex": "x=(.*)"}]
    algorithm = {"TrainingImage": XGBOOST, "TrainingInputMode": "File", "MetricDefinitions": definitions}
    with pytest.raises(ClientError, match="override the metric definitions"):
        start(world, "train-refused", BUILT_IN, AlgorithmSpecification=algorithm)


@pytest.mark.parametrize("name", ["../up", "-first", "a" * 64])
def test_names_are_names(world: dict[str, Any], name: str) -> None:
    with pytest.raises(ClientError, match="TrainingJobName"):
        start(world, name, BUILT_IN)
