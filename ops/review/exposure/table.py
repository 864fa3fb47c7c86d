"""Settings that protect, by the names that they have wherever they stand: in resources, and in jobs of pipelines."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.review.model import Severity

HIGH, MEDIUM, LOW = Severity.HIGH, Severity.MEDIUM, Severity.LOW


@dataclass(frozen=True)
class Setting:
    """A setting.

    Attributes:
        what: its name for people, the beginning of a sentence.
        why: what follows when it is open, the end of the sentence.
        open: values that open something, in lower case.
        unset: what AWS takes where it is not there, in lower case.
    """

    what: str
    why: str
    severity: Severity
    open: frozenset[str]
    unset: str

    def opens(self, value: Any) -> bool:
        """Return whether a value opens something; None is one that is not there."""
        return (self.unset if value is None else str(value).lower()) in self.open


def _on(what: str, why: str, severity: Severity, unset: str = "false") -> Setting:
    """Return one that should be on."""
    return Setting(what, why, severity, frozenset({"false", "disabled", "off", "inactive"}), unset)


def _off(what: str, why: str, severity: Severity, unset: str = "false") -> Setting:
    """Return one that should be off."""
    return Setting(what, why, severity, frozenset({"true", "enabled", "on"}), unset)


def _not(what: str, why: str, severity: Severity, *values: str, unset: str = "") -> Setting:
    """Return one that should not be one of some values."""
    return Setting(what, why, severity, frozenset(value.lower() for value in values), unset.lower())


_PUBLIC = "a policy or an access list may then open the objects to everybody"
READABLE = "what is stored is then encrypted by the service's own key at most, which no policy of yours guards"
_PLAIN = "data then travels unencrypted"
# Sources of the defaults: the property's page in the CloudFormation template reference.
SETTINGS: Mapping[str, Setting] = {
    "BlockPublicAcls": _on("Blocking of public access lists", _PUBLIC, HIGH),
    "BlockPublicPolicy": _on("Blocking of public policies", _PUBLIC, HIGH),
    "IgnorePublicAcls": _on("Ignoring of public access lists", _PUBLIC, HIGH),
    "RestrictPublicBuckets": _on("Restriction of public buckets", _PUBLIC, HIGH),
    "AccessControl": _not(
        "The access list",
        "everybody may then read objects",
        HIGH,
        *("PublicRead", "PublicReadWrite", "AuthenticatedRead"),
    ),
    "DirectInternetAccess": _off(
        "Direct internet access", "data may then leave by a network that is not yours", HIGH, unset="enabled"
    ),
    "RootAccess": _off("Root access", "people may then undo what protects the instance", MEDIUM, unset="enabled"),
    "MinimumInstanceMetadataServiceVersion": _not(
        "The least version of the metadata service",
        "a page that the instance is made to fetch may then read its credentials",
        *(MEDIUM, "1"),
        unset="1",
    ),
    "HttpTokens": _not("Tokens of the metadata service", "version 1 then gives credentials away", MEDIUM, "optional"),
    "AppNetworkAccessType": _not(
        "Network access of apps",
        "apps then reach the internet past your network",
        *(HIGH, "PublicInternetOnly"),
        unset="PublicInternetOnly",
    ),
    "EnableNetworkIsolation": _on("Network isolation", "its containers may then use the network", HIGH),
    "EnableInterContainerTrafficEncryption": _on("Encryption between containers", _PLAIN, MEDIUM),
    "MapPublicIpOnLaunch": _off("Public addresses on launch", "machines are then reachable from outside", HIGH),
    "AssignIpv6AddressOnCreation": _off("IPv6 addresses on launch", "they are public ones", MEDIUM),
    "AssociatePublicIpAddress": _off("A public address", "it is then reachable from outside", HIGH),
    "AssignPublicIp": _off("A public address", "it is then reachable from outside", HIGH, unset="disabled"),
    "PubliclyAccessible": _off("Public access", "it is then reachable from outside", HIGH),
    "EndpointPublicAccess": _off("Public access", "it is then reachable from outside", HIGH),
    "AllowUnauthenticatedIdentities": _off("Access without signing in", "everybody then gets credentials", HIGH),
    "AllowAdminCreateUserOnly": _on("Accounts by administrators only", "everybody may then sign up", HIGH),
    "MfaConfiguration": _not("The second factor", "a password alone then suffices", MEDIUM, "OFF", unset="off"),
    "AuthType": _not("Authorisation", "everybody may then call it", HIGH, "NONE"),
    "AuthorizationType": _not("Authorisation", "everybody may then call it", HIGH, "NONE"),
    "PrivateDnsEnabled": _on(
        "Private DNS", "the service's name then leads to its public addresses, past the endpoint", MEDIUM
    ),
    "EnableKeyRotation": _on("Rotation of the key", "one key then stays in use for good", LOW),
    "SSEEnabled": _on("Encryption with your key", READABLE, MEDIUM),
    "SqsManagedSseEnabled": _on("Encryption by the queue", "messages are then stored readable", MEDIUM, unset="true"),
    "Encrypted": _on("Encryption", "data is then stored readable", HIGH),
    "StorageEncrypted": _on("Encryption", "data is then stored readable", HIGH),
    "AtRestEncryptionEnabled": _on("Encryption", "data is then stored readable", HIGH),
    "TransitEncryptionEnabled": _on("Encryption in transit", _PLAIN, MEDIUM),
    "EncryptionInTransit": _on("Encryption in transit", _PLAIN, MEDIUM),
    "TransitEncryption": _on("Encryption in transit", _PLAIN, MEDIUM, unset="disabled"),
}
# What protects by being there.
KEY = re.compile(r"(Kms|KMS|kms)(Master)?Key(Id|ID|Arn|ARN)?$")
ENCRYPTION = frozenset({"BucketEncryption", "SSESpecification", "EncryptionConfiguration", "StreamEncryption"})
NETWORK = frozenset({"VpcConfig", "VPCConfig", "VpcConfiguration", "WorkforceVpcConfig", "SubnetId"})
GROUPS = frozenset({"SecurityGroupIds", "SecurityGroups", "VpcSecurityGroupIds"})
BLOCK = frozenset({"PublicAccessBlockConfiguration"})
# Of what is new, settings that are open unless somebody says otherwise.
OPEN_UNLESS_SAID: Mapping[str, tuple[str, ...]] = {
    "AWS::SageMaker::NotebookInstance": ("DirectInternetAccess", "RootAccess"),
    "AWS::SageMaker::Domain": ("AppNetworkAccessType",),
}
