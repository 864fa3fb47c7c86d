"""What CreatePipeline accepts and refuses, and how expressions resolve."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from config import load_use_case
from local_cloud.sagemaker import api
from local_cloud.sagemaker.errors import SageMakerError
from local_cloud.sagemaker.pipelines import definition, naming, paths
from local_cloud.sagemaker.pipelines.expressions import ExpressionError, resolve
from local_cloud.sagemaker.store import Database, Store
from pipelines_src.definition.settings import PipelineSettings
from pipelines_src.definition.use_case_pipeline import build_pipeline
from tests.local.pipelines_cloud import ACCOUNT, PERSON, REGION, ROLE, Cloud, define, processing, training
from tests.local.pipelines_server import serve


def get(path: str) -> dict[str, str]:
    return {"Get": path}


def gate(*steps: dict[str, Any], left: object = 1) -> dict[str, Any]:
    conditions = [{"Type": "Equals", "LeftValue": left, "RightValue": 1}]
    return {"Name": "gate", "Type": "Condition", "Arguments": {"Conditions": conditions, "IfSteps": list(steps)}}


def json_get(file: str, path: str = "a") -> dict[str, Any]:
    return {"Std:JsonGet": {"PropertyFile": get(f"Steps.a.PropertyFiles.{file}"), "Path": path}}


FILE = {"PropertyFileName": "f", "OutputName": "nowhere", "FilePath": "f.json"}


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([], "Steps is empty"),
        ([{"Name": "a", "Type": "EMR", "Arguments": {}}], r"\[a\] has the type \[EMR\]"),
        ([processing("a"), processing("a")], r"Duplicate step name \[a\]"),
        ([processing("a"), gate(processing("a"))], r"Duplicate step name \[a\]"),
        ([processing("a b")], "Step name 'a b'"),
        ([processing("a", DependsOn=["b"])], r"depends on \['b'\]"),
        ([processing("a", {"x": get("Steps.b.ProcessingJobArn")})], "undefined step"),
        ([processing("a", {"x": get("Parameters.p")})], "undeclared parameter"),
        ([processing("a", {"x": get("Execution.Nothing")})], r"\[Execution.Nothing\] is unknown"),
        ([processing("a", {"x": get("Nonsense")})], r"Invalid reference \[Nonsense\]"),
        ([processing("a"), processing("b", {"x": get("Steps.a.ModelName")})], "property that a Processing step"),
        ([processing("a"), gate(left=json_get("f"))], "undeclared property file"),
        ([processing("a", PropertyFiles=[FILE]), gate(left=json_get("f"))], r"output \[nowhere\]"),
        ([processing("a", DependsOn=["b"]), processing("b", DependsOn=["a"])], "cycle"),
        ([gate(processing("a")), processing("b", {"x": get("Steps.b.ProcessingJobArn")})], "cycle"),
        ([processing("a", arguments={"Colour": "red"})], "Unknown Argument member 'Colour'"),
        ([training("a", arguments={"StoppingCondition": {"Max": 1}})], "StoppingCondition.Max"),
        ([{"Name": "a", "Type": "Training", "Arguments": {}}], "Missing Argument member"),
        ([processing("a", Speed=1)], r"Unknown member \['Speed'\]"),
        ([processing("a", CacheConfig={"Enabled": True})], "ExpireAfter"),
        ([processing("a", RetryPolicies=[{"ExceptionType": ["Step.BAD"], "MaxAttempts": 1}])], "Step.BAD"),
        ([processing("a"), processing("b", DependsOn=[{"Step": "a", "Trigger": "Failed"}])], "trigger"),
        ([gate(left=1) | {"Arguments": {"Conditions": [{"Type": "Like"}]}}], r"condition type \[Like\]"),
        (
            [{"Name": "r", "Type": "RegisterModel", "Arguments": {"ModelPackageName": "m"}}],
            "Unknown Argument member 'ModelPackageName'",
        ),
    ],
)
def test_a_definition_that_cannot_run_is_refused(steps: list[Any], said: str) -> None:
    with pytest.raises(SageMakerError, match=said) as caught:
        definition.read(define(steps))
    assert caught.value.code == "ValidationException"
    assert caught.value.message.startswith("Unable to parse pipeline definition. ")


@pytest.mark.parametrize(
    ("parameter", "said"),
    [
        ({"Name": "p"}, r"type \[None\]"),
        ({"Name": "p", "Type": "Date"}, r"type \[Date\]"),
        ({"Name": "p", "Type": "Integer", "DefaultValue": "1"}, "not of type Integer"),
        ({"Name": "p", "Type": "Integer", "DefaultValue": True}, "not of type Integer"),
        ({"Name": "p", "Type": "String", "DefaultValue": "a", "EnumValues": ["b"]}, "not in EnumValues"),
    ],
)
def test_a_wrong_parameter_is_refused(parameter: dict[str, Any], said: str) -> None:
    with pytest.raises(SageMakerError, match=said):
        definition.read(define([processing("a")], Parameters=[parameter]))


def test_text_that_is_no_definition_is_refused() -> None:
    for text, said in [("{", "not JSON"), ("[]", "Version"), ('{"Version": "2019", "Steps": []}', "Version")]:
        with pytest.raises(SageMakerError, match=said):
            definition.read(text)


def test_steps_wait_for_what_they_refer_to() -> None:
    uri = get("Steps.a.ProcessingOutputConfig.Outputs['out'].S3Output.S3Uri")
    read = definition.read(define([gate(training("t", {"x": uri})), processing("a")]))
    assert read.steps["t"].waits_for == {"a", "gate"}
    assert read.steps["gate"].waits_for == frozenset()


@pytest.fixture
def call(tmp_path: Path) -> api.Call:
    cloud = Cloud(tmp_path, Store(Database(tmp_path / "s.sqlite"), ACCOUNT, REGION))
    return api.Call(cloud.store, cloud, PERSON)


def create(call: api.Call, name: str, token: str = "t" * 32) -> dict[str, Any]:
    request = {"PipelineName": name, "PipelineDefinition": define([processing("a")]), "RoleArn": ROLE}
    return api.invoke("CreatePipeline", {**request, "ClientRequestToken": token}, call)


def test_pipelines_are_created_once_listed_and_deleted(call: api.Call) -> None:
    arn = create(call, "one")["PipelineArn"]
    assert create(call, "one")["PipelineArn"] == arn
    with pytest.raises(SageMakerError, match="already exists"):
        create(call, "one", "u" * 32)
    create(call, "two")
    create(call, "other")
    listed = api.invoke("ListPipelines", {"PipelineNamePrefix": "o", "SortBy": "Name", "SortOrder": "Ascending"}, call)
    assert [item["PipelineName"] for item in listed["PipelineSummaries"]] == ["one", "other"]
    first = api.invoke("ListPipelines", {"MaxResults": 2}, call)
    rest = api.invoke("ListPipelines", {"MaxResults": 2, "NextToken": first["NextToken"]}, call)
    names = [item["PipelineName"] for answer in (first, rest) for item in answer["PipelineSummaries"]]
    assert names == ["other", "two", "one"]
    assert api.invoke("DescribePipeline", {"PipelineName": arn}, call)["CreatedBy"]["IamIdentity"]["Arn"] == PERSON
    api.invoke("DeletePipeline", {"PipelineName": "one", "ClientRequestToken": "d" * 32}, call)
    with pytest.raises(SageMakerError, match="does not exist"):
        api.invoke("DescribePipeline", {"PipelineName": "one"}, call)


def test_what_is_not_implemented_is_refused_by_name(call: api.Call) -> None:
    create(call, "one")
    request = {"PipelineName": "one", "ClientRequestToken": "s" * 32, "SelectiveExecutionConfig": {"SelectedSteps": []}}
    with pytest.raises(SageMakerError, match="SelectiveExecutionConfig"):
        api.invoke("StartPipelineExecution", request, call)


def test_a_definition_can_lie_in_s3(tmp_path: Path) -> None:
    cloud, server = serve(tmp_path)
    cloud.objects["bucket/pipe.json"] = define([processing("a")]).encode()
    place = {"Bucket": "bucket", "ObjectKey": "pipe.json"}
    cloud.client().create_pipeline(PipelineName="one", PipelineDefinitionS3Location=place, RoleArn=ROLE)
    described = cloud.client().describe_pipeline(PipelineName="one")
    assert json.loads(described["PipelineDefinition"])["Steps"][0]["Name"] == "a"
    with pytest.raises(ClientError, match=r"nothing\.json"):
        cloud.client().create_pipeline(
            PipelineName="two", PipelineDefinitionS3Location=place | {"ObjectKey": "nothing.json"}, RoleArn=ROLE
        )
    server.shutdown()
    server.server_close()


def test_names_fit_their_length_and_form() -> None:
    for step in ("a", "x" * 64, "with_underscore", "-" * 64):
        for length in (63, 32):
            name = naming.resource_name(naming.execution_id(), step, length)
            assert len(name) <= length
            assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*", name)
    assert naming.resource_name("e" * 12, "step", 63, "mine").startswith(f"mine-{'e' * 12}-")


class Known:
    """A scope of one document: what a step answered, also its parameters and its file."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def parameter(self, name: str) -> object:
        return self.document[name]

    def execution(self, name: str) -> str:
        return f"<{name}>"

    def step_property(self, step: str, path: paths.Path) -> object:
        return paths.walk({step: self.document}[step], path)

    def property_file(self, step: str, name: str) -> object:
        return {step: {name: self.document}}[step][name]

    def json_object(self, uri: str) -> object:
        return {"s3://b/k": self.document}[uri]


names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_-]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"Get", "PropertyFiles"}
)
primitives = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.floats(allow_nan=False))
documents = st.recursive(
    primitives, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3))
)


def leaves(value: object, path: str = "") -> list[tuple[str, object]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, f"{path}.{key}" if path else key)]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, f"{path}[{index}]")]
    return [(path, value)]


@given(st.dictionaries(names, documents, min_size=1, max_size=3))
def test_every_leaf_of_a_document_is_reached_by_its_path(document: dict[str, Any]) -> None:
    scope = Known(document)
    for path, value in leaves(document):
        assert resolve(get(f"Steps.s.{path}"), scope) == value
        file = {"PropertyFile": get("Steps.s.PropertyFiles.f"), "Path": path}
        assert resolve({"Std:JsonGet": file}, scope) == value
        assert (
            resolve({"Std:JsonGet": {"S3Uri": {"Std:Join": {"Values": ["s3://b/", "k"]}}, "Path": path}}, scope)
            == value
        )


@given(documents)
def test_data_without_expressions_stays_as_it_is(document: object) -> None:
    if not (isinstance(document, dict) and set(document) == {"Get"}):
        assert resolve(document, Known({})) == document


@given(st.text(max_size=3), st.lists(primitives, max_size=5))
def test_joins_join_the_text_of_every_value(on: str, values: list[Any]) -> None:
    document = {f"p{index}": value for index, value in enumerate(values)}
    joined = resolve(
        {"Std:Join": {"On": on, "Values": [get(f"Parameters.{name}") for name in document]}}, Known(document)
    )
    as_text = [json.dumps(value) if isinstance(value, bool) else str(value) for value in values]
    assert joined == on.join(as_text)


@given(st.text(max_size=20))
def test_any_text_is_a_path_or_a_value_error(text: str) -> None:
    try:
        assert paths.parse(text)
    except ValueError:
        return


def test_what_leads_nowhere_is_an_error() -> None:
    scope = Known({"a": {"b": [1]}})
    for path in ("a.c", "a.b[1]", "a"):
        with pytest.raises(ExpressionError):
            resolve({"Std:JsonGet": {"PropertyFile": get("Steps.s.PropertyFiles.f"), "Path": path}}, scope)
    with pytest.raises(ExpressionError, match="joins text"):
        resolve({"Std:Join": {"Values": [["a"]]}}, scope)


def test_the_products_own_definition_is_accepted(pipeline_settings: PipelineSettings) -> None:
    pipeline = build_pipeline(load_use_case("flight_delays"), pipeline_settings)
    read = definition.read(json.dumps(pipeline.to_definition()))
    assert {step.type for step in read.steps.values()} >= {
        "Processing",
        "Training",
        "Condition",
        "RegisterModel",
        "Fail",
    }
    [register] = [step for step in read.steps.values() if step.type == "RegisterModel"]
    assert register.branch is not None
    assert register.branch[1] == "IfSteps"
