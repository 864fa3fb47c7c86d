"""Values of templates as texts: what intrinsic functions come to, as far as the template says it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ops.assembly.model import Stack
from ops.review.access.tokens import VARIABLE, Tokens, Undecided, of_text

# ARNs that GetAtt gives, of resources whose Ref is their name: AWS's Service Authorization Reference.
_ARNS = {
    "AWS::S3::Bucket": ("BucketName", "arn:${AWS::Partition}:s3:::${Name}"),
    "AWS::DynamoDB::Table": (
        "TableName",
        "arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Name}",
    ),
    "AWS::Lambda::Function": (
        "FunctionName",
        "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${Name}",
    ),
    "AWS::IAM::Role": ("RoleName", "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${Path}${Name}"),
    "AWS::IAM::User": ("UserName", "arn:${AWS::Partition}:iam::${AWS::AccountId}:user${Path}${Name}"),
    "AWS::KMS::Key": ("", "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/${Name}"),
    "AWS::Logs::LogGroup": (
        "LogGroupName",
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:${Name}:*",
    ),
}
_PARTITIONS = {"cn": ("aws-cn", "amazonaws.com.cn"), "us-gov": ("aws-us-gov", "amazonaws.com")}
_DEEP = 40  # functions within functions; CloudFormation's templates stay far below


@dataclass(frozen=True)
class Unknown:
    """What a template does not say, as people read it: `Raw.Arn`."""

    name: str


@dataclass(frozen=True)
class Place:
    """The stack that a value stands in.

    Attributes:
        aliases: logical ids that count as others: of resources that have another one on the other side.
        assets: hashes of assets that count as others: of what has other contents on the other side.
    """

    stack: Stack
    aliases: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def pseudo(self) -> Mapping[str, str]:
        """Pseudo parameters that are known: those of the region, if the stack has one.

        The account stays a name even where it is known, and its number becomes that name.
        """
        region = self.stack.region
        if not region:
            return {}
        kind = next((known for known in _PARTITIONS if region.startswith(f"{known}-")), "")
        partition, suffix = _PARTITIONS.get(kind, ("aws", "amazonaws.com"))
        return {"AWS::Region": region, "AWS::Partition": partition, "AWS::URLSuffix": suffix}

    def parts(self, value: Any) -> list[str | Unknown]:
        """Return a value as texts and what is not known; Undecided if it is no text."""
        found = self._parts(value, 0)
        return [named for part in found for named in self._named(part)] if self._names else found

    @cached_property
    def _names(self) -> bool:
        """Whether texts may hold what has another name here."""
        return bool(self.stack.account or self.assets)

    def _named(self, part: str | Unknown) -> list[str | Unknown]:
        if isinstance(part, Unknown):
            return [part]
        for new, old in self.assets.items():
            part = part.replace(new, old)
        if not self.stack.account:
            return [part]
        first, *others = part.split(self.stack.account)
        return [first, *(piece for other in others for piece in (Unknown("AWS::AccountId"), other))]

    def _parts(self, value: Any, deep: int) -> list[str | Unknown]:
        if deep > _DEEP:
            raise Undecided("functions are nested too deeply")
        if isinstance(value, bool):
            return ["true" if value else "false"]
        if isinstance(value, str | int | float):
            return [str(value)]
        if isinstance(value, tuple):  # parts already, of a document that is a text itself
            return list(value)
        if isinstance(value, Mapping) and len(value) == 1:
            ((function, argument),) = value.items()
            found = self._function(str(function), argument, deep + 1)
            return [Unknown(json.dumps(value, sort_keys=True, default=str))] if found is None else found
        raise Undecided(f"a text is expected, and {json.dumps(value, default=str)[:80]} found")

    def _function(self, function: str, argument: Any, deep: int) -> list[str | Unknown] | None:
        if function == "Ref" and isinstance(argument, str):
            return self._reference(argument)
        if function == "Fn::GetAtt":
            name, _, attribute = ".".join(argument).partition(".") if _texts(argument) else str(argument).partition(".")
            return self._attribute(name, attribute, deep)
        if function == "Fn::Join" and isinstance(argument, list) and [type(one) for one in argument] == [str, list]:
            return self._joined(argument[0], argument[1], deep)
        if function == "Fn::Sub":
            text, values = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})  # noqa: PLR2004
            if isinstance(text, str) and isinstance(values, Mapping):
                return self._substituted(text, values, deep)
        if function == "Fn::ImportValue":
            return [Unknown("".join(_written(part) for part in self._parts(argument, deep)))]
        return None

    def _reference(self, name: str) -> list[str | Unknown]:
        return [self.pseudo.get(name) or Unknown(self.aliases.get(name, name))]

    def _attribute(self, logical: str, attribute: str, deep: int) -> list[str | Unknown]:
        resource = self.stack.template.resources.get(logical)
        if resource is None or attribute != "Arn" or resource.type not in _ARNS:
            return [Unknown(f"{self.aliases.get(logical, logical)}.{attribute}")]
        named, arn = _ARNS[resource.type]
        values = {
            "Name": resource.properties.get(named, {"Ref": logical}),
            "Path": resource.properties.get("Path", "/"),
        }
        return self._substituted(arn, values, deep)

    def _joined(self, delimiter: str, values: Sequence[Any], deep: int) -> list[str | Unknown]:
        joined: list[str | Unknown] = []
        for at, value in enumerate(values):
            joined += [delimiter] if at and delimiter else []
            joined += self._parts(value, deep)
        return joined

    def _substituted(self, text: str, values: Mapping[str, Any], deep: int) -> list[str | Unknown]:
        found: list[str | Unknown] = []
        end = 0
        for match in VARIABLE.finditer(text):
            found.append(text[end : match.start()])
            end, name = match.end(), match[1].strip()
            if name.startswith("!"):
                found.append(f"${{{name[1:]}}}")
            elif name in values:
                found += self._parts(values[name], deep + 1)
            elif "." in name:
                logical, _, attribute = name.partition(".")
                found += self._attribute(logical, attribute, deep + 1)
            else:
                found += self._reference(name)
        return [*found, text[end:]]

    def text(self, value: Any) -> str:
        """Return a value as people read it."""
        return "".join(_written(part) for part in self.parts(value))

    def tokens(self, value: Any, *, wild: bool = True) -> Tokens:
        """Return a value as tokens, `*` and `?` as wildcards where they are; Undecided if it is no text."""
        if isinstance(value, str) and not self._names:
            return of_text(value, wild)
        found: list[str] = []
        text = ""
        for part in [*self.parts(value), None]:
            if isinstance(part, str):
                text += part
                continue
            found += of_text(text, wild)
            text = ""
            found += [f"${{{part.name}}}"] if part else []
        return tuple(found)


def _written(part: str | Unknown) -> str:
    return part if isinstance(part, str) else f"${{{part.name}}}"


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
