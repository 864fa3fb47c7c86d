"""The workforce of an account: who may come in, and from where; each once in an application."""

from typing import Any

import aws_cdk as cdk
import pytest

from app import SETTINGS
from config import Workforce
from stacks.workforce_stack import WorkforceStage
from tests.cfn_lint import problems
from tests.labelling import environment


def of_type(template: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def people(**changes: Any) -> cdk.assertions.Template:
    settings = {"name": "people", "owner": "t", "cost_center": "c", "allowed_cidrs": ["203.0.113.0/24"]} | changes
    stage = WorkforceStage(cdk.App(context=SETTINGS), Workforce.model_validate(settings))
    return cdk.assertions.Template.from_stack(stage.stack)


def test_a_workforce_is_closed_to_strangers_and_other_addresses() -> None:
    template = dict(people().to_json())
    assert problems({"workforce-people": template}) == []
    [force] = of_type(template, "AWS::SageMaker::Workforce")
    assert (force["WorkforceName"], force["SourceIpConfig"]) == ("people", {"Cidrs": ["203.0.113.0/24"]})
    [pool] = of_type(template, "AWS::Cognito::UserPool")
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert (pool["MfaConfiguration"], pool["DeletionProtection"]) == ("ON", "ACTIVE")
    names = [one["Name"] for one in of_type(template, "AWS::SSM::Parameter")]
    assert sorted(names) == ["/ml-loop/workforces/people/client", "/ml-loop/workforces/people/user-pool"]


def test_an_application_has_each_workforce_that_its_environments_name_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import app

    settings = {"name": "people", "owner": "t", "cost_center": "c", "allowed_cidrs": ["203.0.113.0/24"]}
    monkeypatch.setattr(app, "environment_names", lambda: ["dev", "other"])
    monkeypatch.setattr(app, "load_environment", lambda name, **_: environment(name))
    monkeypatch.setattr(app, "load_workforce", lambda _: Workforce.model_validate(settings))
    names = [child.node.id for child in app.platform(validate=False).node.children]
    assert [name for name in names if name.startswith(("Dev", "Other", "Workforce"))] == [
        "Dev",
        "Other",
        "WorkforcePeople",
    ]
