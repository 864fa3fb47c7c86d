"""Training on several instances: what each gets, that they train one model together, and that they end together."""

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from botocore.exceptions import ClientError
from sklearn.metrics import roc_auc_score

from local_cloud.sagemaker.jobs import process, training_request
from pipelines_src.flight_delays import raw_data
from tests.local.training_kit import (
    XGBOOST,
    booster_in,
    channel,
    ended,
    keys,
    logs_of,
    make_world,
    start,
    start_script,
    unpack,
    upload_script,
)
from tests.needs import need

TWO = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 10}
SHARDED = {"S3DataDistributionType": "ShardedByS3Key"}
TREES = {"num_round": "10", "objective": "binary:logistic", "eval_metric": "auc", "max_depth": "5", "base_score": "0.5"}
COLUMNS = ["month", "day", "hour", "minute", "distance", "flight"]


@pytest.fixture(scope="module", autouse=True)
def networks() -> None:
    need(process.abilities().isolate_network, "This system has no network namespaces for several instances.")


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Flights of 2013, every tenth: was it more than 15 minutes late, and what was known before."""
    folder = tmp_path_factory.mktemp("flights")
    raw_data.write(folder)
    table = pd.read_parquet(folder / "flights.parquet").iloc[::10]
    table = table.dropna(subset=["arr_delay"])
    return table[COLUMNS].assign(late=(table["arr_delay"] > 15).astype(int))[["late", *COLUMNS]]


@pytest.fixture(scope="module")
def world(client: Any, flights: pd.DataFrame) -> dict[str, Any]:
    world = make_world(client, "jobs-distributed")
    # Unlike shards, as files of real data are: the first half of the year and the second.
    for part, rows in enumerate((flights[flights["month"] <= 6], flights[flights["month"] > 6])):
        body = rows.iloc[::2].to_csv(index=False, header=False)
        world["s3"].put_object(Bucket=world["bucket"], Key=f"data/flights/part-{part}.csv", Body=body)
    return world


def streams(world: dict[str, Any], name: str) -> dict[str, list[str]]:
    return {re.sub(rf"^{name}/(algo-\d+)-\d+$", r"\1", stream): log for stream, log in logs_of(world, name).items()}


def rows_of(lines: list[str]) -> int:
    [count] = [int(match[1]) for line in lines if (match := re.search(r"Train matrix has (\d+) rows", line))]
    return count


def trained(world: dict[str, Any], name: str, folder: Path, **changes: Any) -> Any:
    start(world, name, TREES, **changes)
    job = ended(world, name)
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], folder)
    return booster_in(folder)


def auc(booster: Any, rows: pd.DataFrame) -> float:
    import xgboost

    return float(roc_auc_score(rows["late"], booster.predict(xgboost.DMatrix(rows[COLUMNS].to_numpy()))))


def test_two_instances_train_one_model_each_on_its_own_rows(
    world: dict[str, Any], flights: pd.DataFrame, tmp_path: Path
) -> None:
    single = trained(
        world, "dist-one", tmp_path / "one", InputDataConfig=[{**channel(world, "flights"), "ChannelName": "train"}]
    )
    sharded = {**channel(world, "flights", **SHARDED), "ChannelName": "train"}
    both = trained(world, "dist-two", tmp_path / "two", ResourceConfig=TWO, InputDataConfig=[sharded])

    logs = streams(world, "dist-two")
    assert set(logs) == {"algo-1", "algo-2"}
    counts = [rows_of(lines) for lines in logs.values()]
    total = rows_of(streams(world, "dist-one")["algo-1"])
    assert sum(counts) == total
    assert min(counts) > total / 3
    # A row of a logistic model counts 1/4 at the root of the first tree when base_score is 0.5: all rows are in it.
    assert both.trees_to_dataframe()["Cover"][0] == pytest.approx(total / 4, rel=1e-4)

    told = [line for lines in logs.values() for line in lines if "#011train-auc" in line]
    assert len(told) == int(TREES["num_round"])  # of all instances together, by the master

    held_out = flights.iloc[1::2]
    assert auc(single, held_out) > 0.6
    # Bins come from quantiles that the hosts merge, which need not be those of all rows at once; here they are.
    assert auc(both, held_out) == pytest.approx(auc(single, held_out), abs=0.002)


def test_an_instance_without_data_takes_no_part(world: dict[str, Any], tmp_path: Path) -> None:
    three = {**TWO, "InstanceCount": 3}
    sharded = {**channel(world, "flights", **SHARDED), "ChannelName": "train"}
    booster = trained(world, "dist-idle", tmp_path, ResourceConfig=three, InputDataConfig=[sharded])
    assert booster.num_boosted_rounds() == 10
    logs = streams(world, "dist-idle")
    assert any("has no train data" in line for line in logs["algo-3"])
    assert not any("has no train data" in line for host in ("algo-1", "algo-2") for line in logs[host])


TOGETHER = """
import json, os, pathlib, socket
from xgboost import collective, DMatrix, train
from xgboost.tracker import RabitTracker
import numpy as np

hosts, host = json.loads(os.environ["SM_HOSTS"]), os.environ["SM_CURRENT_HOST"]
known = json.load(open("/opt/ml/input/config/resourceconfig.json"))
assert (known["hosts"], known["current_host"]) == (hosts, host), known
files = sorted(os.listdir(os.environ["SM_CHANNEL_TRAIN"]))
print("files", files, "cpus", os.environ["SM_NUM_CPUS"], "gpus", os.environ["SM_NUM_GPUS"])
address = socket.gethostbyname(hosts[0])
if host == hosts[0]:
    tracker = RabitTracker(n_workers=len(hosts), host_ip=address, port=9333, sortby="task")
    tracker.start()
arguments = {"dmlc_tracker_uri": address, "dmlc_tracker_port": 9333, "dmlc_task_id": host, "dmlc_retry": 20}
random = np.random.default_rng(hosts.index(host))
features = random.normal(size=(400, 3))
with collective.CommunicatorContext(**arguments):
    booster = train({"objective": "binary:logistic"}, DMatrix(features, label=features[:, 0] > 0), 5)
    booster.save_model(pathlib.Path(os.environ["SM_MODEL_DIR"], f"{host}.ubj"))
"""


def test_scripts_find_each_other_by_name_and_end_with_the_same_model(world: dict[str, Any], tmp_path: Path) -> None:
    algorithm = {"TrainingImage": XGBOOST, "TrainingInputMode": "File"}
    code = {"sagemaker_program": "train.py", "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz"}
    upload_script(world, "dist-script", TOGETHER)
    folder = channel(world, "code", S3Uri=f"s3://{world['bucket']}/code/dist-script/")
    start(
        world, "dist-script", code, AlgorithmSpecification=algorithm, ResourceConfig=TWO,
        InputDataConfig=[{**channel(world, "flights", **SHARDED), "ChannelName": "train"}, folder],
    )  # fmt: skip
    job = ended(world, "dist-script")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    unpack(world, job["ModelArtifacts"]["S3ModelArtifacts"], tmp_path)
    assert (tmp_path / "algo-1.ubj").read_bytes() == (tmp_path / "algo-2.ubj").read_bytes()
    told = [line for lines in streams(world, "dist-script").values() for line in lines if line.startswith("files")]
    assert sorted(line.split(" cpus")[0] for line in told) == ["files ['part-0.csv']", "files ['part-1.csv']"]


GROUPS = """
import json, os, pathlib
for name in ("SM_CURRENT_INSTANCE_GROUP", "SM_INSTANCE_GROUPS", "SM_CURRENT_INSTANCE_GROUP_HOSTS", "SM_HOSTS"):
    print(name, os.environ[name])
print("channels", os.environ["SM_CHANNELS"])
resources = json.load(open("/opt/ml/input/config/resourceconfig.json"))
print("group", resources["current_group_name"], resources["current_instance_type"])
"""


def test_groups_of_instances_have_their_own_type_and_channels(world: dict[str, Any]) -> None:
    groups = [
        {"InstanceGroupName": "readers", "InstanceType": "ml.c5.xlarge", "InstanceCount": 1},
        {"InstanceGroupName": "learners", "InstanceType": "ml.m5.large", "InstanceCount": 2},
    ]
    channels = [channel(world, "train", InstanceGroupNames=["learners"]), channel(world, "validation")]
    start_script(
        world, "dist-groups", GROUPS,
        ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 10}, InputDataConfig=channels,
    )  # fmt: skip
    job = ended(world, "dist-groups")
    assert job["TrainingJobStatus"] == "Completed", job.get("FailureReason")
    logs = streams(world, "dist-groups")
    assert 'SM_HOSTS ["algo-1", "algo-2", "algo-3"]' in logs["algo-1"]
    assert {'channels ["validation"]', "group readers ml.c5.xlarge"} <= set(logs["algo-1"])
    assert {'channels ["train", "validation"]', "group learners ml.m5.large"} <= set(logs["algo-3"])
    assert 'SM_CURRENT_INSTANCE_GROUP_HOSTS ["algo-2", "algo-3"]' in logs["algo-2"]


def test_an_instance_that_fails_ends_the_others_and_the_job(world: dict[str, Any]) -> None:
    script = (
        "import os, time\n"
        "if os.environ['SM_CURRENT_HOST'] == 'algo-2':\n    raise RuntimeError('algo-2 has no more memory')\n"
        "time.sleep(60)\n"
    )
    start_script(world, "dist-fails", script, ResourceConfig=TWO)
    job = ended(world, "dist-fails", 30)
    assert job["TrainingJobStatus"] == "Failed"
    assert "algo-2 has no more memory" in job["FailureReason"]
    assert keys(world, "models/dist-fails/") == []


def test_different_files_of_one_name_are_no_model(world: dict[str, Any]) -> None:
    script = "import os, pathlib\npathlib.Path('/opt/ml/model/host').write_text(os.environ['SM_CURRENT_HOST'])\n"
    start_script(world, "dist-clash", script, ResourceConfig=TWO)
    job = ended(world, "dist-clash")
    assert job["TrainingJobStatus"] == "Failed"
    assert "different files host in /opt/ml/model" in job["FailureReason"]


@pytest.mark.parametrize(
    ("resources", "text"),
    [
        ({**TWO, "InstanceGroups": [{"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 1}]},
         "InstanceGroups and InstanceType"),
        ({"InstanceGroups": [{"InstanceGroupName": "a", "InstanceType": "ml.m5.large", "InstanceCount": 1}] * 2},
         "names must differ"),
    ],
)  # fmt: skip
def test_instances_that_contradict_are_refused(world: dict[str, Any], resources: Any, text: str) -> None:
    with pytest.raises(ClientError, match=text):
        start(world, "dist-refused", TREES, ResourceConfig=resources)


def test_without_a_network_of_its_own_a_built_in_algorithm_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "abilities", lambda: process.Abilities(False, False, False))
    with pytest.raises(Exception, match="no network namespaces"):
        training_request._check_network({"ResourceConfig": TWO, "HyperParameters": TREES})
