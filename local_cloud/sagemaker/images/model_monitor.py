"""The analyser container of Model Monitor, `sagemaker-model-monitor-analyzer`."""

import os
import sys

from local_cloud.sagemaker.images import monitor_job, monitor_records


def main() -> int:
    """Analyse what the environment names; 0 with violations too."""
    settings = monitor_job.Settings.of(os.environ)
    rows = list(monitor_records.rows(settings))
    if not rows:
        print("Job inputs had no data", file=sys.stderr)
        return 1
    if settings.quality:
        from local_cloud.sagemaker.images import monitor_quality as analysis  # imports scikit-learn
    else:
        from local_cloud.sagemaker.images import monitor_data_quality as analysis  # type: ignore[no-redef] # DuckDB
    monitor_job.leave(analysis.documents(rows, settings), settings.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
