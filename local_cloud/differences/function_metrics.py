"""Every run of a function counts in its metrics, asynchronous ones and their retries too; ministack counts the calls.

Source: Lambda developer guide, "Viewing CloudWatch metrics for Lambda functions", Errors and Invocations.
"""

import time
from typing import Any


def close() -> None:
    """Publish AWS/Lambda metrics where a function is run, and only throttles where it is called."""
    from ministack.services import lambda_svc

    emit, dispatch = lambda_svc._emit_lambda_metrics, lambda_svc._execute_function_dispatch

    def emit_throttles(function_name: str, duration_ms: float, error: bool, throttle: bool) -> None:
        if throttle:
            emit(function_name, duration_ms, error, throttle)

    def run_and_count(func: dict[str, Any], config: dict[str, Any], *rest: Any) -> Any:
        started = time.monotonic()
        result = dispatch(func, config, *rest)
        failed = bool(result.get("error")) if isinstance(result, dict) else False
        emit(config.get("FunctionName", "unknown"), (time.monotonic() - started) * 1000, failed, False)
        return result

    lambda_svc._emit_lambda_metrics = emit_throttles
    lambda_svc._execute_function_dispatch = run_and_count
