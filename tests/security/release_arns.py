"""Whom and what a release concerns."""

from tests.security.simulate import ACCOUNT, REGION

SAGEMAKER = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"
STACK = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack"
ROLES = f"arn:aws:iam::{ACCOUNT}:role"
SERVING = f"{STACK}/dev-flight-delays-serving/0a1b2c3d-0000-1111-2222-333344445555"
RELEASE_ROLE = f"{ROLES}/ml-loop/dev/dev-flight-delays-release"
ADMINISTRATOR = f"{ROLES}/cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-{REGION}"
BY_CLOUDFORMATION = {"iam:PassedToService": "cloudformation.amazonaws.com"}
BY_SAGEMAKER = {"iam:PassedToService": "sagemaker.amazonaws.com"}
