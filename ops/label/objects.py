"""Bring objects to label into their environment."""

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from label.storage import INCOMING, SUFFIXES
from ops.data import upload_changed
from ops.target import OperationError, Target, module

_AT_ONCE = 8


def upload(target: Target, folder: Path | None) -> str:
    """Upload the objects of a folder that changed, and return how many did.

    An object that is uploaded anew is another version, which is labelled again: what is there already stays.

    Raises:
        OperationError: there are none.
    """
    label = target.use_case.label
    suffixes = SUFFIXES[label.task.kind_of_objects if label else "image"]
    bucket, prefix = target.bucket("raw"), f"{INCOMING}/{target.use_case.name}/"
    with _folder(target, folder) as found:
        paths = sorted(path for path in found.rglob("*") if path.is_file() and path.name.lower().endswith(suffixes))
        if not paths:
            raise OperationError(f"{found} has no file that ends with {', '.join(suffixes)}. Name another folder.")
        keys = [f"{prefix}{path.relative_to(found).as_posix()}" for path in paths]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            changed = list(pool.map(lambda key, path: upload_changed(target, bucket, key, path), keys, paths))
    return f"uploaded {sum(changed)} of {len(changed)} objects to s3://{bucket}/{prefix}; the rest was there"


@contextmanager
def _folder(target: Target, folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    made = module(target.use_case.name, "raw_data")
    if not hasattr(made, "write_objects"):
        raise OperationError(
            f"raw_data.py of {target.use_case.name} has no write_objects(folder). Write it, or name a folder: python "
            f"-m ops label upload {target.environment.name} {target.use_case.name} FOLDER."
        )
    with tempfile.TemporaryDirectory() as temporary:
        made.write_objects(Path(temporary))
        yield Path(temporary)
