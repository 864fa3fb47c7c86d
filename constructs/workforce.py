"""The people of an account and region who label: where they log in, and from which addresses."""

from collections.abc import Sequence

from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_sagemaker as sagemaker
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs.arns import Arns
from constructs.findings import acknowledge

_SESSION_HOURS = 12


def parameter(workforce: str, what: str) -> str:
    """Return the name of the parameter that keeps an id of a workforce: `user-pool` or `client`."""
    return f"/ml-loop/workforces/{workforce}/{what}"


class Workforce(Construct):
    """A user pool that nobody can join unasked, its client, and the one workforce of SageMaker of account and region.

    Args:
        name: physical; SageMaker knows a workforce by it.
        cidrs: addresses from which the portal opens.
        retain: whether the pool, and all people in it, survive the stack.
    """

    def __init__(self, scope: Construct, construct_id: str, *, name: str, cidrs: Sequence[str], retain: bool) -> None:
        super().__init__(scope, construct_id)
        pool = self._pool(retain)
        # SageMaker's portal logs people in by the pool's own pages, which need a domain: unique in the region.
        cognito.CfnUserPoolDomain(
            self, "Domain", user_pool_id=pool.ref, domain=f"ml-loop-{name}-{Arns.of(self).account}"
        )
        client = cognito.CfnUserPoolClient(
            self,
            "Client",
            user_pool_id=pool.ref,
            # SageMaker writes the portal's address in, once the workforce is there.
            generate_secret=True,
            supported_identity_providers=["COGNITO"],
            explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            prevent_user_existence_errors="ENABLED",
            enable_token_revocation=True,
        )
        workforce = sagemaker.CfnWorkforce
        self.resource = workforce(
            self,
            "Resource",
            workforce_name=name,
            cognito_config=workforce.CognitoConfigProperty(user_pool=pool.ref, client_id=client.ref),
            source_ip_config=workforce.SourceIpConfigProperty(cidrs=list(cidrs)),
        )
        for what, value in (("user-pool", pool.ref), ("client", client.ref)):
            made = ssm.CfnParameter(
                self, f"Of{what.title()}".replace("-", ""), name=parameter(name, what), type="String", value=value
            )
            # Whoever reads it makes teams, and there are none without a workforce.
            made.add_resource_dependency(self.resource)

    def _pool(self, retain: bool) -> cognito.CfnUserPool:
        pool = cognito.CfnUserPool
        made = pool(
            self,
            "Pool",
            admin_create_user_config=pool.AdminCreateUserConfigProperty(allow_admin_create_user_only=True),
            auto_verified_attributes=["email"],
            username_attributes=["email"],
            mfa_configuration="ON",
            enabled_mfas=["SOFTWARE_TOKEN_MFA"],
            deletion_protection="ACTIVE" if retain else "INACTIVE",
            policies=pool.PoliciesProperty(
                password_policy=pool.PasswordPolicyProperty(
                    minimum_length=14,
                    require_lowercase=True,
                    require_numbers=True,
                    require_symbols=True,
                    require_uppercase=True,
                    temporary_password_validity_days=7,
                )
            ),
        )
        acknowledge(
            made,
            {
                "AwsSolutions-COG3": "Threat protection takes the plan Plus, paid by user; people are invited by name, "
                "log in with a second factor, and SageMaker opens the portal to known addresses only.",
                "AwsSolutions-COG8": "The plan Plus adds threat protection and nothing else that labelling needs.",
            },
        )
        return made
