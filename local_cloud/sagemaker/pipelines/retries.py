"""Retry policies of a step: https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html."""

from collections.abc import Iterator
from typing import Any

SERVICE_FAULT = "Step.SERVICE_FAULT"
THROTTLING = "Step.THROTTLING"
INTERNAL_ERROR = "SageMaker.JOB_INTERNAL_ERROR"
CAPACITY_ERROR = "SageMaker.CAPACITY_ERROR"
RESOURCE_LIMIT = "SageMaker.RESOURCE_LIMIT"
EXCEPTION_TYPES = (SERVICE_FAULT, THROTTLING, INTERNAL_ERROR, CAPACITY_ERROR, RESOURCE_LIMIT)

_MEMBERS = {"ExceptionType", "IntervalSeconds", "BackoffRate", "MaxAttempts", "ExpireAfterMin"}
_LIMITS = {"IntervalSeconds": (1, 43200), "MaxAttempts": (1, 20), "ExpireAfterMin": (1, 14400), "BackoffRate": (0, 1e9)}
# AWS retries these two by itself and does not say how often; three further attempts here.
_BY_DEFAULT = {"ExceptionType": [SERVICE_FAULT, THROTTLING], "IntervalSeconds": 1, "BackoffRate": 2.0, "MaxAttempts": 3}


def check(policies: Any) -> Iterator[str]:
    """Yield what is wrong with the RetryPolicies of a step."""
    for policy in policies:
        if unknown := sorted(set(policy) - _MEMBERS):
            yield f"Unknown member {unknown} of a retry policy; allowed are {sorted(_MEMBERS)}"
        for name in policy.get("ExceptionType") or [None]:
            if name not in EXCEPTION_TYPES:
                yield f"ExceptionType [{name}] is unknown; allowed are {', '.join(EXCEPTION_TYPES)}"
        if "MaxAttempts" in policy and "ExpireAfterMin" in policy:
            yield "A retry policy has MaxAttempts or ExpireAfterMin, not both"
        for key, (low, high) in _LIMITS.items():
            if key in policy and not low <= policy[key] <= high:
                yield f"{key} is {policy[key]}; allowed is {low} to {high}"


def of_create_error(status: int, code: str) -> str | None:
    """Return the exception type of a refused API call; None if a retry is of no use."""
    if "Throttl" in code or code in {"TooManyRequestsException", "RequestLimitExceeded"}:
        return THROTTLING
    if code == "ResourceLimitExceeded":
        return RESOURCE_LIMIT
    return SERVICE_FAULT if status >= 500 and code != "NotImplementedByLocalCloud" else None  # noqa: PLR2004 - HTTP


def of_failure_reason(step_type: str, reason: str) -> str | None:
    """Return the exception type of a failed job; tuning jobs retry internal errors themselves."""
    start = reason.partition(":")[0]
    if start in {"CapacityError", "InsufficientCapacityError"}:
        return CAPACITY_ERROR
    if start == "ResourceLimitExceeded":
        return RESOURCE_LIMIT
    return INTERNAL_ERROR if start == "InternalServerError" and step_type != "Tuning" else None


def delay(policies: list[dict[str, Any]], exception: str, attempts: int, elapsed: float) -> float | None:
    """Return the seconds to wait before the next attempt, or None when there is to be none.

    The first policy that names the exception type decides. `attempts` have been made for it, in `elapsed` seconds.
    """
    for policy in [*policies, _BY_DEFAULT]:
        if exception not in policy["ExceptionType"]:
            continue
        wait = float(policy.get("IntervalSeconds", 1) * policy.get("BackoffRate", 2.0) ** (attempts - 1))
        if "ExpireAfterMin" in policy:
            return wait if elapsed + wait <= policy["ExpireAfterMin"] * 60 else None
        return wait if attempts <= policy.get("MaxAttempts", 5) else None
    return None
