"""Instance types with disks of their own take no key for a volume (config.instance_types says which and why)."""

from collections.abc import Mapping, Sequence
from typing import Any

from config.instance_types import has_own_disks
from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import ParameterRef


def check_volume_keys(step: str, value: Any) -> None:
    """Refuse a volume key beside an instance type that takes none, anywhere in a step's arguments."""
    if isinstance(value, Mapping):
        machine = value.get("InstanceType")
        machine = machine.default if isinstance(machine, ParameterRef) else machine
        if "VolumeKmsKeyId" in value and isinstance(machine, str) and has_own_disks(machine):
            raise DefinitionError(
                f"step {step!r}: InstanceType: found {machine!r} with a VolumeKmsKeyId; allowed with a key are types "
                "without disks of their own, such as ml.m5.large, since SageMaker refuses a key for those disks. "
                "Choose another type."
            )
        for item in value.values():
            check_volume_keys(step, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            check_volume_keys(step, item)
