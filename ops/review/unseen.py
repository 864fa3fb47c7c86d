"""What a template does not say, though it is deployed with it: macros, snippets and templates that lie elsewhere."""

from collections.abc import Iterable, Iterator, Mapping

from ops.assembly.model import Resource, Stack, Value
from ops.assembly.nested import NESTED
from ops.assembly.templates import MACROS, WHOLE
from ops.review.matching import Pair
from ops.review.model import Class, Compared, Found, Severity
from ops.review.values import listed, references, shown

# Of AWS itself ("CloudFormation macros"); they do what their pages say, with what stands in the template.
_PLAIN = ("AWS::LanguageExtensions", "AWS::Serverless-2016-10-31", "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-")
_ANYTHING = "it may add, change and take away whatever is deployed"
_CUSTOM = ("Custom::", "AWS::CloudFormation::CustomResource")
_SNIPPET = "Fn::Transform"


class Unseen:
    """Knows which templates of nested stacks are here."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self._here = {pair.head.name for pair in pairs if pair.head.template.resources}

    def look(self, compared: Compared) -> Iterable[Found]:
        """Say of what is new, or names something else, that nobody can see here what it does."""
        after = compared.after
        if after is None:
            return
        if after.type == WHOLE:
            yield from _macros(compared.before, after)
            return
        before = _snippets(compared.before.properties, "Properties") if compared.before else set()
        for path, called in sorted(_snippets(after.properties, "Properties") - before):
            yield _unseen(f"{called} writes a part of {after.logical_id}", _ANYTHING, path)
        if after.type == NESTED and f"{compared.head.name}/{after.logical_id}" not in self._here:
            if "TemplateURL" in after.properties and _changed(compared, "TemplateURL"):
                text = f"{after.logical_id} deploys a template that is not here"
                yield _unseen(text, "all that is in it is deployed", "Properties.TemplateURL")
        elif after.type == "AWS::CloudFormation::Macro" and compared.before is None:
            text = f"{after.logical_id} is a macro"
            yield _unseen(text, "a template that names it becomes what its function makes of it", "")
        elif after.logical_id.startswith(_SNIPPET):
            yield _unseen(f"{_SNIPPET} writes resources of {compared.head.name}", _ANYTHING, "")
        elif after.type.startswith(_CUSTOM) and _changed(compared, "ServiceToken"):
            yield from _outside(compared.head, after)


def _macros(before: Resource | None, after: Resource) -> Iterator[Found]:
    was = [*_transforms(before)] if before else []
    for one in _transforms(after):
        if one in was or (isinstance(one, str) and one.startswith(_PLAIN)):
            continue
        yield _unseen(f"The template becomes what the macro {_name(one)} makes of it", _ANYTHING, "Transform")


def _transforms(template: Resource) -> Iterator[Value]:
    for name in MACROS:
        yield from listed(template.properties.get(name))


def _unseen(what: str, then: str, path: str) -> Found:
    text = f"{what}, and nobody can see here what that is: {then}"
    return Found(Class.PERMISSIONS_UNKNOWN, Severity.HIGH, text, (path,) if path else ())


def _snippets(value: Value, path: str) -> set[tuple[str, str]]:
    if isinstance(value, Mapping):
        own = {(path, _name(value[_SNIPPET]))} if _SNIPPET in value else set()
        return own.union(*(_snippets(below, f"{path}.{name}") for name, below in value.items() if name != _SNIPPET))
    if isinstance(value, list):
        return set().union(*(_snippets(below, f"{path}.{at}") for at, below in enumerate(value)))
    return set()


def _name(transform: Value) -> str:
    if not isinstance(transform, Mapping):
        return shown(transform)
    given = transform.get("Parameters")
    where = given.get("Location") if isinstance(given, Mapping) else None
    return f"{shown(transform.get('Name'))}{f' of {shown(where)}' if where else ''}"


def _changed(compared: Compared, name: str) -> bool:
    before, after = compared.before, compared.after
    return before is None or after is None or before.properties.get(name) != after.properties.get(name)


def _outside(stack: Stack, resource: Resource) -> Iterator[Found]:
    token = resource.properties.get("ServiceToken")
    if token is None or set(references(token)) & stack.template.resources.keys():
        return
    text = f"{resource.logical_id} runs {shown(token)} whenever it is deployed, a function that is not in this stack"
    yield Found(Class.PERMISSIONS_UNKNOWN, Severity.MEDIUM, text, ("Properties.ServiceToken",))
