"""Refuse SageMaker requests that are not private and encrypted.

Conditions of one statement are ANDed, so that a statement with two keys would refuse only what breaks both rules: each
has one key. Each names only the actions whose requests carry that key; others would always lack it and be refused.
Keys per action: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from collections.abc import Sequence
from typing import Any

from constructs.statements import Statement, deny

_JOBS = [
    "sagemaker:CreateTrainingJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateProcessingJob",
    "sagemaker:Create*JobDefinition",
]
_AUTOML = ["sagemaker:CreateAutoMLJob*"]
# A batch transform has no network of its own: it runs in the network of its model.
_TRANSFORM = ["sagemaker:CreateTransformJob"]
_MODEL = ["sagemaker:CreateModel"]
_NOTEBOOK = ["sagemaker:CreateNotebookInstance"]
_NOTEBOOK_UPDATE = ["sagemaker:UpdateNotebookInstance"]
_LIFECYCLE = [f"sagemaker:{verb}NotebookInstanceLifecycleConfig" for verb in ("Create", "Update")]
_METADATA = "sagemaker:MinimumInstanceMetadataServiceVersion"
# On the release role of a use case whose models run outside the network (docs/decisions/serverless.md).
MAKES_OPEN_MODELS = {"ml-loop:makes-open-models": "true"}


def sagemaker_guardrails(
    *, subnets: Sequence[str], security_groups: Sequence[str], open_models: bool = False
) -> list[Statement]:
    """Return one Deny per rule.

    Args:
        subnets: ids of the only subnets that jobs, models and notebooks may use.
        security_groups: ids of the only security groups that they may use.
        open_models: whether roles tagged MAKES_OPEN_MODELS may make models without a network and without isolation. Of
            a network that such a model has all the same, the other rules hold.
    """
    networked = _JOBS + _AUTOML + _MODEL + _NOTEBOOK
    needing_network, isolated = networked, _JOBS + _MODEL
    if open_models:
        needing_network, isolated = _JOBS + _AUTOML + _NOTEBOOK, _JOBS
    return [
        _absent(
            "VolumeKey",
            _JOBS + _AUTOML + _TRANSFORM + _NOTEBOOK + ["sagemaker:CreateEndpointConfig"],
            "sagemaker:VolumeKmsKeyArn",
        ),
        _absent(
            "OutputKey",
            _JOBS + _AUTOML + _TRANSFORM + ["sagemaker:CreateLabelingJob"],
            "sagemaker:OutputKmsKeyArn",
        ),
        _absent("NoSubnets", needing_network, "sagemaker:VpcSubnets"),
        _other("ForeignSubnets", networked, "sagemaker:VpcSubnets", subnets),
        _absent("NoSecurityGroups", needing_network, "sagemaker:VpcSecurityGroupIds"),
        _other("ForeignSecurityGroups", networked, "sagemaker:VpcSecurityGroupIds", security_groups),
        # "IfExists" counts a missing setting as the refused one.
        _deny("NotIsolated", isolated, {"BoolIfExists": {"sagemaker:NetworkIsolation": "false"}}),
        *(_open_models() if open_models else ()),
        _deny("OpenTraffic", _JOBS + _AUTOML, {"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}}),
        _deny("Internet", _NOTEBOOK, {"StringNotEqualsIfExists": {"sagemaker:DirectInternetAccess": "Disabled"}}),
        _deny("Root", _NOTEBOOK, {"StringNotEqualsIfExists": {"sagemaker:RootAccess": "Disabled"}}),
        # Such scripts run as root on notebooks that have one, with their roles; CloudFormation alone writes them.
        deny("DenyRootScripts", _LIFECYCLE),
        _deny("OldMetadata", _NOTEBOOK, {"StringNotEqualsIfExists": {_METADATA: "2"}}),
        # An update that says nothing about these leaves them as they are.
        _deny("RootLater", _NOTEBOOK_UPDATE, {"StringEquals": {"sagemaker:RootAccess": "Enabled"}}),
        _deny(
            "OldMetadataLater", _NOTEBOOK_UPDATE, {"StringNotEquals": {_METADATA: "2"}, "Null": {_METADATA: "false"}}
        ),
    ]


def _open_models() -> list[Statement]:
    # A second key, and yet nothing half secure passes: it says of whom the rule is not, and no request can set it.
    ((tag, value),) = MAKES_OPEN_MODELS.items()
    others: dict[str, Any] = {"StringNotEquals": {f"aws:PrincipalTag/{tag}": value}}
    return [
        # SageMaker takes no subnets without security groups.
        _deny("OpenModel", _MODEL, {"Null": {"sagemaker:VpcSubnets": "true"}, **others}),
        _deny("OpenModelNotIsolated", _MODEL, {"BoolIfExists": {"sagemaker:NetworkIsolation": "false"}, **others}),
    ]


def _absent(rule: str, actions: list[str], key: str) -> Statement:
    return _deny(rule, actions, {"Null": {key: "true"}})


def _other(rule: str, actions: list[str], key: str, allowed: Sequence[str]) -> Statement:
    # One foreign value is enough; with no value at all ForAnyValue is false, which `_absent` takes care of.
    return _deny(rule, actions, {"ForAnyValue:StringNotEquals": {key: list(allowed)}})


def _deny(rule: str, actions: list[str], conditions: dict[str, dict[str, str | list[str]]]) -> Statement:
    return deny(f"Deny{rule}", actions, conditions)
