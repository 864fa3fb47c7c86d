"""What an image lacks, as one zip of pinned wheels: where its lock lies, what it is called, where it is built.

In `pipelines_src/wheels`, `<image>.in` says what jobs import, `<image>.image.txt` what the image has, and
`<image>.txt`, the lock, what travels: one wheel and one hash for each package.
"""

import hashlib
from pathlib import Path

from config.loading import ROOT

LOCKS = ROOT / "pipelines_src" / "wheels"
BUILT = ROOT / "build" / "wheels"
XGBOOST = "xgboost"


def images(locks: Path = LOCKS) -> list[str]:
    """Return the images that have a lock, by their names in config/images.json."""
    return sorted(path.stem for path in locks.glob("*.in"))


def lock_file(image: str, locks: Path = LOCKS) -> Path:
    """Return where the lock lies."""
    return locks / f"{image}.txt"


def digest(image: str, locks: Path = LOCKS) -> str:
    """Return the SHA-256 of the lock, hexadecimal, which names the zip: the lock names every byte of it."""
    return hashlib.sha256(lock_file(image, locks).read_bytes()).hexdigest()


def archive(image: str, locks: Path = LOCKS, built: Path = BUILT) -> Path:
    """Return where the zip is, once `python -m ops wheels build` has made it."""
    return built / image / f"{digest(image, locks)}.zip"


def command(image: str) -> list[str]:
    """Return the command that prints where the zip is and makes it if need be, to be run in the repository's folder."""
    return [".venv/bin/python", "-m", "ops", "wheels", "path", image]
