"""A use case on each engine: valid templates, valid requests of Glue, Batch, Step Functions and SageMaker."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

from config.images import image
from config.loading import ROOT
from pipelines_src import job_libraries
from pipelines_src.definition import DefinitionError
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.spark_cluster import SparkSettings
from pipelines_src.definition.use_case_pipeline import build_pipeline
from tests import cfn_lint
from tests.contract.test_step_arguments import at_run_time, problems
from tests.preparation_engines import templates, use_case

STACK = "dev-flight-delays-preparation"
EXECUTION = {"Name": "0123abcd", "Id": "arn:aws:states:ap-northeast-1:111122223333:execution:x:0123abcd"}
Found = dict[str, Any]


@pytest.fixture(scope="module")
def engines(synthesise: Callable[..., Any]) -> Callable[[str], Found]:
    made: dict[str, Found] = {}

    def of(engine: str) -> Found:
        if engine not in made:
            made[engine] = templates(engine, synthesise)
        return made[engine]

    return of


@pytest.fixture
def machine(engines: Callable[[str], Found], plain: Callable[[Any], Any]) -> Callable[[str], Found]:
    """The definition of an engine's state machine, with names for CloudFormation's references."""

    def of(engine: str) -> Found:
        [found] = of_type(engines(engine)[STACK], "AWS::StepFunctions::StateMachine")
        return dict(json.loads(plain(without_sub(found["DefinitionString"]))))

    return of


def of_type(template: Found, kind: str) -> list[Found]:
    return [item["Properties"] for item in template["Resources"].values() if item["Type"] == kind]


def evaluated(value: Any) -> Any:
    """Parameters of a state as Step Functions would send them."""
    if isinstance(value, list):
        return [evaluated(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key.removesuffix(".$"): intrinsic(item) if key.endswith(".$") else evaluated(item)
        for key, item in value.items()
    }


def intrinsic(text: str) -> str:
    if made := re.fullmatch(r"States\.Format\('([^']*)', \$\$\.Execution\.Name\)", text):
        return made[1].replace("{}", EXECUTION["Name"])
    if given := re.fullmatch(r"\$\.given\.(\w+)", text):
        return f"s3://given/{given[1]}"
    assert text == "States.Hash($$.Execution.Id, 'SHA-256')", text
    return "0" * 64


def camel(value: Any, shape: Any) -> Any:
    """A request in the API's own case: Step Functions writes the first letter of every name large, but not of keys."""
    if shape.type_name == "structure":
        names = {name.lower(): name for name in shape.members}
        return {names[key.lower()]: camel(item, shape.members[names[key.lower()]]) for key, item in value.items()}
    if shape.type_name == "list":
        return [camel(item, shape.member) for item in value]
    return value


def breaches(service: str, operation: str, parameters: Found) -> str:
    shape = botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape
    assert shape is not None
    return str(ParamValidator().validate(camel(evaluated(parameters), shape), shape).generate_report())


@pytest.mark.parametrize("engine", ["spark", "glue", "batch"])
def test_templates_are_valid(engine: str, engines: Callable[[str], Found]) -> None:
    made = {name: template for name, template in engines(engine).items() if "flight" in name}
    assert cfn_lint.problems(made) == []
    assert (STACK in made) == (engine != "spark")


@pytest.mark.parametrize(
    ("engine", "service", "operation"), [("glue", "glue", "StartJobRun"), ("batch", "batch", "SubmitJob")]
)
def test_the_states_are_valid_requests(
    engine: str,
    service: str,
    operation: str,
    machine: Callable[[str], Found],
    engines: Callable[[str], Found],
    plain: Callable[[Any], Any],
) -> None:
    states = machine(engine)["States"]
    assert states["Prepare"]["Resource"] == f"arn:aws:states:::{service}:{operation[0].lower()}{operation[1:]}.sync"
    assert breaches(service, operation, states["Prepare"]["Parameters"]) == ""
    assert breaches("s3", "HeadObject", states["FindManifest"]["Parameters"]) == ""
    start = evaluated(states["StartPipeline"]["Parameters"])
    assert problems("StartPipelineExecution", start) == []
    prepared = start["PipelineParameters"][0]["Value"]
    names = {one["Name"] for one in pipeline(engines(engine), plain)["Parameters"]}
    assert {one["Name"] for one in start["PipelineParameters"]} <= names
    assert set(states["Defaults"]["Result"]) == {"ChampionModelUri", "SplitUntil"}
    assert "$.given.SplitUntil" in json.dumps(states["Prepare"]["Parameters"])
    manifest = evaluated(states["FindManifest"]["Parameters"])
    assert f"s3://{manifest['Bucket']}/{manifest['Key']}" == f"{prepared}/_SUCCESS"
    assert prepared.endswith("/flight_delays/prepared/0123abcd")


def test_a_wrong_request_would_be_found() -> None:
    assert "jobQueue" in breaches("batch", "SubmitJob", {"JobName": "x", "JobDefinition": "y"})


def test_each_state_leads_to_the_next(machine: Callable[[str], Found]) -> None:
    for engine in ("glue", "batch"):
        definition = machine(engine)
        states = definition["States"]
        path, at = [], definition["StartAt"]
        while at:
            path.append(at)
            at = states[at].get("Next")
        assert path == ["Defaults", "Given", "Prepare", "FindManifest", "StartPipeline"]
        assert states[path[-1]]["End"] is True


@pytest.mark.parametrize("engine", ["glue", "batch"])
def test_the_pipeline_begins_with_prepared_data(
    engine: str, engines: Callable[[str], Found], plain: Callable[[Any], Any]
) -> None:
    definition = pipeline(engines(engine), plain)
    assert [step["Name"] for step in definition["Steps"]] == ["Train", "Evaluate", "CheckGate"]
    [parameter] = [one for one in definition["Parameters"] if one["Name"] == "PreparedDataUri"]
    assert "DefaultValue" not in parameter
    channels = {
        one["ChannelName"]: one["DataSource"]["S3DataSource"]["S3Uri"]
        for one in definition["Steps"][0]["Arguments"]["InputDataConfig"]
    }
    for name, uri in channels.items():
        assert uri == {"Std:Join": {"On": "/", "Values": [{"Get": "Parameters.PreparedDataUri"}, name]}}
    assert definition["Steps"][0]["CacheConfig"] == {"Enabled": True, "ExpireAfter": "P30D"}


def test_the_step_on_spark_is_a_valid_request_for_a_cluster(pipeline_settings: PipelineSettings) -> None:
    spark = SparkSettings(image_uri=image("spark", "ap-northeast-1"), script_uri="s3://a/f.py", script_file="f.py")
    definition = build_pipeline(use_case("spark"), replace(pipeline_settings, spark=spark)).to_definition()
    arguments = definition["Steps"][0]["Arguments"]
    assert problems("CreateProcessingJob", at_run_time(arguments) | {"ProcessingJobName": "x"}) == []
    assert arguments["ProcessingResources"]["ClusterConfig"]["InstanceCount"] == 2
    assert arguments["NetworkConfig"]["EnableNetworkIsolation"] is True
    command = arguments["AppSpecification"]["ContainerEntrypoint"]
    inputs = {one["InputName"]: one["S3Input"] for one in arguments["ProcessingInputs"]}
    assert command[:2] == ["smspark-submit", "--py-files"]
    for path, name in ((command[2], "code"), (command[3], "script")):
        at = inputs[name]
        assert path == f"{at['LocalPath']}/{at['S3Uri'].split('/')[-1]}"
    assert command[3].endswith(".py")  # what spark-submit knows a script by
    assert {one["S3DataDistributionType"] for one in inputs.values()} == {"FullyReplicated"}


def test_spark_without_its_image_is_refused(pipeline_settings: PipelineSettings) -> None:
    with pytest.raises(DefinitionError, match=r"prepare\.engine is spark, but the settings name no image"):
        build_pipeline(use_case("spark"), pipeline_settings)


def pipeline(found: Found, plain: Callable[[Any], Any]) -> Found:
    [resource] = of_type(found["dev-flight-delays-training"], "AWS::SageMaker::Pipeline")
    return dict(json.loads(plain(without_sub(resource["PipelineDefinition"]["PipelineDefinitionBody"]))))


def without_sub(value: Any) -> Any:
    """Addresses of assets, which the CDK spells with Fn::Sub, as text."""
    if isinstance(value, list):
        return [without_sub(item) for item in value]
    if isinstance(value, dict):
        return value.get("Fn::Sub") or {key: without_sub(item) for key, item in value.items()}
    return value


def test_libraries_are_the_same_bytes_and_serve_without_the_environment_they_come_from(tmp_path: Path) -> None:
    with job_libraries.zipped() as path:
        first = path.read_bytes()
    with job_libraries.zipped() as path:
        assert path.read_bytes() == first
    (tmp_path / "libraries.zip").write_bytes(first)
    # As in SageMaker's Spark image: neither DuckDB nor pyarrow, and Ibis from the zip alone.
    text = f"""
import sys
sys.path.insert(0, {str(tmp_path / "libraries.zip")!r})
sys.path.append({str(ROOT)!r})
for name in ("pyarrow", "duckdb", "rich"):
    sys.modules[name] = None
import ibis
assert "libraries.zip" in ibis.__file__
from pipelines_src.steps import prepare, standalone
from pipelines_src.steps.engines import spark_engine
"""
    subprocess.run([sys.executable, "-I", "-c", text], check=True, cwd=tmp_path)


def test_native_code_is_no_library_for_a_zip() -> None:
    with pytest.raises(ValueError, match="duckdb has native code"), job_libraries.zipped(("duckdb",)):
        pass
