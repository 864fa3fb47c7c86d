"""Custom resource: take every rule from the default security group of a VPC.

AWS puts a rule on it that lets its members talk to each other and one that lets them talk to anybody; CloudFormation
can add rules to it but not take these away. Nothing is put back on deletion: the group goes with its VPC.
"""

import json
import traceback
import urllib.request
from typing import Any

import boto3


def lambda_handler(event: dict[str, Any], context: Any) -> None:
    """Answer a request of CloudFormation for the property `SecurityGroupId`."""
    try:
        if event["RequestType"] != "Delete":
            take_rules(boto3.client("ec2"), event["ResourceProperties"]["SecurityGroupId"])
        answer = {"Status": "SUCCESS"}
    except Exception as error:  # whatever it is, CloudFormation must hear of it, or it waits for an hour
        traceback.print_exc()  # the log has where it happened; CloudFormation shows one line
        answer = {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"}
    _send(event, answer)


def take_rules(ec2: Any, group_id: str) -> None:
    """Revoke all rules of a security group; a group without any is left alone."""
    (group,) = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=group["IpPermissions"])
    if group["IpPermissionsEgress"]:
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=group["IpPermissionsEgress"])


def _send(event: dict[str, Any], answer: dict[str, str]) -> None:
    body = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")} | answer
    # The id stays the same whatever happens: another one would make CloudFormation delete the old resource.
    body["PhysicalResourceId"] = event["LogicalResourceId"]
    request = urllib.request.Request(  # noqa: S310 - the address is CloudFormation's own
        event["ResponseURL"], data=json.dumps(body).encode(), method="PUT", headers={"content-type": ""}
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 - as above
