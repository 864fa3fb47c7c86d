"""`features.json`: what was learnt of the training rows, as preparation/fitting.py describes it."""

from pathlib import Path

from . import files
from .errors import StepError
from .use_case import Document

FILE = "features.json"
FORMAT_VERSION = 2


def read(folder: Path) -> Document:
    """Read features.json of a folder; StepError if it is missing or of another version."""
    document: Document = files.read_json(folder / FILE)
    if document.get("version") != FORMAT_VERSION:
        found = document.get("version")
        raise StepError(f"{FILE} is of version {found}; expected {FORMAT_VERSION}. Train the model again.")
    return document


def of_earlier_model(folder: Path) -> Document | None:
    """Return what was learnt with the model that training goes on from; None where the folder has none."""
    if not (folder / FILE).exists():
        return None
    print(f"{FILE}: features are encoded as those of the earlier model", flush=True)
    return read(folder)


def model_columns(fitted: Document) -> list[str]:
    """Return the names of what the model sees, in order."""
    names: list[str] = []
    replaced = set(fitted["reduction"]["columns"]) if fitted.get("reduction") else set()
    for feature in fitted["features"]:
        if "levels" in feature:
            names += [f"{feature['name']}={level}" for level in feature["levels"]]
            names += [f"{feature['name']} missing"] if feature["missing_is_level"] else []
        elif feature["name"] not in replaced:
            names.append(feature["name"])
    if fitted.get("reduction"):
        names += [f"{fitted['reduction']['prefix']}{place}" for place in range(len(fitted["reduction"]["weights"]))]
    return names
