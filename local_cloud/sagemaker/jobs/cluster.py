"""The instances of one job: their names, their groups, what each is told of the others, and which data each gets."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_cloud.sagemaker.errors import not_implemented, validation_error

_DEFAULT_GROUP = "homogeneousCluster"  # what AWS calls the group of a job that names none
_MOST_INSTANCES = 8  # each is a process on this machine


@dataclass(frozen=True)
class Instance:
    """One machine of a job, which here is a process: `host` is algo-1, algo-2, ..."""

    host: str
    instance_type: str = ""
    group: str = _DEFAULT_GROUP


def instances(config: dict[str, Any]) -> list[Instance]:
    """Return the instances of a ResourceConfig or ClusterConfig, in the order of their hosts."""
    groups = config.get("InstanceGroups") or [
        {
            "InstanceGroupName": _DEFAULT_GROUP, "InstanceCount": config.get("InstanceCount", 1),
            "InstanceType": config.get("InstanceType", ""),
        }
    ]  # fmt: skip
    kinds = [
        (group["InstanceType"], group["InstanceGroupName"]) for group in groups for _ in range(group["InstanceCount"])
    ]
    return [Instance(f"algo-{number}", *kind) for number, kind in enumerate(kinds, 1)]


def check(config: dict[str, Any], channels: Sequence[dict[str, Any]] = ()) -> None:
    """Refuse instances that cannot be, or are too many; `channels` may name groups of them.

    Raises:
        SageMakerError: ValidationException.
    """
    groups = [group["InstanceGroupName"] for group in config.get("InstanceGroups", [])]
    if groups and ("InstanceType" in config or "InstanceCount" in config):
        raise validation_error("ResourceConfig has InstanceGroups and InstanceType or InstanceCount; set one of them.")
    if len(set(groups)) < len(groups):
        raise validation_error(f"ResourceConfig.InstanceGroups: names must differ, found {', '.join(groups)}.")
    count = len(instances(config))
    if count == 0:
        raise validation_error("The job has no instance; InstanceCount must be 1 or more.")
    if count > _MOST_INSTANCES:
        raise not_implemented(f"more than {_MOST_INSTANCES} instances for one job")
    for channel in channels:
        unknown = set(channel["DataSource"].get("S3DataSource", {}).get("InstanceGroupNames", [])) - set(groups)
        if unknown:
            raise validation_error(
                f"InputDataConfig {channel['ChannelName']}: InstanceGroupNames has {', '.join(sorted(unknown))}; the "
                f"groups of the job are {', '.join(groups) or 'none'}."
            )


def share(cluster: Sequence[Instance], current: Instance, source: dict[str, Any]) -> tuple[int, int] | None:
    """Return which part of how many an instance gets of an S3 source; None if the source is not for its group."""
    named = source.get("InstanceGroupNames")
    receivers = [instance for instance in cluster if not named or instance.group in named]
    if current not in receivers:
        return None
    if source.get("S3DataDistributionType") != "ShardedByS3Key":
        return 0, 1
    return receivers.index(current), len(receivers)


def resource_config(cluster: Sequence[Instance], current: Instance) -> dict[str, Any]:
    """Return resourceconfig.json."""
    groups: dict[str, dict[str, Any]] = {}
    for instance in cluster:
        group = groups.setdefault(
            instance.group,
            {"instance_group_name": instance.group, "instance_type": instance.instance_type, "hosts": []},
        )
        group["hosts"].append(instance.host)
    return {
        "current_host": current.host,
        "current_instance_type": current.instance_type,
        "current_group_name": current.group,
        "hosts": [instance.host for instance in cluster],
        "instance_groups": list(groups.values()),
        "network_interface_name": "lo",
    }


def write_host_names(cluster: Sequence[Instance], folder: Path) -> None:
    """Write the /etc/hosts of a job's program; the launcher puts it there where it can."""
    machine = Path("/etc/hosts")
    known = machine.read_text(encoding="utf-8", errors="replace") if machine.exists() else ""
    names = " ".join(instance.host for instance in cluster)
    (folder / "hosts").write_text(f"{known.rstrip()}\n127.0.0.1 {names}\n", encoding="utf-8")


def cores_each(cluster: Sequence[Instance], cores: int) -> int:
    """Return how many of this machine's cores each instance may take for its own."""
    return max(1, math.floor(cores / len(cluster)))
