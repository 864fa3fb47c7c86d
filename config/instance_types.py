"""Which SageMaker instance types exist, for processing, training, endpoints and notebooks.

Source: the enums ProcessingInstanceType, TrainingInstanceType, ProductionVariantInstanceType and InstanceType of the
SageMaker service model (botocore). The check reads them from there, so a new instance type needs a new botocore only.

Types with disks of their own take no key for a volume, and every volume here has one: "you can't request a
VolumeKmsKeyId when using an instance type with local storage" (API reference: ResourceConfig, ProcessingClusterConfig;
KmsKeyId of CreateEndpointConfig likewise). A notebook keeps its volume beside them, and CreateNotebookInstance has no
such restriction: what lies on the disks of its own is the notebook's to allow.
"""

import difflib
import re
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator

from config.service_model import sagemaker

# A "d" after the generation says local disks in EC2's names; accelerated types have them from these generations on.
_OWN_DISKS = re.compile(r"ml\.([a-z]+\d+[a-z]*d[a-z]*|g[4-9]\w*|p[5-9][\w-]*|trn\d\w*|dl1)\..*")
# A "g" after the generation says Graviton, AWS's ARM processor; SageMaker's XGBoost image is for x86 only.
_ARM = re.compile(r"ml\.[a-z]+\d+g[a-z]*\..*")


def has_own_disks(instance_type: str) -> bool:
    """Whether SageMaker refuses a key for the volume of such an instance, since it has disks of its own.

    >>> has_own_disks("ml.g5.xlarge"), has_own_disks("ml.m5d.large"), has_own_disks("ml.m5.large")
    (True, True, False)
    """
    return _OWN_DISKS.fullmatch(instance_type) is not None


@cache
def known(shape: str) -> frozenset[str]:
    """Return the values of an enum shape of the SageMaker service model.

    >>> "ml.m5.large" in known("TrainingInstanceType")
    True
    """
    found: Any = sagemaker().shape_for(shape)
    return frozenset(found.enum)


def _checked(shape: str, *, own_disks: bool = False) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known(shape):
            usable = sorted(name for name in known(shape) if not has_own_disks(name) and not _ARM.fullmatch(name))
            near = difflib.get_close_matches(f"ml.{value.removeprefix('ml.')}", usable, n=3)
            raise ValueError(
                f"found {value!r}; allowed is an instance type of SageMaker's {shape}, such as "
                f"{', '.join(near) or 'ml.m5.large'}. Correct the name"
            )
        if has_own_disks(value) and not own_disks:
            raise ValueError(
                f"found {value!r}, which has disks of its own; allowed are types without, such as ml.m5.large, since "
                "volumes are encrypted with your key and SageMaker refuses a key for those disks. Choose another type"
            )
        if _ARM.fullmatch(value):
            raise ValueError(
                f"found {value!r}, which has an ARM processor; allowed are types with an x86 processor, such as "
                "ml.m5.large, since SageMaker's XGBoost image is for these only. Choose another type"
            )
        return value

    return AfterValidator(check)


ProcessingInstanceType = Annotated[str, _checked("ProcessingInstanceType")]
TrainingInstanceType = Annotated[str, _checked("TrainingInstanceType")]
TransformInstanceType = Annotated[str, _checked("TransformInstanceType")]
EndpointInstanceType = Annotated[str, _checked("ProductionVariantInstanceType")]
NotebookInstanceType = Annotated[str, _checked("InstanceType", own_disks=True)]
