"""`ops label`: files of labels, commands that cannot be, and what the function says."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from config.use_case.label import Label
from label import augmented
from label.state import Run
from ops import label as commands
from ops.label import account as accounts
from ops.label import function, importing, objects, stopping, worker_pages
from ops.target import OperationError, Target
from tests.labelling import IMPORTED, PAGE, PUBLIC, TASK, TEAM, VENDOR, environment, label, use_case
from tests.unit.ops_stub_kit import Functions

RAW = "s3://the-bucket/to-label/flight_delays/"
RUN = Run("flight_delays", 1, "0a1b2c3d", 2, 0.2, "a test", datetime(2026, 1, 1, tzinfo=UTC), result="labelled")


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> Target:
    monkeypatch.setattr(Target, "output", lambda *_: "the-function")
    monkeypatch.setattr(Target, "bucket", lambda *_: "the-bucket")
    return Target(environment(), use_case())


def written(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_of_names_becomes_a_manifest_of_the_platforms(target: Target, tmp_path: Path) -> None:
    file = written(
        tmp_path, "labels.csv", '\ufeffobject,label,who\n"a, b.png",dog,ada\ncats/c.png, cat ,\n"a, b.png",dog,\n'
    )
    lines = augmented.read(importing.manifest_of(target, file))
    assert [line["source-ref"] for line in lines] == [f"{RAW}a, b.png", f"{RAW}cats/c.png"]
    assert [(line["label"], augmented.classes(line, "label")) for line in lines] == [(1, ["dog"]), (0, ["cat"])]


def test_a_manifest_of_another_attribute_is_taken(target: Target, tmp_path: Path) -> None:
    line = {"source-ref": "s3://other/a.png", "sport": 1, "sport-metadata": {"class-name": "dog", "confidence": 0.9}}
    file = written(tmp_path, "a.manifest", json.dumps(line) + "\n")
    assert augmented.read(importing.manifest_of(target, file, "sport")) == [
        {"source-ref": "s3://other/a.png", "label": 1, "label-metadata": {"class-name": "dog", "confidence": 0.9}}
    ]


def test_texts_stand_in_the_manifest_itself(target: Target, tmp_path: Path) -> None:
    section = label(task=TASK | {"type": "text_classification"})
    file = written(tmp_path, "a.csv", 'object,label\n"two\nlines",cat\n')
    [line] = augmented.read(importing.manifest_of(Target(target.environment, use_case(section)), file))
    assert line["source"] == "two\nlines"


GOOD = json.dumps({"source-ref": "s3://b/a", "label": 0, "label-metadata": {"class-name": "cat"}})
WRONG = {
    "unknown category": (
        "a.csv",
        "object,label\na,cow\n",
        r"a\.csv: line 2 says 'cow'; allowed are cat, dog\. Correct",
    ),
    "no column": ("a.csv", "file,label\na,cat\n", "has no column object; found are file, label"),
    "contradiction": ("a.csv", "object,label\na,cat\na,dog\n", "lines 2 and 3 label a otherwise"),
    "empty": ("a.csv", "object,label\n", "has no labels"),
    "no JSON": ("a.manifest", "nonsense", "line 1 is no JSON"),
    "other attribute": ("a.manifest", GOOD.replace("label", "sport"), "has no 'label'; found are sport"),
    "no name": ("a.manifest", GOOD.replace("class-name", "name"), "no class-name in label-metadata"),
    "failed": ("a.manifest", GOOD.replace("class-name", "failure-reason"), "entry 1 has no label: cat"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_with_a_file_is_told(case: str, target: Target, tmp_path: Path) -> None:
    name, text, said = WRONG[case]
    with pytest.raises(OperationError, match=said):
        importing.manifest_of(target, written(tmp_path, name, text))


def test_a_file_that_is_no_text_is_told(target: Target, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"object,label\n\xff,cat\n")
    with pytest.raises(OperationError, match=r"is no UTF-8 .*Save it as UTF-8"):
        importing.manifest_of(target, tmp_path / "a.csv")


def test_boxes_need_a_manifest(target: Target, tmp_path: Path) -> None:
    boxes = Target(target.environment, use_case(label(task=TASK | {"type": "bounding_box"})))
    with pytest.raises(OperationError, match="bring bounding_box as an augmented manifest"):
        importing.manifest_of(boxes, written(tmp_path, "a.csv", "object,label\na,cat\n"))


def test_a_command_asks_the_function_and_says_its_answer(target: Target) -> None:
    functions = Functions({"rest": "its labelling job begins", "began": "r1", "kept": ""})
    target.__dict__["functions"] = functions
    assert function.ask(target, begin=True, insist=True) == "its labelling job begins; began run r1"
    assert functions.asked == {"use_case": "flight_delays", "begin": True, "insist": True, "trigger": "a command"}
    target.__dict__["functions"] = Functions({"errorType": "E", "errorMessage": "denied"}, "Unhandled")
    with pytest.raises(OperationError, match=r"the-function failed: E: denied\. Its log says more"):
        function.ask(target, begin=True)


def test_commands_that_cannot_be_say_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OperationError, match="has no section label"):
        commands.target_of("dev", "flight_delays")
    imported = Target(environment(), use_case(Label.model_validate(IMPORTED)))
    monkeypatch.setattr(commands, "target_of", lambda *_: imported)
    with pytest.raises(OperationError, match="Bring labels: python -m ops label import dev flight_delays FILE"):
        commands.start("dev", "flight_delays")


ONE = worker_pages.Shown("a.png", "data:image/png;base64,AA==")


def test_liquid_of_worker_pages_is_rendered() -> None:
    template = """{% comment %}{{ nothing }}{% endcomment %}{% assign all = task.input.labels %}{% for one in all %}
    {% if one == "cat" %}C{% elsif one == "dog" %}D{% else %}E{% endif %}{% endfor %}
    {% unless all %}none{% endunless %}
    {% unless 1 == 1 or 1 == 1 %}none{% endunless %}<i title="{{ all | to_json | escape }}">{{ "<b>" }}</i>"""
    text = worker_pages.rendered(template, ONE, ["cat", "dog", "co'w"])
    assert "".join(text.split()).startswith("CDE<ititle=")
    assert "&lt;b&gt;" in text
    assert "none" not in text
    assert "&#34;co&#39;w&#34;" in text


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ task.input.other }}", "cannot be shown: .*other"),
        ("{% render 'x' %}", "has the Liquid tag 'render'"),
        ('{{ task.input.taskObject | default: "x" }}', "a filter with arguments"),
        ("{% for x in", "cannot be shown"),
    ],
)
def test_what_the_preview_does_not_know_is_told(template: str, said: str) -> None:
    with pytest.raises(OperationError, match=said):
        worker_pages.rendered(template, ONE, ["cat"])


def test_objects_of_a_folder_are_shown_and_others_are_not(target: Target, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"no object to show in .*\.jpg, \.jpeg, \.png"):
        worker_pages.of_folder(target, tmp_path, 5)
    for name in ("b.PNG", "a.jpg", "c.txt"):
        (tmp_path / name).write_bytes(b"x")
    assert [one.name for one in worker_pages.of_folder(target, tmp_path, 5)] == ["a.jpg", "b.PNG"]
    with pytest.raises(OperationError, match="named entities is AWS's own"):
        worker_pages.write(use_case(label(task=TASK | {"type": "named_entities"})), [ONE], tmp_path)
    assert label(task=PAGE).task.kind_of_objects == "image"


class Account:
    """SageMaker, as an account with a few things of Ground Truth sees it."""

    def __init__(self, **has: Any) -> None:
        self._has = has

    def list_labeling_jobs(self, **_: Any) -> dict[str, Any]:
        if self._has.get("closed"):
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not available"}}, "ListLabelingJobs")
        return {"LabelingJobSummaryList": [{"LabelingJobName": name} for name in self._has.get("jobs", [])]}

    def list_workforces(self) -> dict[str, Any]:
        return {"Workforces": [{"WorkforceName": name} for name in self._has.get("workforces", [])]}

    def describe_workteam(self, **request: Any) -> None:
        code, said = self._has.get("refuses", ("ValidationException", "The work team does not exist"))
        if request["WorkteamName"] not in self._has.get("teams", []):
            raise ClientError({"Error": {"Code": code, "Message": said}}, "DescribeWorkteam")

    def get_paginator(self, name: str) -> Any:
        assert name == "list_subscribed_workteams"
        teams = [{"WorkteamArn": arn} for arn in self._has.get("vendors", [])]
        return SimpleNamespace(paginate=lambda: [{"SubscribedWorkteams": teams}])


@pytest.mark.parametrize(
    ("section", "account", "good", "said"),
    [
        (label(), Account(jobs=["a"], workforces=["people"], teams=["dev-flight-delays"]), [True, True, True], "team"),
        (label(), Account(workforces=["others"]), [None, False, None], "there is others, and an account has one"),
        (label(), Account(workforces=["people"]), [None, True, None], "There is no team dev-flight-delays yet"),
        (
            label(),
            Account(workforces=["people"], refuses=("AccessDeniedException", "not you")),
            [None, True, None],
            "not you; it comes",
        ),
        (label(workers=VENDOR), Account(jobs=["a"], vendors=[TEAM]), [True, True], "has subscribed to"),
        (label(workers=VENDOR), Account(closed=True), [False, False], "no vendor team"),
        (label(workers=PUBLIC), Account(jobs=["a"]), [True, False], "closed on 30 September 2026"),
        (Label.model_validate(IMPORTED), Account(closed=True), [True], "needs neither"),
    ],
)
def test_a_preflight_asks_the_account(section: Label, account: Account, good: list[bool | None], said: str) -> None:
    target = Target(environment(), use_case(section))
    target.__dict__["sagemaker"] = account
    found = list(accounts.findings(target))
    assert [one.good for one in found] == good
    assert said in found[-1].text or said in found[1].text


@pytest.mark.parametrize(
    ("runs", "name", "said"),
    [
        ((), None, "No run of dev-flight-delays is under way: there is none yet"),
        ((RUN,), None, f"the newest, {RUN.name}, is labelled"),
        ((replace(RUN, result="started"),), "20260101T000000Z-000009-ffffffff", "is not under way: the newest"),
        ((replace(RUN, result="started", imports="0" * 64),), None, "No run of dev-flight-delays is under way"),
    ],
)
def test_what_is_not_under_way_cannot_be_stopped(
    runs: tuple[Run, ...], name: str | None, said: str, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    target.__dict__["functions"] = Functions({"rest": "no run is under way", "began": ""})
    monkeypatch.setattr(stopping, "_runs", lambda _: runs)
    with pytest.raises(OperationError, match=re.escape(said)):
        stopping.stop(target, name)


def test_objects_are_those_that_workers_can_be_shown(target: Target, tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"raw_data\.py of flight_delays has no write_objects"):
        objects.upload(target, None)
    written(tmp_path, "notes.txt", "not a picture")
    with pytest.raises(OperationError, match=r"no file that ends with \.jpg, \.jpeg, \.png"):
        objects.upload(target, tmp_path)


def test_chosen_objects_that_cannot_be_read_are_told_with_file_and_line(target: Target, tmp_path: Path) -> None:
    file = written(tmp_path, "chosen.jsonl", '{"object": "a.png"}\na.png\n')
    with pytest.raises(OperationError, match=r"chosen\.jsonl: line 2: .*Write a line for each object"):
        function.choose(target, file)
