"""The people who label one use case: a group of the workforce's user pool, and a team of it."""

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct

from constructs.arns import Arns
from constructs.workforce import parameter


class LabellingTeam(Construct):
    """A team whose members are those of one group. Who is in it people decide, in the user pool.

    Args:
        name: of group and team.
        description: for people.
        workforce: name of the account's workforce, whose ids its stack keeps in parameters.

    Attributes:
        arn: of the team.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, description: str, workforce: str) -> None:
        super().__init__(scope, construct_id)
        pool = _resolved(workforce, "user-pool")
        group = cognito.CfnUserPoolGroup(self, "Group", user_pool_id=pool, group_name=name, description=description)
        team = sagemaker.CfnWorkteam
        members = team.CognitoMemberDefinitionProperty(
            cognito_user_pool=pool,
            cognito_client_id=_resolved(workforce, "client"),
            cognito_user_group=name,
        )
        made = team(
            self,
            "Resource",
            workteam_name=name,
            workforce_name=workforce,
            description=description,
            member_definitions=[team.MemberDefinitionProperty(cognito_member_definition=members)],
        )
        made.add_resource_dependency(group)
        self.arn = Arns.of(self).arn("sagemaker", f"workteam/private-crowd/{name}")


def _resolved(workforce: str, what: str) -> str:
    # CloudFormation reads it at each deployment: the workforce is of the account, and its stack of no environment.
    return f"{{{{resolve:ssm:{parameter(workforce, what)}}}}}"
