"""The raw data of the use case: 1,797 images of digits that 43 people wrote, 8 by 8 pixels of 0 (paper) to 16 (ink).

They come with scikit-learn (`load_digits`; source: the UCI Machine Learning Repository, "Optical Recognition of
Handwritten Digits", E. Alpaydin and C. Kaynak 1998, CC BY 4.0). Who wrote which image is not told, so the images cannot
be split by writer, and figures flatter a model that reads the hand of somebody new.
"""

import os
from pathlib import Path

import pandas as pd

PIXELS = 64  # in rows from the top left
_SIDE, _INK, _ENLARGED = 8, 16, 16  # pixels of an image; the darkest value; pixels of a picture for each of an image's


def write(folder: Path) -> list[Path]:
    """Put the table `images.parquet` into a folder, unless it is there: image (a name), pixel0 to pixel63, digit.

    Returns:
        The path of the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "images.parquet"
    if not target.exists():
        beside = folder / f".images.{os.getpid()}.part"
        try:
            _images().to_parquet(beside, index=False)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    return [target]


def write_objects(folder: Path) -> None:
    """Put each image into a folder as a picture that people can read: `0000.png`, `0001.png`, ..., black on white."""
    import numpy as np
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    table = _images()
    inks = table.filter(like="pixel").to_numpy().reshape(-1, _SIDE, _SIDE)
    for name, ink in zip(table["image"], inks, strict=True):
        grey = np.kron(255 - ink * 255 // _INK, np.ones((_ENLARGED, _ENLARGED))).astype("uint8")
        Image.fromarray(grey).save(folder / f"{name}.png", optimize=True)


def _images() -> pd.DataFrame:
    # Imported here: it takes a second, which only those who write the data should wait for.
    from sklearn.datasets import load_digits

    digits = load_digits()
    table = pd.DataFrame(digits.data.astype("int16"), columns=[f"pixel{place}" for place in range(PIXELS)])
    table.insert(0, "image", [f"{place:04d}" for place in range(len(table))])
    table["digit"] = digits.target.astype("int16")
    return table
