"""What a model package was registered with: its model, and what live records and answers are compared with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from shared.live import absent
from shared.pipelines import RefusedError

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# Among a package's metadata (pipelines_src/definition/use_case_pipeline.py).
TEST_DATA, PERIODS = "test_data", "baseline_periods"
_FILES = ("statistics.json", "constraints.json")


@dataclass(frozen=True)
class Baselines:
    """S3 URIs; empty where there is none.

    Attributes:
        data_quality: the folder with `statistics.json` and `constraints.json`.
        quality: `model_quality.json`.
        model: `model.tar.gz`.
        test_data: `test.parquet`.
        files: names of those in the folder; with what records of one period have in common, where that is known.
    """

    data_quality: str = ""
    quality: str = ""
    model: str = ""
    test_data: str = ""
    files: tuple[str, ...] = _FILES


def of_package(client: "SageMakerClient", package: str) -> Baselines:
    """Return what a model package was registered with; nothing of a model that is of no package.

    Raises:
        RefusedError: the package is gone, or its baselines lie where no job would look for them.
    """
    if not package:
        return Baselines()
    try:
        described: Any = client.describe_model_package(ModelPackageName=package)
    except ClientError as error:
        if absent(error):
            raise RefusedError(f"the model package {package} is gone: {error}") from error
        raise
    # What to compare with was measured when it was registered, unless somebody registered something else.
    registered = {**described.get("ModelMetrics", {}), **described.get("DriftCheckBaselines", {})}
    container = described["InferenceSpecification"]["Containers"][0]
    metadata = described.get("CustomerMetadataProperties", {})
    folder = _folder(package, registered.get("ModelDataQuality", {}))
    return Baselines(
        data_quality=folder,
        files=_files(folder, metadata.get(PERIODS, "")),
        quality=_uri(registered.get("ModelQuality", {}), "Statistics"),
        model=container.get("ModelDataUrl", ""),
        test_data=metadata.get(TEST_DATA, ""),
    )


def _files(folder: str, periods: str) -> tuple[str, ...]:
    """Return the files of a folder; of other baselines, which a person registered, the periods are not known."""
    at, _, name = periods.rpartition("/")
    return (*_FILES, name) if name and at == folder else _FILES


def _uri(source: Mapping[str, Any], name: str) -> str:
    return str(source.get(name, {}).get("S3Uri", ""))


def _folder(package: str, source: Mapping[str, Any]) -> str:
    uris = [_uri(source, name) for name in ("Statistics", "Constraints")]
    if not any(uris):
        return ""
    folders = {uri.rpartition("/")[0] for uri in uris}
    if len(folders) > 1 or tuple(uri.rpartition("/")[2] for uri in uris) != _FILES:
        raise RefusedError(
            f"{package} has the baselines {uris[0] or 'none'} and {uris[1] or 'none'}; allowed are "
            f"{' and '.join(_FILES)} of one folder. Register the model with these"
        )
    return folders.pop()
