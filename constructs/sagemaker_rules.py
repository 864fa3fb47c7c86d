"""What the rule packs do not ask of SageMaker, checked in the templates at synthesis.

The boundary refuses such requests of every role of the platform, but CloudFormation deploys under a role that it does
not bind. Sources: Security Hub controls SageMaker.1 to .3, .5, .8, .21, and the guardrails of the boundary.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import jsii

from constructs.monitor_rules import MONITOR_RULES
from constructs.notebook_instance import PLATFORM
from constructs.template_rule import Rule

_MODEL = "AWS::SageMaker::Model"
_CONFIG = "AWS::SageMaker::EndpointConfig"
_NOTEBOOK = "AWS::SageMaker::NotebookInstance"
_METADATA = "InstanceMetadataServiceConfiguration"
RULES = (
    Rule(
        "ModelIsolated",
        _MODEL,
        "The model's containers can reach a network",
        "Set EnableNetworkIsolation to true",
        lambda p: p.get("EnableNetworkIsolation") is True,
    ),
    Rule("ModelInVpc", _MODEL, "The model is not in the VPC", "Set VpcConfig", lambda p: bool(p.get("VpcConfig"))),
    Rule(
        "EndpointVolumeKey",
        _CONFIG,
        "The volumes of the endpoint have no key of ours",
        "Set KmsKeyId",
        lambda p: bool(p.get("KmsKeyId")),
    ),
    Rule(
        "CaptureKey",
        _CONFIG,
        "Captured requests have no key of ours",
        "Set DataCaptureConfig.KmsKeyId",
        lambda p: "DataCaptureConfig" not in p or bool(p["DataCaptureConfig"].get("KmsKeyId")),
    ),
    Rule(
        "NotebookPrivate",
        _NOTEBOOK,
        "The notebook has direct internet access",
        "Set DirectInternetAccess to Disabled, SubnetId and SecurityGroupIds",
        lambda p: p.get("DirectInternetAccess") == "Disabled" and "SubnetId" in p,
    ),
    Rule(
        "NotebookMetadata",
        _NOTEBOOK,
        "The notebook's credentials can be had by a forged request to the metadata service (IMDSv1)",
        "Set InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion to 2",
        lambda p: p.get(_METADATA, {}).get("MinimumInstanceMetadataServiceVersion") == "2",
    ),
    Rule(
        "NotebookPlatform",
        _NOTEBOOK,
        "The notebook's platform is not the one that is still supported",
        f"Set PlatformIdentifier to {PLATFORM}",
        lambda p: p.get("PlatformIdentifier") == PLATFORM,
    ),
    Rule(
        "NotebookWithoutRoot",
        _NOTEBOOK,
        "Users of the notebook are root",
        "Set RootAccess to Disabled",
        lambda p: p.get("RootAccess") == "Disabled",
    ),
    Rule(
        "NotebookKey",
        _NOTEBOOK,
        "The notebook's volume has no key of ours",
        "Set KmsKeyId",
        lambda p: bool(p.get("KmsKeyId")),
    ),
    *MONITOR_RULES,
)


@jsii.implements(cdk.IPolicyValidationPlugin)
class SageMakerRules:
    """A plugin for `cdk.Validations`: a finding stops synthesis and names the resource and the remedy."""

    @property
    def name(self) -> str:
        """As the report shows it."""
        return "MlLoop"

    @property
    def version(self) -> str:
        """Of these rules."""
        return "1"

    @property
    def rule_ids(self) -> list[str]:
        """All rules."""
        return list(dict.fromkeys(rule.name for rule in RULES))

    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        """Check every template of the application."""
        found = [violation for path in context.template_paths for violation in _violations(Path(path))]
        return cdk.PolicyValidationPluginReport(success=not found, violations=found)


def broken_rules(template: dict[str, Any]) -> Iterator[tuple[Rule, str]]:
    """Yield each rule that a template breaks, with the logical id of the resource."""
    for logical_id, resource in template.get("Resources", {}).items():
        for rule in RULES:
            if resource["Type"] == rule.resource_type and not rule.holds(resource.get("Properties", {})):
                yield rule, logical_id


def _violations(path: Path) -> Iterator[cdk.PolicyViolation]:
    for rule, logical_id in broken_rules(json.loads(path.read_text(encoding="utf-8"))):
        yield cdk.PolicyViolation(
            rule_name=rule.name,
            description=rule.wrong,
            fix=rule.fix,
            severity="error",
            violating_resources=[
                cdk.PolicyViolatingResource(
                    resource_logical_id=logical_id, template_path=str(path), locations=["Properties"]
                )
            ],
        )
