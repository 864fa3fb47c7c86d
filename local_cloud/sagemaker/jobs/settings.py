"""What a person may set about jobs on the laptop, by environment variables of the server."""

import os


def parallel_jobs() -> int:
    """How many jobs run at once, `LOCAL_CLOUD_PARALLEL_JOBS`; as many as there are cores unless said otherwise."""
    return int(os.environ.get("LOCAL_CLOUD_PARALLEL_JOBS", "0")) or os.cpu_count() or 1


def stop_grace_seconds() -> float:
    """How long a job may take after SIGTERM, `LOCAL_CLOUD_STOP_GRACE_SECONDS`; 20 s here, 120 s on AWS."""
    return float(os.environ.get("LOCAL_CLOUD_STOP_GRACE_SECONDS", "20"))


def spot_wait_seconds() -> float:
    """How long an interrupted spot job waits for instances, `LOCAL_CLOUD_SPOT_WAIT_SECONDS`; 1 s here, any on AWS."""
    return float(os.environ.get("LOCAL_CLOUD_SPOT_WAIT_SECONDS", "1"))


def spot_price_share() -> float:
    """What a spot instance costs of an ordinary one, `LOCAL_CLOUD_SPOT_PRICE_SHARE`; on AWS the market says."""
    return float(os.environ.get("LOCAL_CLOUD_SPOT_PRICE_SHARE", "0.3"))
