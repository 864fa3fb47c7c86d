"""A Git repository as SageMaker knows it."""

from aws_cdk import aws_sagemaker as sagemaker
from constructs import Construct


class CodeRepository(Construct):
    """A Git repository that notebook instances can open in.

    Args:
        url: HTTPS address.
        branch: None: the repository's default.
        credentials_secret: ARN of a secret with `username` and `password`; None: for CodeCommit, the notebook's role.

    Attributes:
        name: its name, for notebook instances.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        url: str,
        branch: str | None = None,
        credentials_secret: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        resource = sagemaker.CfnCodeRepository(
            self,
            "Resource",
            git_config=sagemaker.CfnCodeRepository.GitConfigProperty(
                repository_url=url, branch=branch, secret_arn=credentials_secret
            ),
        )
        self.name = resource.attr_code_repository_name
