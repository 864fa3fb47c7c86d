"""Scaling of an endpoint's variants, through Application Auto Scaling's API."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from shared.slots import CHALLENGER, CHAMPION

_NAMESPACE, _DIMENSION = "sagemaker", "sagemaker:variant:DesiredInstanceCount"
_SUSPENDED = "DynamicScalingInSuspended"


class Scaling:
    """The scalable targets of the endpoints of one environment, named `<environment>-<use case>`.

    Args:
        client: makes the client, which most environments never need.
        environment: whose endpoints.
    """

    def __init__(self, client: Callable[[], Any], environment: str) -> None:
        self._client = client
        self._environment = environment

    def variants(self, use_case: str) -> dict[str, bool]:
        """Return the variants that are registered for scaling, and whether scaling in is suspended."""
        return {
            target["ResourceId"].rpartition("/")[2]: target.get("SuspendedState", {}).get(_SUSPENDED, False)
            for target in self._targets(use_case, CHAMPION, CHALLENGER)
        }

    def hold(self, use_case: str, variant: str, *, held: bool) -> None:
        """Suspend scaling in of a variant, or end that; what else is suspended stays so.

        A variant that is not registered is left alone: to register it takes bounds, which are the template's.
        """
        for target in self._targets(use_case, variant):
            self._client().register_scalable_target(
                ServiceNamespace=_NAMESPACE,
                ResourceId=target["ResourceId"],
                ScalableDimension=_DIMENSION,
                SuspendedState={**target.get("SuspendedState", {}), _SUSPENDED: held},
            )

    def deregister(self, use_case: str, variant: str) -> None:
        """End the scaling of a variant; it is well if that is done."""
        try:
            self._client().deregister_scalable_target(
                ServiceNamespace=_NAMESPACE,
                ResourceId=self._resource(use_case, variant),
                ScalableDimension=_DIMENSION,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ObjectNotFoundException":
                raise

    def _targets(self, use_case: str, *variants: str) -> list[dict[str, Any]]:
        # No page is needed for two; a name that is not registered is no error.
        answer = self._client().describe_scalable_targets(
            ServiceNamespace=_NAMESPACE,
            ResourceIds=[self._resource(use_case, variant) for variant in variants],
            ScalableDimension=_DIMENSION,
        )
        found: list[dict[str, Any]] = answer["ScalableTargets"]
        return found

    def _resource(self, use_case: str, variant: str) -> str:
        return f"endpoint/{self._environment}-{use_case}/variant/{variant}"
