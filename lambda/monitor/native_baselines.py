"""Lay the baselines of model packages where Model Monitor's job definitions look for them: a folder for each version.

The serving stack's template knows no more of a model than its package's version, so that a release changes what is
compared with as it changes the model (constructs/native_monitor.py).
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from monitor.baselines import Baselines, of_package
from monitor.events import Monitor, Terms
from monitor.storage import Storage
from shared.live import absent
from shared.pipelines import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_NEWEST = 3  # that are approved: one may be on its way
_TOLERANCE = 0.02
_FILES = ("statistics.json", "constraints.json")
# What is judged, as by the project's own analyser (pipelines_src/steps/monitoring/quality_figures.py): figures that go
# up when a model gets better, and those that go down.
UP: Mapping[str, tuple[str, ...]] = {
    "binary_classification": ("auc", "accuracy", "recall", "precision", "f1"),
    "multiclass_classification": ("accuracy", "weighted_recall", "weighted_precision", "weighted_f1"),
    "regression": ("r2",),
}
DOWN: Mapping[str, tuple[str, ...]] = {"regression": ("mae", "rmse")}


def lay(
    client: "SageMakerClient", storage: Storage, use_case: str, group: str, serving: Iterable[str], terms: Terms
) -> list[str]:
    """Lay what is missing of the packages that serve, or were approved last; return the folders that are new.

    Raises:
        RefusedError: of some there is nothing to be laid; all others are laid.
    """
    wanted = {package for package in (*serving, *_approved(client, group)) if package}
    there = storage.baselines(use_case)
    new, refused = [], []
    for package in sorted(wanted):
        version = package.rpartition("/")[2]
        missing = [monitor for monitor in terms.monitors if folder(version, monitor) not in there]
        try:
            known = of_package(client, package) if missing else Baselines()
        except RefusedError as error:
            refused.append(str(error))
            continue
        for monitor in missing:
            if documents := _documents(storage, known, monitor, terms):
                storage.lay(use_case, folder(version, monitor), documents)
                new.append(folder(version, monitor))
    if refused:
        raise RefusedError("; ".join(refused))
    return new


def folder(version: str, monitor: Monitor) -> str:
    """Return the folder of a monitor's baseline, below all baselines."""
    return f"{version}/{monitor.replace('_', '-')}"


def quality_constraints(statistics: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    """Return constraints.json of what an evaluation found: a figure may be worse by the tolerance, errors by a share.

    >>> quality_constraints({"regression_metrics": {"mae": {"value": 10.0}}}, 0.1)["regression_constraints"]
    {'mae': {'threshold': 11.0, 'comparison_operator': 'GreaterThanThreshold'}}
    """
    found: dict[str, Any] = {"version": 0.0}
    for problem, up in UP.items():
        figures = statistics.get(f"{problem}_metrics", {})
        limits = {name: (figures[name]["value"] - tolerance, "LessThan") for name in up if name in figures}
        for name in DOWN.get(problem, ()):
            if name in figures:
                value = figures[name]["value"]
                limits[name] = (value + tolerance * abs(value), "GreaterThan")
        if limits:
            found[f"{problem}_constraints"] = {
                name: {"threshold": limit, "comparison_operator": f"{side}Threshold"}
                for name, (limit, side) in limits.items()
            }
    return found


def _approved(client: "SageMakerClient", group: str) -> list[str]:
    try:
        listed = client.list_model_packages(
            ModelPackageGroupName=group,
            ModelApprovalStatus="Approved",
            SortBy="CreationTime",
            SortOrder="Descending",
            MaxResults=_NEWEST,
        )
    except ClientError as error:
        if absent(error):
            return []
        raise
    return [one["ModelPackageArn"] for one in listed["ModelPackageSummaryList"]]


def _sorted(document: dict[str, Any]) -> dict[str, Any]:
    """Return a baseline with its columns by name.

    AWS's container sorts the columns of flat records; whether it then goes by their names or by their places is not
    documented, and this way both are the same (pipelines_src/native_monitor/record_preprocessor.py).
    """
    return {**document, "features": sorted(document["features"], key=lambda feature: str(feature["name"]))}


def _documents(storage: Storage, known: Baselines, monitor: Monitor, terms: Terms) -> dict[str, Any]:
    """Return the files of a monitor's baseline; none of a package that was registered without."""
    if monitor == "data_quality" and known.data_quality:
        return {name: _sorted(storage.document(f"{known.data_quality}/{name}")) for name in _FILES}
    if monitor == "model_quality" and known.quality:
        tolerance = terms.tolerances.get("quality", _TOLERANCE)
        return {_FILES[1]: quality_constraints(storage.document(known.quality), tolerance)}
    return {}
