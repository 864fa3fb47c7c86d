"""The rules that every template is checked against at synthesis; a finding stops it."""

import aws_cdk as cdk
import cdk_nag

from constructs.findings import tell_checks
from constructs.sagemaker_rules import SageMakerRules


def rule_packs(app: cdk.App) -> tuple[cdk.IPolicyValidationPlugin, ...]:
    """Return AwsSolutions, NIST 800-53 R5, and the rules of ours for SageMaker; they know what was excused."""
    tell_checks()
    return cdk_nag.AwsSolutionsChecks(app), cdk_nag.NIST80053R5Checks(app), SageMakerRules()
