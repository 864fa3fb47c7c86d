"""Which SageMaker instance types exist, for processing, training and endpoints.

Source: the enums ProcessingInstanceType, TrainingInstanceType and ProductionVariantInstanceType of the SageMaker
service model (botocore). The check reads them from there, so a new instance type needs a new botocore only.
"""

from functools import cache
from typing import Annotated, Any

import botocore.session
from pydantic import AfterValidator


@cache
def known(shape: str) -> frozenset[str]:
    """Return the values of an enum shape of the SageMaker service model.

    >>> "ml.m5.large" in known("TrainingInstanceType")
    True
    """
    model: Any = botocore.session.get_session().get_service_model("sagemaker")
    return frozenset(model.shape_for(shape).enum)


def _checked(shape: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in known(shape):
            family = value.rsplit(".", 1)[0]
            near = sorted(name for name in known(shape) if name.startswith(family)) or sorted(known(shape))
            raise ValueError(f"unknown {shape} '{value}'; allowed are for example {', '.join(near[:6])}")
        return value

    return AfterValidator(check)


ProcessingInstanceType = Annotated[str, _checked("ProcessingInstanceType")]
TrainingInstanceType = Annotated[str, _checked("TrainingInstanceType")]
EndpointInstanceType = Annotated[str, _checked("ProductionVariantInstanceType")]
