"""A change set of a stack, made to be read: what CloudFormation itself would do, and nothing of it is done."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from ops.assembly.model import Stack
from ops.errors import OperationError
from ops.review.model import Action

_TAKEN = 51_200  # bytes of a template that fit into the request (CloudFormation quotas); a larger one lies in a bucket
_BUCKET = "cdk-hnb659fds-assets-{account}-{region}"  # of the CDK's bootstrap stack
_SECONDS, _PAUSE = 300.0, 1.0
_NOTHING = ("didn't contain changes", "No updates are to be performed")
_ACTIONS = {"Add": Action.ADD, "Remove": Action.REMOVE}
_REPLACEMENTS = {"True": Action.REPLACE, "Conditional": Action.MAY_REPLACE}


@dataclass(frozen=True)
class ChangeSets:
    """Makes, reads and deletes change sets.

    Attributes:
        folder: the cloud assembly that has the templates.
        client: returns a client of a service in a region.
    """

    folder: Path
    client: Callable[[str, str], Any]

    def actions(self, stack: Stack) -> dict[str, Action]:
        """Return what CloudFormation would do to resources of a deployed stack, by their logical ids.

        Raises:
            OperationError: the stack is not deployed, or CloudFormation does not take the change; the text says why.
            ClientError: something is not permitted.
        """
        cloudformation = self.client(stack.region, "cloudformation")
        deployed = _deployed(cloudformation, stack.name)
        request = {
            "StackName": stack.name,
            "ChangeSetName": f"ml-loop-review-{uuid.uuid4().hex[:12]}",
            "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            "Parameters": _parameters(stack, deployed),
            "Tags": [{"Key": key, "Value": value} for key, value in stack.tags.items()],
        }
        with self._template(stack) as template:
            name = cloudformation.create_change_set(**request, **template)["Id"]
            try:
                return _read(cloudformation, name)
            finally:
                cloudformation.delete_change_set(ChangeSetName=name)

    @contextmanager
    def _template(self, stack: Stack) -> Iterator[Mapping[str, str]]:
        """Give a template to a request: as it is, or by an object that goes at the end."""
        file = self.folder / (stack.file or "")
        text = json.dumps(json.loads(file.read_text(encoding="utf-8")), separators=(",", ":"), ensure_ascii=False)
        if len(text.encode()) <= _TAKEN:
            yield {"TemplateBody": text}
            return
        account = self.client(stack.region, "sts").get_caller_identity()["Account"]
        s3, bucket = self.client(stack.region, "s3"), _BUCKET.format(account=account, region=stack.region)
        key = f"review/{hashlib.sha256(text.encode()).hexdigest()}.json"
        version = s3.put_object(Bucket=bucket, Key=key, Body=text.encode()).get("VersionId")
        try:
            yield {"TemplateURL": f"https://{bucket}.s3.{stack.region}.amazonaws.com/{key}"}
        finally:
            s3.delete_object(Bucket=bucket, Key=key, **({"VersionId": version} if version else {}))


def _deployed(cloudformation: Any, name: str) -> Mapping[str, Any]:
    try:
        [found] = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        raise OperationError("It is not deployed, so that all of it would be new.") from error
    deployed: Mapping[str, Any] = found
    return deployed


def _parameters(stack: Stack, deployed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the parameters: what is deployed keeps its values, as `cdk deploy` has it."""
    known = {one["ParameterKey"] for one in deployed.get("Parameters", [])}
    wanted = stack.template.sections.get("Parameters", {})
    return [{"ParameterKey": name, "UsePreviousValue": True} for name in wanted if name in known]


def _read(cloudformation: Any, name: str) -> dict[str, Action]:
    until = time.monotonic() + _SECONDS
    while (found := cloudformation.describe_change_set(ChangeSetName=name))["Status"].endswith(("PENDING", "PROGRESS")):
        if time.monotonic() > until:
            raise OperationError(f"Its change set is not there after {_SECONDS:.0f} s.")
        time.sleep(_PAUSE)
    if found["Status"] == "FAILED":
        reason = found.get("StatusReason", "")
        if any(words in reason for words in _NOTHING):
            return {}
        raise OperationError(f"CloudFormation takes no such change: {reason}")
    changes = list(found["Changes"])
    while token := found.get("NextToken"):
        found = cloudformation.describe_change_set(ChangeSetName=name, NextToken=token)
        changes += found["Changes"]
    resources = (one["ResourceChange"] for one in changes if one.get("Type") == "Resource")
    return {one["LogicalResourceId"]: _action(one) for one in resources}


def _action(change: Mapping[str, Any]) -> Action:
    return _ACTIONS.get(change["Action"]) or _REPLACEMENTS.get(change.get("Replacement", ""), Action.UPDATE)
