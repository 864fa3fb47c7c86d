"""The statuses of a labeling job where a request to stop and the job's own end meet."""

from pathlib import Path
from typing import Any

import pytest

from local_cloud.sagemaker.api import Call
from local_cloud.sagemaker.labeling import statuses
from local_cloud.sagemaker.store import Database, Store


class Platform:
    """What is around a job: somebody who listens to events."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def put_event(self, _account: str, _region: str, event: dict[str, Any]) -> None:
        self.told.append(event["Detail"]["LabelingJobStatus"])


@pytest.mark.parametrize(
    ("moves", "told"),
    [
        (["InProgress", "Completed"], ["InProgress", "Completed"]),
        (["Stopping", "InProgress", "Stopped"], ["Stopping", "Stopped"]),
        # It ended between the look of StopLabelingJob and its change.
        (["InProgress", "Completed", "Stopping"], ["InProgress", "Completed"]),
        (["Failed", "InProgress"], ["Failed"]),
        (["InProgress", "InProgress"], ["InProgress"]),
    ],
)
def test_a_job_that_has_ended_stays_as_it_is(tmp_path: Path, moves: list[str], told: list[str]) -> None:
    store, platform = Store(Database(tmp_path / "sagemaker.sqlite"), "000000000000", "ap-northeast-1"), Platform()
    call: Any = Call(store, platform, "arn")  # type: ignore[arg-type]  # as much of a platform as is asked
    arn = call.arn("labeling-job/one")
    store.put(statuses.KIND, "one", {"LabelingJobArn": arn, "LabelingJobStatus": "Initializing"})
    for status in moves:
        statuses.move(call, "One", status)
    assert platform.told == told
    assert (store.get(statuses.KIND, "one") or {})["LabelingJobStatus"] == told[-1]
