"""Resource types of a VPC that ministack's CloudFormation lacks, made through its EC2 API."""

from typing import Any

from local_cloud.cloudformation.requests import Made, Properties, as_root, own_tags

_PEERS = {
    "SourceSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "DestinationSecurityGroupId": ("UserIdGroupPairs", "GroupId"),
    "SourcePrefixListId": ("PrefixListIds", "PrefixListId"),
    "DestinationPrefixListId": ("PrefixListIds", "PrefixListId"),
    "CidrIp": ("IpRanges", "CidrIp"),
    "CidrIpv6": ("Ipv6Ranges", "CidrIpv6"),
}


class SecurityGroupRule:
    """One rule of a security group; `direction` is "ingress" or "egress". Its physical id is the rule's id."""

    def __init__(self, direction: str) -> None:
        self._direction = direction

    def create(self, _logical_id: str, properties: Properties, _stack_name: str) -> Made:
        """Allow the traffic."""
        answer = self._call("authorize", properties)
        rule = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]
        return rule, {"Id": rule}

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        """Replace the rule; the old one goes when the update is through."""
        if _traffic(old) == _traffic(new):
            return physical_id, {"Id": physical_id}
        return self.create(physical_id, new, stack_name)

    def delete(self, _physical_id: str, properties: Properties) -> None:
        """Forbid the traffic again; a group that is gone took its rules along."""
        ec2 = as_root("ec2")
        found = ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [properties["GroupId"]]}])
        if found["SecurityGroups"]:
            self._call("revoke", properties)

    def _call(self, verb: str, properties: Properties) -> dict[str, Any]:
        method = getattr(as_root("ec2"), f"{verb}_security_group_{self._direction}")
        answer: dict[str, Any] = method(GroupId=properties["GroupId"], IpPermissions=[_traffic(properties)])
        return answer


class FlowLog:
    """A flow log. It is kept and described; no traffic exists that it could record."""

    def create(self, _logical_id: str, properties: Properties, _stack_name: str) -> Made:
        """Make the flow log."""
        passed = ("ResourceType", "TrafficType", "LogDestinationType", "LogGroupName", "LogDestination",
                  "DeliverLogsPermissionArn", "LogFormat", "MaxAggregationInterval")  # fmt: skip
        arguments = {name: properties[name] for name in passed if name in properties}
        if tags := own_tags(properties):
            arguments["TagSpecifications"] = [{"ResourceType": "vpc-flow-log", "Tags": tags}]
        answer = as_root("ec2").create_flow_logs(ResourceIds=[properties["ResourceId"]], **arguments)
        return answer["FlowLogIds"][0], {"Id": answer["FlowLogIds"][0]}

    def update(self, physical_id: str, old: Properties, new: Properties, stack_name: str) -> Made:
        """Replace the flow log; only its tags would change in place."""
        if {**old, "Tags": None} == {**new, "Tags": None}:
            return physical_id, {"Id": physical_id}
        return self.create(physical_id, new, stack_name)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Remove the flow log."""
        as_root("ec2").delete_flow_logs(FlowLogIds=[physical_id])


TYPES = {
    "AWS::EC2::SecurityGroupIngress": SecurityGroupRule("ingress"),
    "AWS::EC2::SecurityGroupEgress": SecurityGroupRule("egress"),
    "AWS::EC2::FlowLog": FlowLog(),
}


def _traffic(properties: Properties) -> dict[str, Any]:
    permission: dict[str, Any] = {"IpProtocol": str(properties["IpProtocol"])}
    for port in ("FromPort", "ToPort"):
        if port in properties:
            permission[port] = int(properties[port])
    for name, (group, key) in _PEERS.items():
        if name in properties:
            peer = {key: properties[name]}
            if "Description" in properties:
                peer["Description"] = properties["Description"]
            permission[group] = [peer]
    return permission
