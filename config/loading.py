"""Find, read and validate the files of configuration."""

from collections.abc import Sequence
from os.path import lexists
from pathlib import Path

from config.document import Document
from config.environment import Environment
from config.errors import ConfigError, KeyPath, RuleError
from config.places import below
from config.use_case import UseCase, without_code
from config.workforce import Workforce

ROOT = Path(__file__).resolve().parent.parent

_OF_THE_LABEL = {("data", "positive"), ("data", "negative"), ("data", "classes")}
_WORDS = {"yes", "no", "on", "off"}


def environment_names(root: Path = ROOT) -> list[str]:
    """Return the names of all environment files, sorted."""
    return sorted(path.stem for path in (root / "environments").glob("*.yaml"))


def use_case_names(root: Path = ROOT) -> list[str]:
    """Return the names of all use case folders, sorted."""
    # A link that leads nowhere is there too, and is refused when it is read.
    return sorted(path.name for path in (root / "pipelines_src").glob("*") if lexists(path / "use_case.yaml"))


def workforce_names(root: Path = ROOT) -> list[str]:
    """Return the names of all files of workforces, sorted."""
    return sorted(path.stem for path in (root / "workforces").glob("*.yaml"))


def load_workforce(name: str, root: Path = ROOT) -> Workforce:
    """Read `workforces/<name>.yaml`; ConfigError if it is missing, is not YAML, or breaks a rule."""
    document = _read(root / "workforces" / f"{name}.yaml", root, "workforce", workforce_names(root))
    workforce = document.understood(Workforce)
    document.require_name(workforce.name, name, "file")
    return workforce


def load_environment(name: str, root: Path = ROOT, use_cases: Sequence[str] | None = None) -> Environment:
    """Read `environments/<name>.yaml`.

    Args:
        name: of the environment.
        root: of the repository.
        use_cases: in place of those that the file names; None: those.

    Raises:
        ConfigError: the file is missing, is not YAML, breaks a rule, or names a use case that has no folder.
    """
    path = root / "environments" / f"{name}.yaml"
    document = _read(path, root, "environment", environment_names(root))
    if use_cases is not None:
        document = document.given(f"given in place of what {document.shown} has", use_cases=list(use_cases))
    environment = document.understood(Environment)
    document.require_name(environment.name, name, "file")
    for position, use_case in enumerate(environment.use_cases):
        if use_case not in use_case_names(root):
            known = ", ".join(use_case_names(root)) or "none yet"
            document.refuse(
                ("use_cases", position),
                f"found {use_case!r}, but there is no pipelines_src/{use_case}/use_case.yaml; allowed are the folders "
                f"that have one: {known}. Correct the name or add the folder",
            )
    if environment.workforce:
        _require_workforce(document, environment, load_workforce(environment.workforce, root))
    return environment


def _require_workforce(document: Document, environment: Environment, workforce: Workforce) -> None:
    """Refuse a workforce of another account or region: teams are made where it is."""
    for key in ("account", "region"):
        found, wanted = getattr(workforce, key), getattr(environment, key)
        if found != wanted:
            document.refuse(
                ("workforce",),
                f"found {workforce.name!r}, whose {key} is {found or 'left out'}; allowed is that of this environment, "
                f"{wanted or 'left out'}. Correct either",
            )


def load_use_case(name: str, root: Path = ROOT) -> UseCase:
    """Read `pipelines_src/<name>/use_case.yaml`.

    Raises:
        ConfigError: the file is missing, is not YAML, or breaks a rule.
    """
    path = root / "pipelines_src" / name / "use_case.yaml"
    document = _read(path, root, "use case", use_case_names(root))
    _require_plain_words(document)
    use_case = document.understood(UseCase)
    document.require_name(use_case.name, name, "folder")
    if not (path.parent / without_code.CODE).exists():
        try:
            without_code.complete(use_case.data)
        except RuleError as error:
            document.refuse(below(document.file.content, (), error.key), error.text)
    return use_case


def _require_plain_words(document: Document) -> None:
    """Refuse a value of the label that YAML takes for true or false and whoever wrote it for a word."""
    for key, text in document.file.texts.items():
        if key[:2] in _OF_THE_LABEL and text.lower() in _WORDS:
            document.refuse(
                key,
                f"found {text}, true or false to YAML; if that is what the label says, put it in quotes, else write "
                "true or false",
            )


def place(folder: str, name: str, key: KeyPath, root: Path = ROOT) -> str:
    """Return where a key stands, as messages say it: file, line unless the file cannot be read, and key.

    Args:
        folder: environments or pipelines_src.
        name: of the environment or use case.
        key: the keys that lead there.
        root: of the repository.
    """
    path = root / folder / (f"{name}.yaml" if folder == "environments" else f"{name}/use_case.yaml")
    try:
        return Document.read(path, root).place(key)
    except ConfigError:
        return f"{path.relative_to(root)}: {'.'.join(map(str, key))}"


def _read(path: Path, root: Path, kind: str, known: list[str]) -> Document:
    if path.is_symlink() and not path.exists():
        raise ConfigError(
            f"{path.relative_to(root)}: is a link to {path.readlink()}, which is not there; allowed is a file, or a "
            "link to one. Correct the link, or remove it."
        )
    if not path.exists():
        raise ConfigError(
            f"{path.relative_to(root)}: does not exist; known {kind}s: {', '.join(known) or 'none'}. Create the file."
        )
    return Document.read(path, root)
