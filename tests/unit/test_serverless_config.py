"""A serverless endpoint in an environment's file: what it cannot have, and what the environment must say."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config import ConfigError, Environment, load_environment, load_use_case
from config.checking import check_all
from config.environment_agreement import REQUIREMENTS, require_agreement
from config.serverless import REGIONS
from config.serverless_agreement import require_region
from config.service_model import sagemaker_regions
from tests.unit.config_kit import REMEDY, changed, make_root

WHY = {"network.allow_internet": "the data is public anyway", "capture.allow_no_capture": "nobody watches dev"}


def written(serving: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return an environment that allows serverless endpoints, changed at keys such as `network__allow_internet`."""
    document: dict[str, Any] = changed("serving", serving)
    document.pop("notebooks")
    for key, value in {**WHY, **{key.replace("__", "."): value for key, value in changes.items()}}.items():
        section, name = key.split(".")
        if value is not None:
            document.setdefault(section, {})[name] = value
    return document


def refused(root: Path, document: dict[str, Any]) -> str:
    (root / "environments" / "dev.yaml").write_text(yaml.safe_dump(document))
    with pytest.raises(ConfigError) as caught:
        load_environment("dev", root)
    return str(caught.value)


@pytest.mark.parametrize("memory_mb", [1024, 2048, 3072, 4096, 5120, 6144])
@pytest.mark.parametrize("maximum_concurrency", [1, 200])
def test_every_size_that_sagemaker_has(memory_mb: int, maximum_concurrency: int) -> None:
    size = {"memory_mb": memory_mb, "maximum_concurrency": maximum_concurrency}
    environment = Environment.model_validate(written({"serverless": size, "shift": None}))
    serverless = environment.serves("flight_delays").serverless
    assert serverless is not None
    assert (serverless.memory_mb, serverless.maximum_concurrency) == (memory_mb, maximum_concurrency)
    assert serverless.provisioned_concurrency is None
    assert environment.opens_models
    assert not Environment.model_validate(written({})).opens_models


@pytest.mark.parametrize(
    ("serving", "says"),
    [
        ({"serverless": {"memory_mb": 1536}}, ["serving.serverless.memory_mb: found 1536", "1024, 2048, 3072"]),
        ({"serverless": {"memory_mb": 8192}}, ["serving.serverless.memory_mb: found 8192"]),
        ({"serverless": {"maximum_concurrency": 0}}, ["serverless.maximum_concurrency: found 0"]),
        ({"serverless": {"maximum_concurrency": 201}}, ["serverless.maximum_concurrency: found 201", "200"]),
        ({"serverless": {"provisioned_concurrency": 0}}, ["serverless.provisioned_concurrency: found 0"]),
        (
            {"serverless": {"provisioned_concurrency": 201, "maximum_concurrency": 200}},
            ["serverless.provisioned_concurrency: found 201", "200"],
        ),
        (
            {"serverless": {"provisioned_concurrency": 6}},
            ["serverless.provisioned_concurrency: found 6, but maximum_concurrency is 5", "Choose fewer"],
        ),
        ({"serverless": {}, "champion": {"instances": 2}}, ["serving.champion", "has no instances"]),
        ({"serverless": {}, "challenger": {"instances": 2}}, ["serving.challenger", "one variant"]),
        (
            {"serverless": {}, "scaling": {"min": 2, "max": 4, "invocations_per_instance": 600}},
            ["serving.scaling", "no instances to scale"],
        ),
        ({"serverless": {}, "shift": {"percent": 20}}, ["serving.shift", "Remove `shift`, or `serverless`"]),
        ({"serverless": {}, "bake_minutes": 0}, ["serving.bake_minutes", "no old instances"]),
    ],
)
def test_what_a_serverless_endpoint_cannot_have_is_refused(
    tmp_path: Path, serving: dict[str, Any], says: list[str]
) -> None:
    text = refused(make_root(tmp_path), written(serving))
    for part in [*says, "dev.yaml:"]:
        assert part in text
    (line,) = text.splitlines()
    assert re.search(REMEDY, line), line


@pytest.mark.parametrize("key", WHY)
@pytest.mark.parametrize("value", [True, "true", "", "yes do"])
def test_a_switch_without_a_reason_is_refused(tmp_path: Path, key: str, value: object) -> None:
    text = refused(make_root(tmp_path), written({}, **{key: value}))
    assert f"{key}: found " in text
    assert "allowed is the reason, one line of 3 words or more; left out, it is not allowed. Name the reason." in text


def without_experiment(root: Path) -> None:
    path = root / "pipelines_src" / "flight_delays" / "use_case.yaml"
    text = path.read_text()
    path.write_text(text[: text.index("# Four weeks' requests")])


@pytest.mark.parametrize("of_one", [False, True])
def test_an_environment_that_does_not_say_why_deploys_none(tmp_path: Path, of_one: bool) -> None:
    root = make_root(tmp_path)
    without_experiment(root)
    document = written({"serverless": {}}, network__allow_internet=None, capture__allow_no_capture=None)
    if of_one:
        document["serving_of"] = {"flight_delays": document.pop("serving")}
    path = root / "environments" / "dev.yaml"
    path.write_text(yaml.safe_dump(document))
    internet, capture = check_all(root)
    key = "serving_of.flight_delays.serverless" if of_one else "serving.serverless"
    assert ": network.allow_internet: found nothing, but flight_delays has a serverless endpoint" in internet
    assert ": capture.allow_no_capture: found nothing, but flight_delays has a serverless endpoint" in capture
    for text in (internet, capture):
        assert "environments/dev.yaml" in text
        assert f": {key})." in text
        assert "Name it, or serve the use case by instances" in text
    path.write_text(yaml.safe_dump(document | written({"serverless": {}})))
    assert check_all(root) == []


@pytest.mark.parametrize("kept", [1, 3])
def test_containers_may_be_kept_for_as_many_requests_as_are_answered_at_once(kept: int) -> None:
    size = {"maximum_concurrency": 3, "provisioned_concurrency": kept}
    serverless = Environment.model_validate(written({"serverless": size})).serves("flight_delays").serverless
    assert serverless is not None
    assert serverless.provisioned_concurrency == kept


def test_every_region_of_serverless_endpoints_is_one_of_sagemaker() -> None:
    assert set(sagemaker_regions()) >= REGIONS
    assert len(REGIONS) == 21


@pytest.mark.parametrize(("region", "allowed"), [("eu-west-3", True), ("eu-central-2", False)])
def test_a_region_without_serverless_endpoints_is_refused(region: str, allowed: bool) -> None:
    zones = [f"{region}a", f"{region}b"]
    document = written({"serverless": {}}, network__zones=zones) | {"region": region}
    environment, use_case = Environment.model_validate(document), load_use_case("flight_delays")
    if allowed:
        return require_region(environment, use_case)
    with pytest.raises(ConfigError) as caught:
        require_region(environment, use_case)
    text = str(caught.value)
    assert ": region: found eu-central-2, but flight_delays has a serverless endpoint" in text
    assert "us-west-2; allowed is one of these. Serve the use case by instances" in text
    by_instances = Environment.model_validate(written({}, network__zones=zones) | {"region": region})
    return require_region(by_instances, use_case)


def test_a_use_case_with_experiments_has_instances() -> None:
    environment = Environment.model_validate(written({"serverless": {}}))
    with pytest.raises(
        ConfigError, match=r"serving\.serverless: found a serverless endpoint, but flight_delays has exp"
    ):
        require_agreement(environment, load_use_case("flight_delays"))
    beside = Environment.model_validate(written({}, network__allow_internet=None, capture__allow_no_capture=None))
    for require in REQUIREMENTS:
        require(beside, load_use_case("flight_delays"))
