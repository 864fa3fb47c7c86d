"""What the manifest of a cloud assembly, or of a stage of it, says. Nothing outside the assembly's folder is ever read.

Whoever wrote it may have written anything: what is not of the kind that is expected counts as left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from ops.assembly import documents
from ops.assembly.documents import refuse


@dataclass(frozen=True)
class Place:
    """Where a manifest is.

    Attributes:
        folder: that it is in.
        root: of the whole assembly, resolved.
        stage: its name.
        depth: stages around it.
    """

    folder: Path
    root: Path
    stage: str = ""
    depth: int = 0

    @property
    def manifest(self) -> Path:
        """The file."""
        return self.folder / "manifest.json"

    def file(self, name: Any) -> Path:
        """Return where a file is that the manifest names; OperationError if that is outside the assembly."""
        if not isinstance(name, str):
            refuse(self.manifest, f"names {name!r} where a file is expected")
        path = documents.below(self.folder, name, self.root)
        if path is None:
            refuse(self.manifest, f"names {name[:80]!r}, which is outside the assembly")
        return path


def mapping(value: Any) -> dict[str, Any]:
    """Return a mapping; {} for anything else."""
    return value if isinstance(value, dict) else {}


def in_order(artifacts: Mapping[str, Any], place: Place) -> list[dict[str, Any]]:
    """Return artifacts, each after those it depends on.

    Raises:
        OperationError: some wait for each other.
    """
    needs = {name: [need for need in needs_of(item) if need in artifacts] for name, item in artifacts.items()}
    try:
        return [artifacts[name] for name in TopologicalSorter(needs).static_order()]
    except CycleError as error:
        refuse(place.manifest, f"has artifacts that wait for each other: {' -> '.join(error.args[1])}")


def needs_of(artifact: Mapping[str, Any]) -> list[str]:
    """Return the names of those that an artifact depends on."""
    needs = artifact.get("dependencies")
    return [need for need in needs if isinstance(need, str)] if isinstance(needs, list) else []


def paths(artifact: Mapping[str, Any], place: Place, display: str) -> dict[str, str]:
    """Return paths of constructs below the stack, by logical id."""
    known = mapping(artifact.get("metadata"))
    if extra := artifact.get("additionalMetadataFile"):
        known = {**known, **documents.read(place.file(extra))}
    return {
        str(entry.get("data")): path.removeprefix(f"/{display}/")
        for path, entries in known.items()
        if isinstance(entries, list)
        for entry in entries
        if isinstance(entry, dict) and entry.get("type") == "aws:cdk:logicalId"
    }


def assets(artifact: Mapping[str, Any], artifacts: Mapping[str, Any], place: Place) -> dict[str, Path]:
    """Return files and folders that a stack brings along, by their hash; those outside the assembly are left out."""
    found: dict[str, Path] = {}
    for need in needs_of(artifact):
        other = artifacts.get(need, {})
        if other.get("type") != "cdk:asset-manifest":
            continue
        told = documents.read(place.file(mapping(other.get("properties")).get("file")))
        sources = (*_sources(told, "files", "path"), *_sources(told, "dockerImages", "directory"))
        for hashed, source in sources:
            path = documents.below(place.folder, source, place.root) if isinstance(source, str) else None
            if path is not None:
                found[hashed] = path
    return found


def _sources(told: Mapping[str, Any], section: str, key: str) -> Iterator[tuple[str, Any]]:
    assets = told.get(section)
    for hashed, asset in assets.items() if isinstance(assets, dict) else ():
        source = asset.get("source") if isinstance(asset, dict) else None
        yield hashed, source.get(key) if isinstance(source, dict) else None


def account_and_region(environment: str) -> tuple[str, str]:
    """Return those in `aws://account/region`, each "" where it is that of whoever deploys."""
    account, _, region = environment.removeprefix("aws://").partition("/")
    known = environment.startswith("aws://")
    return (
        account if known and account != "unknown-account" else "",
        region if known and region != "unknown-region" else "",
    )
