"""A use case file: what it may say, and what it is told when it is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, UseCase, load_use_case
from config.xgboost_hyperparameters import NAMES
from pipelines_src.job_code import settings
from pipelines_src.steps import use_case as steps_use_case

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "pipelines_src" / "flight_delays" / "use_case.yaml"


def load(tmp_path: Path, change: Any) -> UseCase:
    content = yaml.safe_load(FILE.read_text())
    change(content)
    folder = tmp_path / "pipelines_src" / "flight_delays"
    folder.mkdir(parents=True)
    (folder / "use_case.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    return load_use_case("flight_delays", tmp_path)


WRONG: dict[str, tuple[Any, list[str]]] = {
    "feature twice": (
        lambda file: file["data"]["features"].append({"name": "carrier", "type": "number"}),
        ["features names 'carrier' more than once", "remove the repetition"],
    ),
    "field twice": (
        lambda file: file["data"]["record"].append({"name": "carrier", "type": "text"}),
        ["record names 'carrier' more than once"],
    ),
    "label is a feature": (
        lambda file: file["data"]["features"].append({"name": "arrived_late", "type": "number"}),
        ["features names 'arrived_late', which is the label", "remove it"],
    ),
    "label is in the record": (
        lambda file: file["data"]["record"].append({"name": "arrived_late", "type": "number"}),
        ["record names 'arrived_late', which is the label"],
    ),
    "reserved": (
        lambda file: file["data"]["record"].append({"name": "record_id", "type": "text"}),
        ["record names 'record_id'", "rename it"],
    ),
    "time is no field": (
        lambda file: file["data"].update(time="carrier"),
        ["time is 'carrier'", "scheduled_departure"],
    ),
    "no features": (lambda file: file["data"].update(features=[]), ["data.features"]),
    "unknown type": (
        lambda file: file["data"]["features"][0].update(type="image"),
        ["data.features.0.type", "'number' or 'category'"],
    ),
    "splits out of order": (
        lambda file: file["split"].update(test_until="2013-02-01"),
        ["split", "2013-02-01", "must follow each other", "put them in order"],
    ),
    "zone": (lambda file: file["split"].update(test_until="2013-06-01T00:00:00Z"), ["must have no time zone"]),
    "gate asks for what is not there": (
        lambda file: file["gate"].append({"metric": "auc.low", "at_least": 0.5}),
        ["gate.2.metric", "auc.low", "'auc.lower'"],
    ),
    "gate where less is better": (
        lambda file: file["gate"].append({"metric": "log_loss", "at_least": 0.5}),
        ["gate.2.metric", "'log_loss_skill.lower'"],
    ),
    "gate asks for slices": (
        lambda file: (
            file["evaluate"].pop("slices"),
            file["gate"].append({"metric": "worst_slice_auc", "at_least": 0.5}),
        ),
        ["gate.2.metric", "worst_slice_auc needs slices"],
    ),
    "no gate": (lambda file: file.update(gate=[]), ["gate"]),
    "unknown hyperparameter": (
        lambda file: file["train"]["hyperparameters"].update(max_deph=3),
        ["train.hyperparameters", "'max_deph'", "did you mean max_depth?"],
    ),
    "no rounds": (
        lambda file: file["train"]["hyperparameters"].pop("num_round"),
        ["num_round is missing", "add for example num_round: 100"],
    ),
    "objective": (
        lambda file: file["train"]["hyperparameters"].update(objective="multi:softmax"),
        ["'multi:softmax'", "'binary:logistic'"],
    ),
    "constraints": (
        lambda file: file["train"]["hyperparameters"].update(monotone_constraints="(1,0)"),
        ["monotone_constraints: found 2 places", "each of the 19 features"],
    ),
    "no event and event are one": (
        lambda file: file["data"].update(positive="yes", negative="yes"),
        ["data.negative: found 'yes'", "the other value"],
    ),
    "no event of a number": (
        lambda file: file.update(problem="regression", data={**file["data"], "negative": 0}),
        ["data.negative: is nothing for regression"],
    ),
    "resample": (lambda file: file["evaluate"].update(resample="month"), ["evaluate.resample", "'day'"]),
    "unknown key": (lambda file: file["data"].update(labell="x"), ["data.labell", "Did you mean label?"]),
}


@pytest.mark.parametrize("change, expected", WRONG.values(), ids=WRONG)
def test_a_wrong_file_is_explained(change: Any, expected: list[str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, change)
    for text in ["use_case.yaml", *expected]:
        assert text in str(caught.value)


def test_a_use_case_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_use_case("flight_delays").data.label = "other"  # type: ignore[misc] # what mypy refuses must fail too


def test_the_steps_read_what_the_schema_understood(tmp_path: Path) -> None:
    """The image has no pydantic: what it gets is complete, so that no default is written down twice."""

    def bare(file: dict[str, Any]) -> None:
        file.pop("evaluate")
        file["data"]["record"].append({"name": "sensor[0-2]", "type": "number"})

    expected = load(tmp_path, bare)
    found = steps_use_case.UseCase.from_document(json.loads(settings(expected)))
    assert found.data == json.loads(expected.data.model_dump_json())
    assert found.evaluate["bootstrap_samples"] == expected.evaluate.bootstrap_samples == 1000
    assert [field.name for field in found.record][-3:] == ["sensor0", "sensor1", "sensor2"]
    assert found.split["train_until"] == "2013-04-01T00:00:00"


def test_hyperparameter_names_are_unique_and_include_the_usual_ones() -> None:
    assert {"num_round", "eta", "max_depth", "objective", "eval_metric", "early_stopping_rounds"} <= NAMES
