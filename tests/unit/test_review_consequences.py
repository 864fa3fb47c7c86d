"""What follows from a replaced resource: through functions, nested stacks and exports, to whoever refers to it."""

from typing import Any

import pytest

from ops.assembly.model import Assembly, Stack
from ops.review.comparing import review
from ops.review.model import Action, Change
from tests.unit.review_side_kit import changes, resource, stack

MODEL = "SageMaker::Model"


def _serving(image: str, config: Any = None) -> dict[str, Any]:
    reference = config or {"Fn::GetAtt": ["Model", "ModelName"]}
    return {
        "Model": resource(MODEL, {"PrimaryContainer": {"Image": image}}),
        "Config": resource("SageMaker::EndpointConfig", {"ProductionVariants": [{"ModelName": reference}]}),
        "Endpoint": resource("SageMaker::Endpoint", {"EndpointConfigName": {"Fn::GetAtt": ["Config", "Name"]}}),
    }


def actions(found: dict[str, Change]) -> dict[str, str]:
    return {name: one.action.value for name, one in found.items()}


def because(change: Change) -> dict[str, str]:
    return {one.path: one.because for one in change.properties}


REFERENCES = [
    {"Ref": "Model"},
    {"Fn::GetAtt": "Model.ModelName"},
    {"Fn::Sub": "${Model}"},
    {"Fn::Sub": "x-${Model.ModelName}"},
    {"Fn::Sub": ["${Name}", {"Name": {"Ref": "Model"}}]},
    {"Fn::Join": ["-", ["x", {"Ref": "Model"}]]},
    {"Fn::If": ["Yes", {"Ref": "Model"}, "other"]},
    {"Fn::Select": [0, {"Fn::Split": ["/", {"Fn::GetAtt": ["Model", "Arn"]}]}]},
]


@pytest.mark.parametrize("reference", REFERENCES, ids=str)
def test_a_replaced_model_replaces_its_configuration_and_updates_its_endpoint(reference: Any) -> None:
    found = changes(stack("a", _serving("one", reference)), stack("a", _serving("two", reference)))
    assert actions(found) == {"Model": "replace", "Config": "replace", "Endpoint": "update"}
    (path,) = because(found["Config"])
    assert path.startswith("Properties.ProductionVariants.0.ModelName")
    assert because(found["Config"])[path] == "Model (replace)"
    assert because(found["Endpoint"]) == {"Properties.EndpointConfigName": "Model (replace) -> Config"}


@pytest.mark.parametrize("reference", ["Model", {"Fn::Sub": "${!Model}"}, {"Fn::Sub": ["${Model}", {"Model": "x"}]}])
def test_what_only_looks_like_a_reference_is_none(reference: Any) -> None:
    found = changes(stack("a", _serving("one", reference)), stack("a", _serving("two", reference)))
    assert actions(found) == {"Model": "replace"}


def test_what_only_may_be_replaced_may_replace_others() -> None:
    def side(durable: int) -> Stack:
        return stack(
            "a",
            {
                "Function": resource("Lambda::Function", {"DurableConfig": {"ExecutionTimeout": durable}}),
                "Permission": resource("Lambda::Permission", {"FunctionName": {"Ref": "Function"}}),
                "Alarm": resource("CloudWatch::Alarm", {"Dimensions": [{"Value": {"Ref": "Function"}, "Name": "x"}]}),
            },
        )

    assert actions(changes(side(1), side(2))) == {
        "Function": "may_replace",
        "Permission": "may_replace",
        "Alarm": "update",
    }


def test_what_is_new_or_differs_there_itself_is_not_told_twice() -> None:
    base = stack("a", _serving("one"))
    head = _serving("two", {"Ref": "Model"})
    head["Second"] = resource("SageMaker::EndpointConfig", {"ProductionVariants": [{"ModelName": {"Ref": "Model"}}]})
    found = changes(base, stack("a", head))
    assert found["Second"].action is Action.ADD
    assert found["Second"].properties == ()
    assert [one.because for one in found["Config"].properties] == [""]


def test_resources_that_refer_to_each_other_end() -> None:
    def side(name: str) -> Stack:
        group = {"GroupDescription": name, "SecurityGroupIngress": [{"SourceSecurityGroupId": {"Ref": "B"}}]}
        other = {"GroupDescription": {"Ref": "A"}, "GroupName": {"Ref": "C"}}
        return stack(
            "a",
            {
                "A": resource("EC2::SecurityGroup", group),
                "B": resource("EC2::SecurityGroup", other),
                "C": resource("EC2::SecurityGroup", {"GroupDescription": {"Ref": "B"}}),
            },
        )

    found = changes(side("one"), side("two"))
    assert actions(found) == {"A": "replace", "B": "replace", "C": "replace"}


def test_a_mapping_a_condition_and_a_default_reach_who_uses_them() -> None:
    used = {
        "Mapped": resource("SQS::Queue", {"QueueName": {"Fn::FindInMap": ["Sizes", "a", "b"]}}),
        "Chosen": resource("SQS::Queue", {"QueueName": {"Fn::If": ["Both", "a", "b"]}}),
        "There": resource("SQS::Queue", {}, Condition="Both"),
        "Given": resource("SQS::Queue", {"QueueName": {"Ref": "Name"}, "DelaySeconds": {"Ref": "Name"}}),
        "Other": resource("SQS::Queue", {"QueueName": {"Fn::If": ["Other", "a", "b"]}}),
    }

    def side(value: str) -> Stack:
        return stack(
            "a",
            used,
            Mappings={"Sizes": {"a": {"b": value}}},
            Conditions={
                "Base": {"Fn::Equals": ["a", value]},
                "Both": {"Fn::Or": [{"Condition": "Base"}, {"Condition": "Other"}]},
                "Other": {"Fn::Equals": ["a", "b"]},
            },
            Parameters={"Name": {"Type": "String", "Default": value}},
        )

    found = changes(side("one"), side("two"))
    assert {name: one for name, one in actions(found).items() if name in used} == {
        "Mapped": "replace",
        "Chosen": "may_replace",
        "There": "update",
        "Given": "may_replace",
    }
    assert because(found["Chosen"]) == {"Properties.QueueName": "Base (update)"}
    assert because(found["There"]) == {"Condition": "Base (update)"}


def _importing(name: Any) -> dict[str, Any]:
    return {"Subnet": resource("EC2::Subnet", {"VpcId": {"Fn::ImportValue": name}})}


@pytest.mark.parametrize(
    ("exported", "imported"),
    [
        ("dev-net:Vpc", "dev-net:Vpc"),
        ({"Fn::Sub": "${AWS::StackName}:Vpc"}, "dev-net:Vpc"),
        ({"Fn::Join": [":", [{"Ref": "AWS::Region"}, "Vpc"]]}, {"Fn::Join": [":", [{"Ref": "AWS::Region"}, "Vpc"]]}),
    ],
    ids=str,
)
def test_a_replaced_export_replaces_in_other_stacks_and_cannot_while_they_import_it(
    exported: Any, imported: Any
) -> None:
    def side(block: str) -> list[Stack]:
        outputs = {"Out": {"Value": {"Ref": "Vpc"}, "Export": {"Name": exported}}}
        net = stack("dev-net", {"Vpc": resource("EC2::VPC", {"CidrBlock": block})}, Outputs=outputs)
        return [stack("dev-app", _importing(imported)), net, stack("prod-app", _importing(imported), "prod")]

    found = changes(side("10.0.0.0/16"), side("10.1.0.0/16"))
    assert actions(found) == {"Vpc": "replace", "Subnet": "replace", "Out": "update"}
    assert found["Subnet"].environments == ("dev",)
    assert because(found["Subnet"]) == {"Properties.VpcId": "dev-net/Vpc (replace)"}
    assert because(found["Out"]) == {"Properties.Value": "Vpc (replace)"}
    assert "exports this to dev-app" in found["Out"].found[0].text


def test_an_export_that_nobody_imports_may_change_and_one_that_somebody_does_may_not_go() -> None:
    net = {"Vpc": resource("EC2::VPC", {"CidrBlock": "10.0.0.0/16"})}
    outputs = {"Out": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "x"}}}
    base = [stack("dev-net", net, Outputs=outputs), stack("dev-app", _importing("x"))]
    found = changes(base, [stack("dev-net", net), stack("dev-app", {"Subnet": resource("EC2::Subnet")})])
    assert "does not remove an export" in found["Out"].found[0].text
    other = {"Out": {"Value": {"Ref": "Vpc"}, "Export": {"Name": "y"}}}
    assert "does not remove" in changes(base, [stack("dev-net", net, Outputs=other), base[1]])["Out"].found[0].text
    described = {"Out": {**outputs["Out"], "Description": "words"}}
    assert changes(base, [stack("dev-net", net, Outputs=described), base[1]])["Out"].found == ()
    alone = changes(base[0], stack("dev-net", net))
    assert alone["Out"].found == ()


def test_a_change_goes_into_nested_stacks_and_out_of_them() -> None:
    def side(block: str) -> list[Stack]:
        inner = stack(
            "dev-app/Inner",
            {"Group": resource("EC2::SecurityGroup", {"VpcId": {"Ref": "Vpc"}}), "Apart": resource("SQS::Queue")},
            Parameters={"Vpc": {"Type": "String"}, "Size": {"Type": "String"}},
            Outputs={"Group": {"Value": {"Fn::GetAtt": ["Group", "GroupId"]}}},
        )
        group = {"Fn::GetAtt": ["Inner", "Outputs.Group"]}
        outer = stack(
            "dev-app",
            {
                "Vpc": resource("EC2::VPC", {"CidrBlock": block}),
                "Inner": resource("CloudFormation::Stack", {"Parameters": {"Vpc": {"Ref": "Vpc"}, "Size": "1"}}),
                "Rule": resource("EC2::SecurityGroupIngress", {"GroupId": group}),
                "Other": resource("SNS::Topic", {"TopicName": {"Fn::GetAtt": ["Inner", "Outputs.Size"]}}),
            },
        )
        return [outer, inner]

    found = changes(side("10.0.0.0/16"), side("10.1.0.0/16"))
    assert actions(found) == {"Vpc": "replace", "Inner": "update", "Group": "replace", "Rule": "replace"}
    assert because(found["Rule"]) == {"Properties.GroupId": "Vpc (replace) -> Group"}


def test_parameters_that_a_nested_stack_is_given_anew_reach_it() -> None:
    def side(name: str) -> list[Stack]:
        given = resource("CloudFormation::Stack", {"Parameters": {"Name": name}})
        inner = {"Queue": resource("SQS::Queue", {"QueueName": {"Ref": "Name"}})}
        return [
            stack("dev-app", {"Inner": given}),
            stack("dev-app/Inner", inner, Parameters={"Name": {"Type": "String"}}),
        ]

    found = changes(side("one"), side("two"))
    assert actions(found) == {"Inner": "update", "Queue": "replace"}
    assert because(found["Queue"]) == {"Properties.QueueName": "Inner (update)"}


def test_another_type_is_refused_and_so_is_another_function_of_a_custom_resource() -> None:
    token = {"ServiceToken": "one"}
    base = stack("a", {"Raw": resource("S3::Bucket"), "Empty": resource("Custom::Empty", token)})
    head = stack("a", {"Raw": resource("SQS::Queue"), "Empty": resource("Custom::Empty", {"ServiceToken": "two"})})
    sides = [Assembly((side,)) for side in (base, head)]
    found = {one.logical_id: one for one in review(sides[0], sides[1]).changes}
    assert any("does not change the type" in one.text for one in found["Raw"].found)
    assert any("does not change the ServiceToken" in one.text for one in found["Empty"].found)
    assert found["Raw"].action is Action.REPLACE
    assert [one.updates.value for one in found["Empty"].properties] == ["unknown"]
