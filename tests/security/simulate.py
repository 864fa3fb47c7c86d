"""Ask what a role of a template may do: IAM's evaluation of identity policies and permissions boundary, offline.

The evaluation is that of the npm package @cloud-copilot/iam-simulate, a development dependency. It knows which actions,
resources and condition keys exist, so a request with a key that the action does not have is an error here.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ACCOUNT, REGION, PARTITION = "111122223333", "ap-northeast-1", "aws"
Template = dict[str, Any]
_SCRIPT = Path(__file__).with_name("simulate.mjs")
# What Fn::GetAtt Arn, or Ref where that is an ARN, gives for a resource that exists in a template only.
_ARNS = {
    "AWS::IAM::Role": "arn:aws:iam::{account}:role{path}{name}",
    "AWS::IAM::ManagedPolicy": "arn:aws:iam::{account}:policy/{name}",
    "AWS::KMS::Key": "arn:aws:kms:{region}:{account}:key/{name}",
    "AWS::S3::Bucket": "arn:aws:s3:::{lower}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{name}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{name}",
    "AWS::SNS::Topic": "arn:aws:sns:{region}:{account}:{name}",
    "AWS::Logs::LogGroup": "arn:aws:logs:{region}:{account}:log-group:{name}:*",
    "AWS::Lambda::Function": "arn:aws:lambda:{region}:{account}:function:{name}",
    "AWS::Batch::JobDefinition": "arn:aws:batch:{region}:{account}:job-definition/{name}:1",
    "AWS::Batch::JobQueue": "arn:aws:batch:{region}:{account}:job-queue/{name}",
    "AWS::EC2::Subnet": "subnet-{lower}",
    "AWS::EC2::SecurityGroup": "sg-{lower}",
    "AWS::EC2::VPC": "vpc-{lower}",
}
_NAMES = ("RoleName", "ManagedPolicyName", "LogGroupName", "BucketName", "TableName", "QueueName", "TopicName")
_PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": PARTITION,
    "AWS::URLSuffix": "amazonaws.com",
}
_FUNCTIONS = {
    "Ref": "_ref",
    "Fn::GetAtt": "_attribute",
    "Fn::Join": "_join",
    "Fn::ImportValue": "_imported",
    "Fn::Sub": "_substituted",
}


@dataclass(frozen=True)
class Request:
    """One call: action, ARN it is about, and condition keys."""

    action: str
    resource: str
    context: Mapping[str, str | list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} {self.resource} {dict(self.context) or ''}".strip()


# Where what roles work on is looked for.
_KINDS = {
    "dev-data": ("AWS::S3::Bucket",),
    "dev-security": ("AWS::KMS::Key",),
    "dev-control": ("AWS::DynamoDB::Table", "AWS::SQS::Queue"),
}


@dataclass(frozen=True)
class Cloud:
    """The templates of an environment, by stack name, as if they were deployed."""

    templates: Mapping[str, Template]

    def value(self, stack: str, value: Any) -> Any:
        """Return a document of a template with its functions evaluated."""
        if isinstance(value, list):
            return [self.value(stack, item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function in _FUNCTIONS:
                return getattr(self, _FUNCTIONS[function])(stack, argument)
        return {key: self.value(stack, item) for key, item in value.items()}

    def _ref(self, stack: str, name: str) -> Any:
        return _PSEUDO[name] if name in _PSEUDO else self._physical(stack, name, "Ref")

    def _attribute(self, stack: str, argument: list[str]) -> Any:
        return self._physical(stack, *argument)

    def _join(self, stack: str, argument: list[Any]) -> str:
        return str(argument[0]).join(self.value(stack, argument[1]))

    def _substituted(self, stack: str, argument: str) -> str:
        return re.sub(r"\$\{([^}]+)\}", lambda match: str(self._ref(stack, match[1])), argument)

    def role(self, stack: str, prefix: str) -> str:
        """Return the ARN of the one role of a stack whose logical id starts so."""
        return str(self._physical(stack, self._logical(stack, prefix), "Arn"))

    def identity_policies(self, stack: str, prefix: str) -> list[dict[str, Any]]:
        """Return the inline policies of a role, and those attached to it by AWS::IAM::Policy."""
        resources = self.templates[stack]["Resources"]
        logical = self._logical(stack, prefix)
        documents = [policy["PolicyDocument"] for policy in resources[logical]["Properties"].get("Policies", [])]
        documents += [
            resource["Properties"]["PolicyDocument"]
            for resource in resources.values()
            if resource["Type"] == "AWS::IAM::Policy" and {"Ref": logical} in resource["Properties"].get("Roles", [])
        ]
        return [self.value(stack, document) for document in documents]

    def boundary(self, environment: str) -> dict[str, Any]:
        """Return the permissions boundary of an environment."""
        stack = f"{environment}-security"
        for resource in self.templates[stack]["Resources"].values():
            properties = resource.get("Properties", {})
            if properties.get("ManagedPolicyName") == f"{environment}-boundary":
                return dict(self.value(stack, properties["PolicyDocument"]))
        raise LookupError(f"{stack} has no managed policy {environment}-boundary")

    def key_policies(self) -> dict[str, dict[str, Any]]:
        """Return the policy of every key by its ARN: without it, IAM allows nothing with a key."""
        return {
            str(self._physical(stack, logical, "Arn")): self.value(stack, resource["Properties"]["KeyPolicy"])
            for stack, template in self.templates.items()
            for logical, resource in template["Resources"].items()
            if resource["Type"] == "AWS::KMS::Key"
        }

    def arn(self, beginning: str, functions_of: str = "") -> str:
        """Return the ARN of the one bucket, key, table or queue of dev, or function of a stack, that begins so."""
        kinds = {**_KINDS, **({functions_of: ("AWS::Lambda::Function",)} if functions_of else {})}
        [found] = [
            self.value(stack, {"Fn::GetAtt": [logical, "Arn"]})
            for stack, wanted in kinds.items()
            for logical, resource in self.templates[stack]["Resources"].items()
            if resource["Type"] in wanted and logical.startswith(beginning)
        ]
        return str(found)

    def verdicts(self, stack: str, role: str, requests: Iterable[Request]) -> dict[str, str]:
        """Return what becomes of requests of a stack's role, under the boundary and with the policies of keys."""
        return verdicts(
            requests,
            principal=self.role(stack, role),
            identity=self.identity_policies(stack, role),
            boundary=self.boundary("dev"),
            resource_policies=self.key_policies(),
        )

    def _logical(self, stack: str, prefix: str) -> str:
        found = [
            name
            for name, resource in self.templates[stack]["Resources"].items()
            if resource["Type"] == "AWS::IAM::Role" and name.startswith(prefix)
        ]
        if len(found) != 1:
            raise LookupError(f"{stack} has {len(found)} roles that start with {prefix}: {found}")
        return str(found[0])

    def _physical(self, stack: str, logical: str, attribute: str) -> Any:
        resource = self.templates[stack]["Resources"][logical]
        properties = resource.get("Properties", {})
        name = next((properties[key] for key in _NAMES if isinstance(properties.get(key), str)), f"{stack}-{logical}")
        if (
            attribute == "Ref"
            and resource["Type"] not in ("AWS::SNS::Topic", "AWS::IAM::ManagedPolicy")
            and (not resource["Type"].startswith(("AWS::EC2::", "AWS::Batch::")))
        ):
            return name.lower() if resource["Type"] == "AWS::S3::Bucket" else name
        return _ARNS[resource["Type"]].format(
            account=ACCOUNT, region=REGION, name=name, lower=name.lower(), path=properties.get("Path", "/")
        )

    def _imported(self, _: str, export: str) -> Any:
        for stack, template in self.templates.items():
            for output in template.get("Outputs", {}).values():
                if output.get("Export", {}).get("Name") == export:
                    return self.value(stack, output["Value"])
        raise LookupError(f"nothing exports {export}")


def verdicts(
    requests: Iterable[Request],
    *,
    principal: str,
    identity: list[dict[str, Any]],
    boundary: dict[str, Any] | None = None,
    resource_policies: Mapping[str, dict[str, Any]] | None = None,
) -> dict[str, str]:
    """Return "Allowed", "ImplicitlyDenied" or "ExplicitlyDenied" for each request of a role, by its text.

    Raises:
        AssertionError: a policy or request is not valid, or a condition key does not exist for the action.
    """
    asked = list(requests)
    simulations = [_simulation(request, principal, identity, boundary) for request in asked]
    for simulation in simulations:
        policy = (resource_policies or {}).get(simulation["request"]["resource"]["resource"])
        if policy is not None:
            simulation["resourcePolicy"] = policy
    answers = _node({"simulations": simulations})
    for request, answer in zip(asked, answers, strict=True):
        assert "error" not in answer, f"{request}: {json.dumps(answer.get('error'))}"
        assert answer["ignoredContextKeys"] == [], f"{request}: has no key {answer['ignoredContextKeys']}"
    return {str(request): answer["result"] for request, answer in zip(asked, answers, strict=True)}


def _simulation(
    request: Request, principal: str, identity: list[dict[str, Any]], boundary: dict[str, Any] | None
) -> dict[str, Any]:
    simulation: dict[str, Any] = {
        "request": {
            "principal": principal,
            "action": request.action,
            "resource": {"resource": request.resource, "accountId": ACCOUNT},
            "contextVariables": dict(request.context),
        },
        "identityPolicies": [{"name": f"policy{i}", "policy": policy} for i, policy in enumerate(identity)],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
    }
    if boundary is not None:
        simulation["permissionBoundaryPolicies"] = [{"name": "boundary", "policy": boundary}]
    return simulation


def _node(question: dict[str, Any]) -> list[dict[str, Any]]:
    node = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    assert node, "node is not there; run `make setup`"
    done = subprocess.run([node, str(_SCRIPT)], input=json.dumps(question), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers: list[dict[str, Any]] = json.loads(done.stdout)
    return answers
