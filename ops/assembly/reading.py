"""Cloud assemblies and single templates, read from files. Nothing outside an assembly's folder is ever read."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from ops.assembly import documents
from ops.assembly.documents import refuse
from ops.assembly.model import Assembly, Stack
from ops.assembly.nested import nested_stacks
from ops.assembly.templates import template_of
from ops.errors import OperationError

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
    stacks = tuple(_stacks(_Place(folder, folder.resolve())))
    known = Counter((stack.environment, stack.name, stack.region) for stack in stacks)
    if twice := [name for (_, name, _), times in known.items() if times > 1]:
        refuse(folder / "manifest.json", f"has the stack {twice[0]} more than once in one environment and region")
    # A stack names what another one of the assembly has brought; hashes are the same wherever they are named.
    assets = {hashed: path for stack in stacks for hashed, path in stack.assets.items()}
    return Assembly(tuple(replace(stack, assets=assets) for stack in stacks))


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


@dataclass(frozen=True)
class _Place:
    """Where a manifest is: its folder, that of the whole assembly, and the stage's name."""

    folder: Path
    root: Path
    stage: str = ""
    depth: int = 0

    @property
    def manifest(self) -> Path:
        return self.folder / "manifest.json"

    def file(self, name: Any) -> Path:
        if not isinstance(name, str):
            refuse(self.manifest, f"names {name!r} where a file is expected")
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.root):
            refuse(self.manifest, f"names {name!r}, which is outside the assembly")
        return self.folder / name


def _stacks(place: _Place) -> Iterator[Stack]:
    if place.depth > _DEEPEST:
        refuse(place.manifest, f"is a stage more than {_DEEPEST} stages deep")
    artifacts = documents.read(place.manifest).get("artifacts") or {}
    if not isinstance(artifacts, dict) or not all(isinstance(item, dict) for item in artifacts.values()):
        refuse(place.manifest, "artifacts are no mapping of mappings")
    for artifact in _in_order(artifacts, place):
        properties = artifact.get("properties") or {}
        if artifact.get("type") == "cdk:cloud-assembly":
            folder = place.file(properties.get("directoryName"))
            stage = str(properties.get("displayName") or folder.name)
            yield from _stacks(_Place(folder, place.root, stage, place.depth + 1))
        elif artifact.get("type") == "aws:cloudformation:stack":
            stack = _stack(artifact, artifacts, place)
            yield stack
            yield from nested_stacks(stack, place.folder, place.root)


def _in_order(artifacts: Mapping[str, Any], place: _Place) -> list[dict[str, Any]]:
    needs = {
        name: [need for need in item.get("dependencies") or [] if need in artifacts] for name, item in artifacts.items()
    }
    try:
        return [artifacts[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        refuse(place.manifest, f"has artifacts that wait for each other: {' -> '.join(error.args[1])}")


def _stack(artifact: Mapping[str, Any], artifacts: Mapping[str, Any], place: _Place) -> Stack:
    properties = artifact.get("properties") or {}
    file = place.file(properties.get("templateFile"))
    tags = properties.get("tags") or {}
    display = str(artifact.get("displayName") or "")
    environment = str(tags.get("ml-loop:environment") or place.stage.rsplit("/", 1)[-1].lower())
    template = template_of(documents.read(file), file, _paths(artifact, place, display))
    account, region = _account_and_region(str(artifact.get("environment", "")))
    return Stack(
        environment,
        str(properties.get("stackName") or display or file.name.split(".", 1)[0]),
        template,
        region=region,
        tags={str(key): str(value) for key, value in tags.items()},
        assets=_assets(artifact, artifacts, place),
        termination_protection=properties.get("terminationProtection") is True,
        file=file.resolve().relative_to(place.root),
        account=account,
    )


def _paths(artifact: Mapping[str, Any], place: _Place, display: str) -> dict[str, str]:
    """Return paths of constructs below the stack, by logical id."""
    known = artifact.get("metadata") or {}
    if extra := artifact.get("additionalMetadataFile"):
        known = {**known, **documents.read(place.file(extra))}
    return {
        str(entry.get("data")): path.removeprefix(f"/{display}/")
        for path, entries in known.items()
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, dict) and entry.get("type") == "aws:cdk:logicalId"
    }


def _assets(artifact: Mapping[str, Any], artifacts: Mapping[str, Any], place: _Place) -> dict[str, Path]:
    """Return files and folders that a stack brings along, by their hash; those outside the assembly are left out."""
    found: dict[str, Path] = {}
    for need in artifact.get("dependencies") or []:
        other = artifacts.get(need) or {}
        if other.get("type") != "cdk:asset-manifest":
            continue
        told = documents.read(place.file((other.get("properties") or {}).get("file")))
        sources = (*_sources(told, "files", "path"), *_sources(told, "dockerImages", "directory"))
        for hashed, source in sources:
            if isinstance(source, str) and (place.folder / source).resolve().is_relative_to(place.root):
                found[hashed] = place.folder / source
    return found


def _sources(told: Mapping[str, Any], section: str, key: str) -> Iterator[tuple[str, Any]]:
    assets = told.get(section)
    for hashed, asset in assets.items() if isinstance(assets, dict) else ():
        source = asset.get("source") if isinstance(asset, dict) else None
        yield hashed, source.get(key) if isinstance(source, dict) else None


def _account_and_region(environment: str) -> tuple[str, str]:
    """Return those in `aws://account/region`, each "" where it is that of whoever deploys."""
    account, _, region = environment.removeprefix("aws://").partition("/")
    known = environment.startswith("aws://")
    return (
        account if known and account != "unknown-account" else "",
        region if known and region != "unknown-region" else "",
    )
