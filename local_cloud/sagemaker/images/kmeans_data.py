"""The channels of the built-in K-means: RecordIO with protobuf records, or CSV."""

from pathlib import Path

import numpy as np

from local_cloud.sagemaker.endpoints.model_server.reply import media_type
from local_cloud.sagemaker.images import rows
from local_cloud.sagemaker.images.channels import UserError, files_of, has_data


def read(folder: Path, content_type: str | None, width: int, may_be_empty: bool = False) -> rows.Matrix:
    """Return the rows of a channel, its files in order; `width` is feature_dim.

    Of a sharded channel, which `may_be_empty`, an instance may have got no file.

    Raises:
        UserError: the format is another, the content is not of it, or rows are not `width` finite numbers.
    """
    kind, options = media_type(content_type or rows.RECORDIO)
    if kind not in {rows.CSV, rows.RECORDIO}:
        raise UserError(
            f"Content type {content_type} of channel {folder.name} is not supported; allowed are {rows.RECORDIO} and "
            f"{rows.CSV};label_size=0"
        )
    # AWS takes the first column of CSV for a label unless told otherwise, in algorithms that use none too.
    label_size = options.get("label_size", "1")
    if label_size not in {"0", "1"}:
        raise UserError(f"Content type {content_type} of channel {folder.name}: label_size is 0 or 1")
    if not has_data(folder):
        if may_be_empty:
            return np.zeros((0, width), np.float32)
        raise UserError(f"No data in {folder.name} channel path {folder}")
    parts = []
    for file in (file for file in files_of(folder) if file.stat().st_size):
        try:
            content = file.read_bytes()
            part = rows.from_csv(content, int(label_size)) if kind == rows.CSV else rows.from_recordio(content)
        except rows.RowsError as error:
            raise UserError(f"Unable to read {file.name} of channel {folder.name} as {kind}: {error}") from error
        if part.shape[1] != width:
            hint = " With text/csv, say label_size=0 where the first column is no label." if kind == rows.CSV else ""
            raise UserError(
                f"{file.name} of channel {folder.name} has {part.shape[1]} features, feature_dim is {width}.{hint}"
            )
        if not np.isfinite(part).all():
            raise UserError(f"{file.name} of channel {folder.name} has values that are not finite numbers")
        parts.append(part.astype(np.float32))
    return np.concatenate(parts)
