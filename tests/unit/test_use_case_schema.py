"""A use case file: what it may say, and what it is told when it is wrong."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, UseCase, load_use_case
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
    (folder / "transformations.py").touch()
    return load_use_case("flight_delays", tmp_path)


def clean(file: dict[str, Any], **rule: Any) -> None:
    file["prepare"] = {**file.get("prepare", {}), "clean": [{**rule, "why": "to be tried"}]}


def clean_without_negative(file: dict[str, Any], **rule: Any) -> None:
    file["data"].pop("negative", None)
    clean(file, **rule)


WRONG: dict[str, tuple[Any, list[str]]] = {
    "feature twice": (
        lambda file: file["data"]["features"].append({"name": "carrier", "type": "number"}),
        ["data.features.19.name: names 'carrier' more than once", "remove the repetition"],
    ),
    "field twice": (
        lambda file: file["data"]["record"].append({"name": "carrier", "type": "text"}),
        ["data.record.15.name: names 'carrier' more than once"],
    ),
    "label is a feature": (
        lambda file: file["data"]["features"].append({"name": "arrived_late", "type": "number"}),
        ["data.features.19.name: names 'arrived_late', which is the label", "remove it"],
    ),
    "label is in the record": (
        lambda file: file["data"]["record"].append({"name": "arrived_late", "type": "number"}),
        ["data.record.15.name: names 'arrived_late', which is the label"],
    ),
    "reserved": (
        lambda file: file["data"]["record"].append({"name": "record_id", "type": "text"}),
        ["data.record.15.name: names 'record_id'", "rename it"],
    ),
    "time is no field": (
        lambda file: file["data"].update(time="carrier"),
        ["data.time: found 'carrier'", "scheduled_departure"],
    ),
    "a rule that makes up the label": (
        lambda file: clean(file, rule="fill", column="arrived_late", value=0),
        ["prepare.clean.0.rule: fill would make up the label arrived_late", "remove it"],
    ),
    "a range of classes": (
        lambda file: clean(file, rule="between", column="arrived_late", at_least=0.0),
        ["prepare.clean.0.rule: between is about numbers", "use one_of"],
    ),
    "a label that is not declared": (
        lambda file: clean(file, rule="one_of", column="arrived_late", values=["late"]),
        ["prepare.clean.0.values.0: found 'late'; allowed are 1"],
    ),
    "labels left out of two, of which one is not named": (
        lambda file: clean_without_negative(file, rule="one_of", column="arrived_late", values=["1"]),
        ["prepare.clean.0.rule: one_of leaves out other labels", "data.negative", "name it there"],
    ),
    "a range of text": (
        lambda file: clean(file, rule="between", column="carrier", at_least=0.0),
        ["prepare.clean.0.column: found 'carrier', a text; between reads a number"],
    ),
    "words among numbers": (
        lambda file: clean(file, rule="one_of", column="distance", values=["far"]),
        ["prepare.clean.0.column: found 'distance', a number; one_of reads a text"],
    ),
    "a number filled with text": (
        lambda file: clean(file, rule="fill", column="distance", value="far"),
        ["prepare.clean.0.value: found 'far'; distance is a number", "write one"],
    ),
    "a time that is made up": (
        lambda file: clean(file, rule="fill", column="scheduled_departure", value="now"),
        ["prepare.clean.0.column: found 'scheduled_departure', a time", "use known"],
    ),
    "no features": (lambda file: file["data"].update(features=[]), ["data.features"]),
    "unknown type": (
        lambda file: file["data"]["features"][0].update(type="image"),
        ["data.features.0.type", "'number' or 'category'"],
    ),
    "splits out of order": (
        lambda file: file["split"].update(test_until="2013-02-01"),
        ["split.test_until: found 2013-02-01", "must follow each other", "put them in order"],
    ),
    "zone": (lambda file: file["split"].update(test_until="2013-06-01T00:00:00Z"), ["must have no time zone"]),
    "gate asks for what is not there": (
        lambda file: file["gate"].append({"metric": "auc.low", "at_least": 0.5}),
        ["gate.3.metric", "auc.low", "'auc.lower'"],
    ),
    "gate where less is better": (
        lambda file: file["gate"].append({"metric": "log_loss", "at_least": 0.5}),
        ["gate.3.metric", "'log_loss_skill.lower'"],
    ),
    "gate asks for slices": (
        lambda file: (
            file["evaluate"].pop("slices"),
            file["gate"].append({"metric": "worst_slice_auc", "at_least": 0.5}),
        ),
        ["gate.3.metric", "worst_slice_auc needs slices"],
    ),
    "no gate": (lambda file: file.update(gate=[]), ["gate"]),
    "unknown hyperparameter": (
        lambda file: file["train"]["hyperparameters"].update(max_deph=3),
        ["train.hyperparameters.max_deph", "did you mean max_depth?"],
    ),
    "no rounds": (
        lambda file: file["train"]["hyperparameters"].pop("num_round"),
        ["train.hyperparameters.num_round: is missing", "add for example `num_round: 100`"],
    ),
    "objective": (
        lambda file: file["train"]["hyperparameters"].update(objective="multi:softmax"),
        ["'multi:softmax'", "'binary:logistic'"],
    ),
    "constraints": (
        lambda file: file["train"]["hyperparameters"].update(monotone_constraints="(1,0)"),
        ["monotone_constraints: found 2 places", "each of the 19 features"],
    ),
    "a class twice": (
        lambda file: file["data"].update(classes=["a", "b", "b"]),
        ["data.classes.2: names 'b' more than once"],
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
