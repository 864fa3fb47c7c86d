"""Templates as resources and sections; what CloudFormation would not take for one is refused."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ops.assembly.documents import refuse
from ops.assembly.model import Resource, Template

WHOLE = "Template"  # the section of what is said of a template as a whole, such as its description and its macros
MACROS = ("Transform", "Fn::Transform")
_APART = ("Resources", "Metadata", "AWSTemplateFormatVersion")
_ANALYTICS = "AWS::CDK::Metadata"  # says which constructs were used; nothing is deployed


def template_of(document: Mapping[str, Any], path: Path, paths: Mapping[str, str]) -> Template:
    """Return the template in a document.

    Args:
        document: of the file.
        path: of the file, for errors.
        paths: of constructs, by logical id.

    Raises:
        OperationError: it has no resources, or one that is none.
    """
    resources = document.get("Resources")
    if not isinstance(resources, dict):
        refuse(path, "has no mapping Resources, so it is no template of CloudFormation")
    found = {
        name: _resource(name, value, path, paths.get(name, ""))
        for name, value in resources.items()
        if not (isinstance(value, dict) and value.get("Type") == _ANALYTICS)
    }
    rest = {name: value for name, value in document.items() if name not in _APART}
    sections = {name: value for name, value in rest.items() if isinstance(value, dict) and name not in MACROS}
    whole = {name: value for name, value in rest.items() if name not in sections}
    return Template(found, sections | ({WHOLE: {"": whole}} if whole else {}))


def _resource(name: str, value: Any, path: Path, construct: str) -> Resource:
    if name.startswith("Fn::"):  # a loop, which CloudFormation itself unrolls
        return Resource(name, name.rsplit("::", 1)[0], {"Loop": value})
    if not isinstance(value, dict) or not isinstance(value.get("Type"), str):
        refuse(path, f"the resource {name[:80]!r} has no Type; allowed is text such as AWS::S3::Bucket")
    properties = value.get("Properties") or {}
    if not isinstance(properties, dict):
        refuse(path, f"Properties of the resource {name[:80]!r} are no mapping")
    attributes = {key: item for key, item in value.items() if key not in ("Type", "Properties")}
    metadata = attributes.get("Metadata")
    if not construct and isinstance(metadata, dict):
        construct = str(metadata.get("aws:cdk:path", ""))
    return Resource(name, value["Type"], properties, attributes, construct)
