"""The code of one use case's jobs as a folder that Python runs, with the use case as the schema understood it.

SageMaker's images have no pydantic. So what they get is no YAML with defaults left out but `use_case.json`: validated,
complete, ranges of names spread.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from config import UseCase
from config.loading import ROOT

Assemble = Callable[[UseCase, Path], AbstractContextManager[Path]]

SETTINGS_FILE = "use_case.json"
_NOT_CODE = shutil.ignore_patterns("__pycache__", "*.pyc", "*.ipynb", "use_case.yaml", "raw", "*.liquid.html", ".*")


@contextmanager
def assembled(use_case: UseCase, sources: Path = ROOT / "pipelines_src") -> Iterator[Path]:
    """Give a folder with `__main__.py`, `pipelines_src/steps/` and `pipelines_src/<use case>/`; it is gone afterwards.

    The same sources give the same bytes. Another use case's folder changes nothing in it.
    """
    with tempfile.TemporaryDirectory(prefix="ml-loop-") as temporary:
        folder = Path(temporary)
        package = folder / sources.name
        for name in ("steps", use_case.name):
            shutil.copytree(sources / name, package / name, ignore=_NOT_CODE)
        # Packages, not folders: what lies in a zip is found in packages only.
        for inner in (package, package / use_case.name):
            (inner / "__init__.py").touch()
        (package / "steps" / "__main__.py").rename(folder / "__main__.py")
        (package / use_case.name / SETTINGS_FILE).write_text(settings(use_case), encoding="utf-8")
        yield folder


@dataclass(frozen=True)
class Sources:
    """The folder with the steps and the use cases, and what makes one folder of a use case's code."""

    folder: Path = ROOT / "pipelines_src"
    assemble: Assemble = assembled

    def code(self, use_case: UseCase) -> AbstractContextManager[Path]:
        """Give the folder of a use case's code."""
        return self.assemble(use_case, self.folder)


SOURCES = Sources()


@contextmanager
def shared_sources() -> Iterator[Sources]:
    """Give sources that make a use case's folder the first time it is asked for, and keep it up to the end.

    Environments have the same code, and the CDK reads, hashes and copies a path once.
    """
    with ExitStack() as folders:
        made: dict[tuple[str, Path], Path] = {}

        @contextmanager
        def once(use_case: UseCase, sources: Path) -> Iterator[Path]:
            key = settings(use_case), sources
            if key not in made:
                made[key] = folders.enter_context(assembled(use_case, sources))
            yield made[key]

        yield Sources(assemble=once)


def settings(use_case: UseCase) -> str:
    """Return the content of `use_case.json`: what jobs depend on, so that nothing else makes them train anew."""
    others = {"batch", "experiment", "label", "monitor", "retrain"}
    return json.dumps(use_case.model_dump(mode="json", exclude=others), indent=1, sort_keys=True) + "\n"
