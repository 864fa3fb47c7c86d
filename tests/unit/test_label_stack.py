"""What an environment gets of labelling: only where a use case has the section, and whole."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import botocore.session
import pytest
from aws_cdk.assertions import Annotations, Match
from botocore.validate import ParamValidator

from app import SETTINGS
from config import ConfigError
from config.use_case.label import Label
from label.events import Look
from label.settings import Settings
from label.terms import Terms
from pipelines_src.job_code import Sources
from shared.choices import request_key
from stacks import labeling_stack, platform_stage
from stacks.platform_stage import PlatformStage
from tests.cfn_lint import problems
from tests.labelling import IMPORTED, PAGE, PUBLIC, TASK, TEAM, VENDOR, environment, label, use_case
from tests.security.simulate import Cloud

STACK, CONTROL, DATA = "dev-flight-delays-labeling", "dev-control", "dev-data"
Templates = dict[str, dict[str, Any]]


def of_type(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == kind}


@pytest.fixture(scope="module")
def made(synthesise: Callable[..., Templates]) -> Callable[[Label], Templates]:
    """Return a function from a section to the templates of an environment."""
    found: dict[str, Templates] = {}

    def templates_of(section: Label) -> Templates:
        key = section.model_dump_json()
        if key not in found:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(platform_stage, "load_use_case", lambda _: use_case(section))
                found[key] = synthesise(environment())
        return found[key]

    return templates_of


@pytest.fixture(scope="module")
def private(made: Callable[[Label], Templates]) -> Templates:
    return made(label(consolidation="dawid_skene", schedule="rate(7 days)", on_new_objects=True))


def request_of(templates: Templates) -> dict[str, Any]:
    """The request of the machine, as if its input named a job."""
    [machine] = of_type(templates[STACK], "AWS::StepFunctions::StateMachine").values()
    definition = json.loads(Cloud(templates).value(STACK, machine["DefinitionString"]))
    text = json.dumps(definition["States"]["Label"]["Parameters"])
    for name in ("job", "manifest", "output"):
        value = "dev-flight-delays-1-0a1b2c3d" if name == "job" else f"s3://labelled/{name}"
        text = text.replace(f'.$": "$.{name}"', f'": "{value}"')
    assert ".$" not in text
    request: dict[str, Any] = json.loads(text)
    return request


SECTIONS: dict[str, Label] = {
    "private": label(),
    "own consolidation": label(consolidation="majority"),
    "vendor, boxes": label(workers=VENDOR, task=TASK | {"type": "bounding_box"}),
    "public, automatic": label(
        workers=PUBLIC, automatic=True, limits={"objects": 5000, "usd_per_object": 0.08, "usd_per_month": 900}
    ),
    "masks": label(task=TASK | {"type": "semantic_segmentation"}),
    "entities": label(task=TASK | {"type": "named_entities", "categories": ["place"]}),
}


@pytest.mark.parametrize("kind", SECTIONS)
def test_requests_are_what_the_service_model_takes(kind: str, made: Callable[[Label], Templates]) -> None:
    request = request_of(made(SECTIONS[kind]))
    model = botocore.session.get_session().get_service_model("sagemaker").operation_model("CreateLabelingJob")
    assert model.input_shape is not None
    report = ParamValidator().validate(request, model.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert request["OutputConfig"]["KmsKeyId"]
    assert request["StoppingConditions"]["MaxHumanLabeledObjectCount"] == SECTIONS[kind].limits.objects  # type: ignore[union-attr]
    assert ("LabelingJobAlgorithmsConfig" in request) == SECTIONS[kind].automatic
    assert request["LabelAttributeName"].endswith("-ref") == (kind == "masks")
    assert ("HumanTaskUiArn" in request["HumanTaskConfig"]["UiConfig"]) == (kind == "entities")
    assert ("PublicWorkforceTaskPrice" in request["HumanTaskConfig"]) == kind.startswith("public")


def test_the_machine_waits_for_a_job_that_is_there_already(made: Callable[[Label], Templates]) -> None:
    templates = made(SECTIONS["private"])
    [machine] = of_type(templates[STACK], "AWS::StepFunctions::StateMachine").values()
    definition = json.loads(Cloud(templates).value(STACK, machine["DefinitionString"]))
    states = definition["States"]
    [caught] = states["Label"]["Catch"]
    assert caught["ErrorEquals"] == ["SageMaker.ResourceInUseException"]
    assert states["Label"]["Resource"] == "arn:aws:states:::sagemaker:createLabelingJob.sync"
    ways = {choice["StringEquals"]: choice["Next"] for choice in states["Ended"]["Choices"]}
    assert ways == {"Completed": "Labelled", "Failed": "NotLabelled", "Stopped": "NotLabelled"}
    assert caught["Next"] == states[states["Ended"]["Default"]]["Next"] == "Describe"
    reached = {
        definition["StartAt"],
        *ways.values(),
        states["Ended"]["Default"],
        "Describe",
        states["Describe"]["Next"],
    }
    assert reached == set(states)
    model = botocore.session.get_session().get_service_model("sagemaker").operation_model("DescribeLabelingJob")
    assert states["Describe"]["Parameters"] == {f"{name}.$": "$.job" for name in model.input_shape.members}  # type: ignore[union-attr]
    assert states["Describe"]["ResultSelector"] == {"status.$": "$.LabelingJobStatus"}
    # 25,000 events of an execution: five of each round, and thirty days at most.
    assert 30 * 24 * 3600 / states["Wait"]["Seconds"] * 8 < 25_000


def test_teams_are_who_the_section_says(made: Callable[[Label], Templates]) -> None:
    teams = {
        kind: request_of(made(SECTIONS[kind]))["HumanTaskConfig"]["WorkteamArn"]
        for kind in ("private", "vendor, boxes", "public, automatic")
    }
    assert teams["private"].endswith(":workteam/private-crowd/dev-flight-delays")
    assert teams["vendor, boxes"] == TEAM
    assert teams["public, automatic"].endswith(":394669845002:workteam/public-crowd/default")
    kinds = {kind: of_type(made(SECTIONS[kind])[STACK], "AWS::SageMaker::Workteam") for kind in teams}
    assert {kind: len(found) for kind, found in kinds.items()} == {
        "private": 1, "vendor, boxes": 0, "public, automatic": 0
    }  # fmt: skip


def test_a_team_logs_in_with_the_accounts_workforce(private: Templates) -> None:
    [team] = of_type(private[STACK], "AWS::SageMaker::Workteam").values()
    [member] = team["MemberDefinitions"]
    pool = "{{resolve:ssm:/ml-loop/workforces/people/user-pool}}"
    assert team["WorkforceName"] == "people"
    assert member["CognitoMemberDefinition"] == {
        "CognitoUserPool": pool,
        "CognitoClientId": "{{resolve:ssm:/ml-loop/workforces/people/client}}",
        "CognitoUserGroup": "dev-flight-delays",
    }
    [group] = of_type(private[STACK], "AWS::Cognito::UserPoolGroup").values()
    assert (group["UserPoolId"], group["GroupName"]) == (pool, "dev-flight-delays")


def test_the_function_reads_the_terms_that_the_stack_writes(
    private: Templates, plain: Callable[[Any], Any], made: Callable[[Label], Templates]
) -> None:
    [parameter] = of_type(private[STACK], "AWS::SSM::Parameter").values()
    assert parameter["Name"] == "/ml-loop/dev/flight-delays/label"
    terms = Terms.model_validate_json(plain(parameter["Value"]))
    assert (terms.how, terms.most_objects, terms.usd_per_object) == ("dawid_skene", 1000, 0.1)
    assert terms.machine.endswith(":stateMachine:dev-flight-delays-label")
    public = made(SECTIONS["public, automatic"])
    [parameter] = of_type(public[STACK], "AWS::SSM::Parameter").values()
    terms = Terms.model_validate_json(plain(parameter["Value"]))
    assert terms.usd_per_object == pytest.approx(0.08 + 3 * 0.012)
    assert terms.least_objects == 1250


def test_rules_ask_this_function_about_this_use_case(private: Templates, plain: Callable[[Any], Any]) -> None:
    rules = of_type(private[STACK], "AWS::Events::Rule").values()
    told = {rule["Description"].partition(": ")[2]: rule for rule in rules}
    looks = {name: Look.model_validate_json(rule["Targets"][0]["Input"]) for name, rule in told.items()}
    assert {name: look.begin for name, look in looks.items()} == {
        "a labelling job is over": True,
        "objects were chosen": True,
        "an hour has passed": True,
        "the schedule rate(7 days)": True,
        "an object has come": True,
    }
    assert {look.use_case for look in looks.values()} == {"flight_delays"}
    chosen = told["objects were chosen"]["EventPattern"]["detail"]
    assert chosen["object"] == {"key": [{"prefix": "flight_delays/chosen/"}]}
    assert request_key("flight_delays", "turn-1").startswith("flight_delays/chosen/")
    over = told["a labelling job is over"]["EventPattern"]["detail"]
    machine = next(iter(of_type(private[STACK], "AWS::StepFunctions::StateMachine")))
    assert over["stateMachineArn"] == [{"Ref": machine}]
    queue = next(
        one for name, one in of_type(private[CONTROL], "AWS::SQS::Queue").items() if name.startswith("LabelLoo")
    )
    for rule in rules:
        assert plain(rule["Targets"][0]["Arn"]).endswith(f":{queue['QueueName']}")
        assert "Arn" in rule["Targets"][0]["DeadLetterConfig"]


def test_what_only_looks_begins_nothing_unless_objects_are_labelled_as_they_come(
    made: Callable[[Label], Templates],
) -> None:
    rules = of_type(made(SECTIONS["private"])[STACK], "AWS::Events::Rule").values()
    assert len(rules) == 3
    assert not any(json.loads(rule["Targets"][0]["Input"])["begin"] for rule in rules)


def test_the_functions_are_told_what_they_read(private: Templates) -> None:
    functions = {one["Handler"]: one for one in of_type(private[CONTROL], "AWS::Lambda::Function").values()}
    functions |= {one["Handler"]: one for one in of_type(private[STACK], "AWS::Lambda::Function").values()}
    told = set(functions["label.handler.lambda_handler"]["Environment"]["Variables"])
    assert told == {field.alias for field in Settings.model_fields.values()}
    from annotation.settings import Settings as Annotation

    told = functions["annotation.handler.lambda_handler"]["Environment"]["Variables"]
    assert set(told) == {field.alias for field in Annotation.model_fields.values()}
    assert json.loads(told["ML_LOOP_CATEGORIES"]) == ["cat", "dog"]


def test_browsers_of_workers_may_load_objects_where_there_are_workers(
    private: Templates, templates: Templates, made: Callable[[Label], Templates]
) -> None:
    def cors(found: Templates) -> list[str]:
        buckets = of_type(found[DATA], "AWS::S3::Bucket")
        return [name for name, bucket in buckets.items() if "CorsConfiguration" in bucket]

    assert [name[:3] for name in cors(private)] == ["Raw"]
    assert cors(templates) == cors(made(Label.model_validate(IMPORTED))) == cors(made(SECTIONS["entities"])) == []


def test_without_the_section_nothing_of_it_exists(templates: Templates) -> None:
    assert not any(name.endswith("-labeling") for name in templates)
    assert "abelLooks" not in json.dumps(templates[CONTROL])


def test_imports_take_a_function_and_no_jobs(made: Callable[[Label], Templates], plain: Callable[[Any], Any]) -> None:
    found = made(Label.model_validate(IMPORTED))
    kinds = {one["Type"] for one in found[STACK]["Resources"].values()}
    assert kinds == {"AWS::SSM::Parameter", "AWS::CloudWatch::Alarm", "AWS::Events::Rule"}
    rules = of_type(found[STACK], "AWS::Events::Rule").values()
    assert {rule["Description"] for rule in rules} == {
        "flight_delays: objects were chosen",
        "flight_delays: an hour has passed",
    }
    [parameter] = of_type(found[STACK], "AWS::SSM::Parameter").values()
    assert Terms.model_validate_json(plain(parameter["Value"])).machine == ""


def test_alarms_find_what_the_function_counts(private: Templates, capsys: pytest.CaptureFixture[str]) -> None:
    from shared.metrics import count

    alarms = [one for one in of_type(private[STACK], "AWS::CloudWatch::Alarm").values() if one["Namespace"] == "MlLoop"]
    assert {alarm["MetricName"] for alarm in alarms} == {"LabelFailed", "LabelsDoubtful"}
    for alarm in alarms:
        assert "docs/runbooks/labelling.md" in alarm["AlarmDescription"]
        count(alarm["MetricName"], environment="dev", use_case="flight-delays")
        written = json.loads(capsys.readouterr().out)
        assert {d["Name"]: d["Value"] for d in alarm["Dimensions"]}.items() <= written.items()


def test_templates_please_cloudformations_linter(private: Templates, made: Callable[[Label], Templates]) -> None:
    for found in (private, made(SECTIONS["public, automatic"]), made(SECTIONS["entities"])):
        assert problems({name: found[name] for name in (STACK, CONTROL, DATA)}) == []


def test_synthesis_warns_of_closed_services(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_stage, "load_use_case", lambda _: use_case(SECTIONS["public, automatic"]))
    stage = PlatformStage(cdk.App(context=SETTINGS), environment())
    stack = stage.node.find_child("FlightDelaysLabeling")
    assert isinstance(stack, cdk.Stack)
    for said in (r"closed to new customers.*Alternative", r"closed on 30 September 2026.*Alternative"):
        Annotations.from_stack(stack).has_warning("*", Match.string_like_regexp(f".*{said}.*"))


def test_without_a_workforce_labels_are_imported_and_synthesis_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform_stage, "load_use_case", lambda _: use_case())
    stage = PlatformStage(cdk.App(context=SETTINGS), environment().model_copy(update={"workforce": None}))
    stack = stage.node.find_child("FlightDelaysLabeling")
    assert isinstance(stack, cdk.Stack)
    [said] = [str(one.data) for one in stack.node.metadata if one.type == "aws:cdk:warning"]
    assert said.startswith("flight_delays: dev names no workforce")


def test_a_page_of_ones_own_is_what_workers_get(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = "arn:aws:lambda:ap-northeast-1:111122223333:function:before"
    own = use_case(label(task=PAGE | {"pre_annotation": before}))
    monkeypatch.setattr(platform_stage, "load_use_case", lambda _: own)
    sources = Sources(tmp_path / "pipelines_src")
    monkeypatch.setattr(labeling_stack, "SOURCES", sources)
    with pytest.raises(ConfigError, match="not in the folder"):
        PlatformStage(cdk.App(context=SETTINGS, outdir=str(tmp_path / "none")), environment())
    (sources.folder / own.name).mkdir(parents=True)
    (sources.folder / own.name / "page.liquid.html").write_text("<crowd-form>ours</crowd-form>")
    application = cdk.App(context=SETTINGS, outdir=str(tmp_path / "out"))
    PlatformStage(application, environment())
    assembly = Path(application.synth().directory)
    assert [path.read_text() for path in assembly.rglob("*.html")] == ["<crowd-form>ours</crowd-form>"]
    [template] = assembly.rglob("*Labeling*.template.json")
    assert rf"\"PreHumanTaskLambdaArn\":\"{before}\"" in template.read_text()
