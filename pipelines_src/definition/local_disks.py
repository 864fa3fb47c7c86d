"""Instance types with disks of their own, which take no key for a volume.

Source: VolumeKmsKeyId of ResourceConfig and ProcessingClusterConfig in SageMaker's API reference: the machine encrypts
those disks, and "you can't request a VolumeKmsKeyId when using an instance type with local storage".
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines_src.definition.errors import DefinitionError
from pipelines_src.definition.references import ParameterRef

# A "d" after the generation says local disks in EC2's names; accelerated types have them from these generations on.
_FAMILY = re.compile(r"ml\.([a-z]+\d+[a-z]*d[a-z]*|g[4-9]\w*|p[5-9][\w-]*|trn\d\w*)\..*")


def check_volume_keys(step: str, value: Any) -> None:
    """Refuse a volume key beside an instance type that takes none, anywhere in a step's arguments."""
    if isinstance(value, Mapping):
        machine = value.get("InstanceType")
        machine = machine.default if isinstance(machine, ParameterRef) else machine
        if "VolumeKmsKeyId" in value and isinstance(machine, str) and _FAMILY.fullmatch(machine):
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
