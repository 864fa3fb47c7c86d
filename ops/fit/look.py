"""What a use case learns from, as tables: the raw ones, and the records that its preparation made."""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from botocore.exceptions import NoCredentialsError

from config import load_use_case
from config.loading import ROOT
from ops.aws_errors import AWS_ERRORS, explain
from ops.data import raw_files
from ops.fit import place, prepared, s3
from ops.fit.deployed import Deployed
from ops.fit.jobs import run_here
from ops.target import OperationError, Target
from pipelines_src.steps import features_file

_RAW_DATA = "RawDataUri"  # parameter of the pipeline
_NOT_YET = (OperationError, NoCredentialsError)


@dataclass(frozen=True)
class Records:
    """Prepared records.

    Attributes:
        folder: has `train`, `features/features.json` and `report/preparation.json` (docs/architecture.md).
        origin: where they come from, for people.
    """

    folder: Path
    origin: str

    @cached_property
    def report(self) -> Mapping[str, Any]:
        """What the preparation did, and how many rows are in which split."""
        found: dict[str, Any] = json.loads((self.folder / "report" / "preparation.json").read_text())
        return found

    @cached_property
    def splits(self) -> pd.DataFrame:
        """A row per split: how many records it has."""
        return pd.DataFrame(self.report["splits"]).T

    @cached_property
    def train(self) -> pd.DataFrame:
        """The training split as the model sees it: `label`, unless the algorithm gets none, and the features."""
        names = features_file.model_columns(features_file.read(self.folder / "features"))
        parts = sorted((self.folder / "train").iterdir())
        if parts[0].suffix == ".parquet":
            return pd.concat(map(pd.read_parquet, parts), ignore_index=True)
        table = pd.concat((pd.read_csv(part, header=None) for part in parts), ignore_index=True)
        return table.set_axis(names if len(table.columns) == len(names) else ["label", *names], axis="columns")


def raw_tables(use_case: str, environment: str | None = None) -> dict[str, pd.DataFrame]:
    """Return the raw tables that a use case reads, by name.

    They are those in its folder `raw`, if it has one; else those in its environment's bucket; else, where it is not
    deployed, what its `raw_data.py` writes.

    Args:
        use_case: a folder of pipelines_src.
        environment: as for `fit`.

    Raises:
        OperationError: they are nowhere, or AWS refused.
    """
    names = load_use_case(use_case).data.raw
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if (ROOT / "pipelines_src" / use_case / "raw").is_dir() or not _bring_raw(use_case, environment, folder):
            with raw_files(use_case) as own:
                shutil.copytree(own, folder, dirs_exist_ok=True)
        return {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def records(use_case: str, environment: str | None = None) -> Records:
    """Return the newest records that the pipeline prepared; where there are none yet, prepare them on this machine.

    Args:
        use_case: a folder of pipelines_src.
        environment: as for `fit`.

    Raises:
        OperationError: there are no raw files either, the preparation failed, or AWS refused.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"{use_case}-"))
    try:
        target = Target.of(place.environment(environment), use_case)
        pipeline = Deployed.of(target)
        found = prepared.find(target, pipeline)
        for name in ("train", "features", "report"):
            s3.bring_folder(target.s3, found.uri(pipeline, name), folder / name)
        return Records(folder, f"prepared by the execution {found.execution} of {target.name}")
    except _NOT_YET as why:
        with raw_files(use_case) as own:
            shutil.copytree(own, folder / "processing" / "input" / "raw")
        return Records(run_here("prepare", use_case, folder), f"prepared on this machine, since: {why}")
    except AWS_ERRORS as error:
        raise OperationError(explain(error)) from error


def _bring_raw(use_case: str, environment: str | None, folder: Path) -> bool:
    """Bring the tables from the environment's bucket, and say whether it has them."""
    try:
        target = Target.of(place.environment(environment), use_case)
        uri = Deployed.of(target).defaults.get(_RAW_DATA)
        if uri is None:
            return False
        s3.bring_folder(target.s3, uri, folder)
    except _NOT_YET:
        return False
    except AWS_ERRORS as error:
        raise OperationError(explain(error)) from error
    return True
