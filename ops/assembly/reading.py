"""Cloud assemblies and single templates, read from files. Nothing outside an assembly's folder is ever read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ops.assembly import documents
from ops.assembly.documents import refuse
from ops.assembly.manifest import Place, account_and_region, assets, in_order, mapping, paths
from ops.assembly.model import Assembly, Stack
from ops.assembly.nested import nested_stacks
from ops.assembly.templates import template_of
from ops.errors import OperationError

_ENVIRONMENT = "ml-loop:environment"  # tag
_DEEPEST = 10  # stages in stages


def read_assembly(folder: Path) -> Assembly:
    """Return all stacks of a cloud assembly: of each of its stages, and those nested in them.

    Args:
        folder: with a `manifest.json`, such as `cdk.out`.

    Raises:
        OperationError: it is no assembly, or a file of it is missing, malformed or outside the folder.
    """
    if not (folder / "manifest.json").is_file():
        raise OperationError(
            f"{folder} has no manifest.json, so it is no cloud assembly. Synthesise one (make synth writes cdk.out), "
            "or name single templates (--base-template, --head-template)."
        )
    stacks = _with_environments(tuple(_stacks(Place(folder, folder.resolve()))))
    known = Counter((stack.environment, stack.name, stack.region) for stack in stacks)
    if twice := [name for (_, name, _), times in known.items() if times > 1]:
        refuse(folder / "manifest.json", f"has the stack {twice[0]} more than once in one environment and region")
    # A stack names what another one of the assembly has brought; hashes are the same wherever they are named.
    assets = {hashed: path for stack in stacks for hashed, path in stack.assets.items()}
    return Assembly(tuple(replace(stack, assets=assets) for stack in stacks))


def _with_environments(stacks: tuple[Stack, ...]) -> tuple[Stack, ...]:
    """Return stacks, those without the tag in no environment if others have it: what all environments share."""
    if not any(_ENVIRONMENT in stack.tags for stack in stacks):
        return stacks
    return tuple(stack if _ENVIRONMENT in stack.tags else replace(stack, environment="") for stack in stacks)


def read_template(file: Path, environment: str = "", name: str = "") -> Assembly:
    """Return a template, with those nested in it that lie beside it, as an assembly of its own.

    Args:
        file: in JSON, or in YAML with CloudFormation's short forms.
        environment: that it belongs to, "" if to none.
        name: of its stack; that of the file, without its endings, if it is left out.

    Raises:
        OperationError: it is missing, malformed, truncated, too large, or no template.
    """
    template = template_of(documents.read(file), file, {})
    stack = Stack(environment, name or file.name.split(".", 1)[0], template, file=Path(file.name))
    return Assembly((stack, *nested_stacks(stack, file.parent, file.parent.resolve())))


def _stacks(place: Place) -> Iterator[Stack]:
    if place.depth > _DEEPEST:
        refuse(place.manifest, f"is a stage more than {_DEEPEST} stages deep")
    artifacts = documents.read(place.manifest).get("artifacts")
    if not isinstance(artifacts, dict) or not all(isinstance(item, dict) for item in artifacts.values()):
        refuse(place.manifest, "artifacts are no mapping of mappings")
    for artifact in in_order(artifacts, place):
        properties = mapping(artifact.get("properties"))
        if artifact.get("type") == "cdk:cloud-assembly":
            folder = place.file(properties.get("directoryName"))
            stage = str(properties.get("displayName") or folder.name)
            yield from _stacks(Place(folder, place.root, stage, place.depth + 1))
        elif artifact.get("type") == "aws:cloudformation:stack":
            stack = _stack(artifact, artifacts, place)
            yield stack
            yield from nested_stacks(stack, place.folder, place.root)


def _stack(artifact: Mapping[str, Any], artifacts: Mapping[str, Any], place: Place) -> Stack:
    properties = mapping(artifact.get("properties"))
    file = place.file(properties.get("templateFile"))
    tags = mapping(properties.get("tags"))
    display = str(artifact.get("displayName") or "")
    environment = str(tags.get(_ENVIRONMENT) or place.stage.rsplit("/", 1)[-1].lower())
    template = template_of(documents.read(file), file, paths(artifact, place, display))
    account, region = account_and_region(str(artifact.get("environment", "")))
    return Stack(
        environment,
        str(properties.get("stackName") or display or file.name.split(".", 1)[0]),
        template,
        region=region,
        tags={str(key): str(value) for key, value in tags.items()},
        assets=assets(artifact, artifacts, place),
        termination_protection=properties.get("terminationProtection") is True,
        file=file.resolve().relative_to(place.root),
        account=account,
    )
