"""Which SageMaker instance types exist, for processing, training and endpoints.

Source: the enums ProcessingInstanceType, TrainingInstanceType and ProductionVariantInstanceType of the SageMaker
service model (botocore). The check reads them from there, so a new instance type needs a new botocore only.
"""

import difflib
from functools import cache
from typing import Annotated, Any

from pydantic import AfterValidator

from config.service_model import sagemaker


@cache
def known(shape: str) -> frozenset[str]:
    """Return the values of an enum shape of the SageMaker service model.

    >>> "ml.m5.large" in known("TrainingInstanceType")
    True
    """
    found: Any = sagemaker().shape_for(shape)
    return frozenset(found.enum)


def _checked(shape: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known(shape):
            near = difflib.get_close_matches(f"ml.{value.removeprefix('ml.')}", sorted(known(shape)), n=3)
            raise ValueError(
                f"found {value!r}; allowed is an instance type of SageMaker's {shape}, such as "
                f"{', '.join(near) or 'ml.m5.large'}. Correct the name"
            )
        return value

    return AfterValidator(check)


ProcessingInstanceType = Annotated[str, _checked("ProcessingInstanceType")]
TrainingInstanceType = Annotated[str, _checked("TrainingInstanceType")]
EndpointInstanceType = Annotated[str, _checked("ProductionVariantInstanceType")]
