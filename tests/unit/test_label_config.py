"""The section `label`: what it may say, and what it is told when it is wrong."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import botocore.session
import pytest
import yaml

from config import ConfigError, Workforce, ground_truth, load_environment, load_use_case, load_workforce
from config.closed_services import closed_services
from config.environment import Access
from config.errors import RuleError
from config.labelling import (
    jobs_in,
    require_addresses,
    require_ground_truth,
    require_same_region,
    require_template,
)
from config.use_case.data import Data
from config.use_case.label import LEAST_AUTOMATIC, Checks, Label
from config.use_case.label_agreement import label_is_made
from pipelines_src import job_code
from tests.labelling import GROUND_TRUTH, IMPORTED, PAGE, PUBLIC, TASK, VENDOR, environment, label, use_case
from tests.unit.config_kit import GOOD, make_root

FUNCTION = "arn:aws:lambda:ap-northeast-1:111122223333:function:own"


def written(tmp_path: Path, section: Mapping[str, Any]) -> Path:
    root = make_root(tmp_path)
    path = root / "pipelines_src/flight_delays/use_case.yaml"
    path.write_text(path.read_text() + yaml.safe_dump({"label": dict(section)}, sort_keys=False))
    return root


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "categories twice": (
        {"task": TASK | {"categories": ["cat", "cat"]}},
        "label.task.categories.1: names 'cat' more than",
    ),
    "one category": ({"task": TASK | {"categories": ["cat"]}}, "chooses between two or more; add one"),
    "page of a type": ({"task": TASK | {"template": "a.liquid.html"}}, "label.task.template: belongs to type page"),
    "no page": ({"task": TASK | {"type": "page"}}, "label.task.objects: is missing, and type page needs it"),
    "no workers": ({"workers": None}, "label.workers: is missing, and backend ground_truth needs it"),
    "no limits": ({"limits": None}, "label.limits: is missing, and backend ground_truth needs it"),
    "import with workers": ({"backend": "manifest_import"}, "label.workers: belongs to labelling jobs"),
    "vendor without team": (
        {"workers": {"kind": "vendor"}},
        "label.workers.team: is missing, and kind vendor needs it",
    ),
    "private with price": ({"workers": {"kind": "private", "usd_per_answer": 0.1}}, "belongs to kind public"),
    "public without price": (
        {"workers": PUBLIC | {"usd_per_answer": None}},
        "label.workers.usd_per_answer: is missing",
    ),
    "too fine a price": ({"workers": PUBLIC | {"usd_per_answer": 0.0125}}, "allowed are tenths of a cent"),
    "strangers and secrets": (
        {"workers": PUBLIC | {"content": ["free_of_adult_content"]}},
        "does not say free_of_personal_information",
    ),
    "a day of the public": (
        {"workers": PUBLIC | {"hours": 24}},
        "label.workers.hours: found 24; allowed for the public",
    ),
    "no time for an answer": (
        {"workers": {"kind": "private", "hours": 1, "seconds_per_answer": 7200}},
        "label.workers.hours: found 1; one has 7200 seconds",
    ),
    "majority of boxes": (
        {"task": TASK | {"type": "bounding_box"}, "consolidation": "majority"},
        "allowed for bounding_box is built_in",
    ),
    "built-in page": ({"task": PAGE, "consolidation": "built_in"}, "AWS has none for pages of your own"),
    "consolidated twice": (
        {"task": PAGE | {"post_annotation": FUNCTION}, "consolidation": "majority"},
        "consolidates already",
    ),
    "automatic entities": (
        {"task": TASK | {"type": "named_entities"}, "automatic": True},
        "label.automatic: found true",
    ),
    "automatic and few": ({"automatic": True}, "label.limits.objects: found 1000; allowed with automatic are 1250 or"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_mistake_is_told_with_line_key_and_remedy(case: str, tmp_path: Path) -> None:
    changes, said = WRONG[case]
    root = written(tmp_path, GROUND_TRUTH | changes)
    with pytest.raises(ConfigError) as raised:
        load_use_case("flight_delays", root)
    [message] = str(raised.value).splitlines()
    assert said in message
    assert re.match(r"pipelines_src/flight_delays/use_case\.yaml:\d+: label", message)


RIGHT: list[dict[str, Any]] = [
    {},
    {"workers": VENDOR},
    {"workers": PUBLIC},
    {"task": PAGE},
    {"task": PAGE | {"pre_annotation": FUNCTION, "post_annotation": FUNCTION}},
    {"consolidation": "dawid_skene", "schedule": "rate(7 days)", "on_new_objects": True},
    {"automatic": True, "limits": {"objects": 5000, "usd_per_object": 0.08, "usd_per_month": 500}},
    *({"task": TASK | {"type": kind}} for kind in ground_truth.FUNCTIONS),
]


@pytest.mark.parametrize("changes", RIGHT, ids=lambda changes: json.dumps(changes)[:60])
def test_every_kind_is_taken(changes: dict[str, Any], tmp_path: Path) -> None:
    loaded = load_use_case("flight_delays", written(tmp_path, GROUND_TRUTH | changes))
    assert loaded.label == label(**changes)


def test_how_answers_become_one_label() -> None:
    assert label().how == "built_in"
    assert label(task=PAGE).how == "dawid_skene"
    assert label(task=PAGE | {"post_annotation": FUNCTION}).how == "own"
    assert label(consolidation="majority").how == "majority"


def test_jobs_do_not_depend_on_it() -> None:
    assert job_code.settings(use_case()) == job_code.settings(load_use_case("flight_delays"))


def test_synthesis_warns_of_what_is_closed_with_date_and_alternative() -> None:
    assert list(closed_services(use_case(Label.model_validate(IMPORTED)))) == []
    [ground] = closed_services(use_case())
    assert "November 2026" in ground.text
    texts = [closed.text for closed in closed_services(use_case(label(workers=PUBLIC)))]
    assert "30 September 2026" in texts[1]
    assert all("Alternative: " in text for text in texts)


def test_an_unknown_region_is_refused_for_jobs_alone() -> None:
    elsewhere = environment().model_copy(update={"region": "sa-east-1"})
    with pytest.raises(ConfigError, match=r"region: found 'sa-east-1'.*ap-northeast-1.*Choose one"):
        require_ground_truth(elsewhere, use_case())
    require_ground_truth(elsewhere, use_case(Label.model_validate(IMPORTED)))


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"workers": VENDOR | {"team": VENDOR["team"].replace("ap-north", "eu-north")}}, "workers.team"),
        ({"task": PAGE | {"pre_annotation": FUNCTION.replace("ap-north", "eu-north")}}, "task.pre_annotation"),
    ],
)
def test_teams_and_functions_of_other_regions_are_refused(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=rf"label\.{key}: found .*allowed are ARNs of that region"):
        require_same_region(environment(), use_case(label(**changes)))
    require_same_region(environment(), use_case(label(workers=VENDOR)))


def test_without_a_workforce_private_workers_have_no_jobs_and_labels_are_imported() -> None:
    nobody = environment().model_copy(update={"workforce": None})
    private, vendor = label(check={"attempts": 3}), label(workers=VENDOR)
    assert jobs_in(environment(), private) == private
    assert jobs_in(nobody, vendor) == vendor
    found = jobs_in(nobody, private)
    assert (found.backend, found.workers, found.limits, found.task) == ("manifest_import", None, None, private.task)
    assert found.check.attempts == 3
    # What Ground Truth lacks does not matter then.
    require_ground_truth(nobody.model_copy(update={"region": "eu-north-1"}), use_case())


def test_a_page_must_be_in_the_folder(tmp_path: Path) -> None:
    root = written(tmp_path, GROUND_TRUTH | {"task": PAGE})
    with pytest.raises(
        ConfigError, match=r"template: found 'page\.liquid\.html', which is not in the folder; it has no"
    ):
        require_template(use_case(label(task=PAGE)), root / "pipelines_src")
    (root / "pipelines_src/flight_delays/page.liquid.html").touch()
    require_template(use_case(label(task=PAGE)), root / "pipelines_src")


PEOPLE = {"name": "people", "owner": "team", "cost_center": "c-1", "allowed_cidrs": ["203.0.113.0/24"]}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"region": "eu-west-1"}, "whose region is eu-west-1; allowed is that of this environment"),
        ({"account": "111122223333"}, "whose account is 111122223333; allowed is"),
        ({"allowed_cidrs": []}, "allowed_cidrs"),
        ({"name": "others"}, "found 'others'; allowed is 'people'"),
        (None, "does not exist"),
    ],
)
def test_an_environment_names_a_workforce_of_its_own_place(
    changes: dict[str, Any] | None, said: str, tmp_path: Path
) -> None:
    root = make_root(tmp_path)
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(GOOD | {"workforce": "people"}))
    if changes is not None:
        (root / "workforces").mkdir()
        (root / "workforces/people.yaml").write_text(yaml.safe_dump(PEOPLE | changes))
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_environment("dev", root)


def test_a_workforce_that_is_right(tmp_path: Path) -> None:
    root = make_root(tmp_path)
    (root / "workforces").mkdir()
    (root / "workforces/people.yaml").write_text(yaml.safe_dump(PEOPLE))
    (root / "environments/dev.yaml").write_text(yaml.safe_dump(GOOD | {"workforce": "people"}))
    assert load_environment("dev", root).workforce == load_workforce("people", root).name


def test_the_table_of_functions_is_the_service_models() -> None:
    model = botocore.session.get_session().get_service_model("sagemaker")
    ours = {
        "HumanTaskConfig": ("PreHumanTaskLambdaArn", ground_truth.pre_annotation),
        "AnnotationConsolidationConfig": ("AnnotationConsolidationLambdaArn", ground_truth.consolidation),
    }
    for shape, (member, made) in ours.items():
        text = model.shape_for(shape).members[member].documentation  # type: ignore[attr-defined]
        known = set(re.findall(r"arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9-]+", text))
        assert {made(kind, region) for kind in ground_truth.FUNCTIONS for region in ground_truth.ACCOUNTS} <= known
        assert {arn.split(":")[3] for arn in known} == set(ground_truth.ACCOUNTS)
    text = model.shape_for("LabelingJobAlgorithmsConfig").members["LabelingJobAlgorithmSpecificationArn"].documentation  # type: ignore[attr-defined]
    for kind in ("image_classification", "text_classification", "bounding_box", "semantic_segmentation"):
        named = re.sub("<[^>]+>", "", text).replace("arn:aws:sagemaker:region:", "arn:aws:sagemaker:us-east-1:")
        assert ground_truth.algorithm(kind, "us-east-1") in named
    text = model.shape_for("UiConfig").members["HumanTaskUiArn"].documentation  # type: ignore[attr-defined]
    assert ground_truth.entity_page("aws-region") in re.sub("<[^>]+>", "", text)


def test_the_page_of_a_use_case_is_not_code_of_its_jobs() -> None:
    assert "page.liquid.html" in job_code._NOT_CODE(".", ["page.liquid.html", "transformations.py"])


@pytest.mark.parametrize(
    ("opens", "workers", "task", "said"),
    [
        ("203.0.113.0/24", VENDOR, TASK, "browsers of vendor workers load the objects"),
        ("198.51.100.0/24", {"kind": "private"}, TASK, r"log in from 203\.0\.113\.0/24 \(workforces/people\.yaml\)"),
        ("203.0.112.0/23", {"kind": "private"}, TASK, None),
        ("198.51.100.0/24", VENDOR, TASK | {"type": "text_classification"}, None),
        (None, VENDOR, TASK, None),
    ],
)
def test_workers_must_reach_the_objects_that_they_look_at(
    opens: str | None, workers: dict[str, Any], task: dict[str, Any], said: str | None, tmp_path: Path
) -> None:
    (tmp_path / "workforces").mkdir()
    (tmp_path / "workforces/people.yaml").write_text(yaml.safe_dump(PEOPLE))
    access = Access.model_validate({"allowed_cidrs": [opens] if opens else []})
    where = environment().model_copy(update={"access": access})
    labelled = use_case(label(workers=workers, task=task))
    if said is None:
        require_addresses(where, labelled, tmp_path)
        return
    with pytest.raises(ConfigError, match=said):
        require_addresses(where, labelled, tmp_path)


def test_what_the_page_shows_is_valid_and_says_the_schemas_defaults() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "labelling.md").read_text(encoding="utf-8")
    section, people, read = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL))
    assert Label.model_validate(section["label"]).how == "built_in"
    assert Workforce.model_validate(people).name == "people"
    digits = load_use_case("handwritten_digits").data
    assert Data.model_validate(digits.model_dump() | read["data"]).label_from == "labelled_set"
    assert f"**{LEAST_AUTOMATIC:,}**" in text or f"{LEAST_AUTOMATIC:,} objects" in text
    assert f"| {Checks().minimum_confidence}; {Checks().attempts}; {Checks().minimum_agreement} |" in text


READ: list[tuple[dict[str, Any], str]] = [
    ({"label": None}, "data.label_from: found 'both', but there is no section label"),
    ({"problem": "regression"}, "data.label_from: found 'both'; a labelled set has categories"),
    ({"label": IMPORTED | {"task": TASK | {"type": "bounding_box", "categories": ["0", "1"]}}}, "bounding_box has no"),
    ({"label": IMPORTED}, "label.task.categories: lack '1', which data says the label can be"),
]


@pytest.mark.parametrize(("changes", "said"), READ)
def test_labels_that_are_read_can_be_what_the_model_tells_apart(changes: dict[str, Any], said: str) -> None:
    data = load_use_case("flight_delays").data.model_copy(update={"label_from": "both"})
    section = changes.get("label", IMPORTED)
    problem = changes.get("problem", "binary_classification")
    made = None if section is None else Label.model_validate(section)
    with pytest.raises(RuleError) as refused:
        label_is_made(problem, data, made)
    assert said in f"{'.'.join(map(str, refused.value.key))}: {refused.value.text}"


def test_labels_that_fit_are_read_and_those_of_the_raw_data_ask_nothing() -> None:
    data = load_use_case("flight_delays").data
    label_is_made("regression", data, None)
    made = Label.model_validate(IMPORTED | {"task": TASK | {"categories": ["0", "1", "neither"]}})
    label_is_made("binary_classification", data.model_copy(update={"label_from": "labelled_set"}), made)
