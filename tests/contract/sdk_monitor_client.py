"""What a person does with a monitoring schedule and the SageMaker SDK.

A program, since the SDK wants its region at import.

Arguments: name of the schedule, and the file to write what was seen into; the SDK prints progress on both streams.
"""

import json
import sys
from pathlib import Path
from typing import Any

from sagemaker.core.helper.session_helper import Session
from sagemaker.core.model_monitor import DefaultModelMonitor


def main(schedule: str, report: str) -> None:
    """Attach to the schedule, read what its last execution found, stop and start it, and remove it."""
    monitor = DefaultModelMonitor.attach(schedule, sagemaker_session=Session())
    execution = monitor.list_executions()[-1]
    violations: Any = execution.constraint_violations().body_dict
    seen = {
        "endpoint": monitor.describe_schedule()["EndpointName"],
        "rows": execution.statistics().body_dict["dataset"]["item_count"],
        "violations": [one["constraint_check_type"] for one in violations["violations"]],
        "exit": execution.describe()["ExitMessage"],
    }
    for change in (monitor.stop_monitoring_schedule, monitor.start_monitoring_schedule):
        change()  # the SDK waits while the schedule is Pending
        seen[change.__name__] = monitor.describe_schedule()["MonitoringScheduleStatus"]
    monitor.delete_monitoring_schedule()
    Path(report).write_text(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
