"""Resources that must be made anew under a name that is taken: CloudFormation makes the new one first, and fails."""

from collections.abc import Iterator

from ops.assembly.model import Resource
from ops.review.model import Action, Class, Compared, Found, Severity
from ops.review.values import intrinsic, shown

# Where the name is another property than `<Type>Name`, `Name`.
_NAMES = {
    "AWS::EC2::SecurityGroup": "GroupName",
    "AWS::Cognito::UserPoolDomain": "Domain",
    "AWS::SageMaker::NotebookInstanceLifecycleConfig": "NotebookInstanceLifecycleConfigName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::SQS::Queue": "QueueName",
}
# Names that need not be the only one of their kind, or a new revision under the same one.
_SHARED = {
    "AWS::IAM::Policy",
    "AWS::Cognito::UserPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::IdentityPool",
    "AWS::Batch::JobDefinition",
    "AWS::ECS::TaskDefinition",
    "AWS::Lambda::LayerVersion",
    "AWS::EFS::FileSystem",
    "AWS::Route53::HostedZone",
}


def found(compared: Compared) -> Iterator[Found]:
    """Yield the name that both the old and the new one want."""
    before, after = compared.before, compared.after
    if before is None or after is None:
        return
    if compared.action not in (Action.REPLACE, Action.RENAME) or before.type != after.type or before.type in _SHARED:
        return
    moves = tuple(one.path for one in compared.properties if one.because)
    for name in _names(before):
        wanted = before.properties.get(name)
        same = wanted is not None and wanted == after.properties.get(name)
        if same and not any(path.startswith(f"Properties.{name}") for path in moves):
            yield Found(
                Class.INTERRUPTION,
                Severity.HIGH,
                f"The update fails: {after.logical_id} must be made anew while the old one still has the {name}"
                f"{'' if intrinsic(wanted) else f' {shown(wanted)}'}, which can be there once; give it another name, "
                "or none",
                (f"Properties.{name}",),
            )


def _names(resource: Resource) -> tuple[str, ...]:
    if resource.type in _NAMES:
        return (_NAMES[resource.type],)
    last = resource.type.rpartition("::")[2]
    return (f"{last}Name", "Name") if f"{last}Name" not in resource.properties else (f"{last}Name",)
