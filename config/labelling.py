"""What an environment and its region must have for a use case's labelling. Each raises ConfigError."""

from pathlib import Path

from config import ground_truth
from config.environment import Environment
from config.errors import ConfigError, KeyPath
from config.loading import ROOT, load_workforce, place
from config.use_case import UseCase
from config.use_case.label import Label


def jobs_in(environment: Environment, label: Label) -> Label:
    """Return how a use case is labelled in an environment.

    Where people of one's own would label and the environment names no workforce, which an account without Ground Truth
    cannot have, there are no labelling jobs, and labels are imported.
    """
    if label.workers is None or label.workers.kind != "private" or environment.workforce:
        return label
    return Label(backend="manifest_import", task=label.task, check=label.check)


def require_ground_truth(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if Ground Truth's functions for the task type are not in the region."""
    label = use_case.label and jobs_in(environment, use_case.label)
    if label is None or label.backend != "ground_truth" or environment.region in ground_truth.ACCOUNTS:
        return
    raise ConfigError(
        f"{place('environments', environment.name, ('region',), root)}: found {environment.region!r}, but "
        f"{use_case.name} labels with Ground Truth, whose functions are in {', '.join(sorted(ground_truth.ACCOUNTS))}; "
        "allowed is one of these. Choose one, or import labels (label.backend: manifest_import)."
    )


def require_same_region(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if a team or a function of one's own is in another region: a labelling job needs them near."""
    label = use_case.label
    if label is None:
        return
    named: dict[KeyPath, str | None] = {
        ("label", "workers", "team"): label.workers.team if label.workers else None,
        ("label", "task", "pre_annotation"): label.task.pre_annotation,
        ("label", "task", "post_annotation"): label.task.post_annotation,
    }
    for key, arn in named.items():
        if arn and arn.split(":")[3] != environment.region:
            raise ConfigError(
                f"{place('pipelines_src', use_case.name, key, root)}: found {arn!r}, but {environment.name} is in "
                f"{environment.region}; allowed are ARNs of that region. Correct it, or deploy elsewhere."
            )


def require_template(use_case: UseCase, sources: Path) -> None:
    """Raise ConfigError if the folder lacks the page; `sources` holds the folders of use cases, pipelines_src."""
    template = use_case.label.task.template if use_case.label else None
    folder = sources / use_case.name
    if template is None or (folder / template).is_file():
        return
    found = ", ".join(sorted(path.name for path in folder.glob("*.liquid.html"))) or "no page"
    where = place("pipelines_src", use_case.name, ("label", "task", "template"), sources.parent)
    raise ConfigError(
        f"{where}: found {template!r}, which is not in the folder; it has {found}. Write it, or correct the name."
    )


def require_addresses(environment: Environment, use_case: UseCase, root: Path = ROOT) -> None:
    """Raise ConfigError if the data opens from some addresses only, and workers who load objects call from others."""
    label, allowed = use_case.label, environment.access.allowed_cidrs
    if label is None or label.workers is None or not allowed or label.task.kind_of_objects == "text":
        return
    where = place("environments", environment.name, ("access", "allowed_cidrs"), root)
    if label.workers.kind != "private":
        raise ConfigError(
            f"{where}: found {', '.join(map(str, allowed))}, but browsers of {label.workers.kind} workers load the "
            f"objects of {use_case.name} from anywhere; allowed with them is none. Choose others, or remove it."
        )
    workforce = load_workforce(environment.workforce, root) if environment.workforce else None
    for cidr in workforce.allowed_cidrs if workforce else ():
        if not any(cidr.version == one.version and cidr.subnet_of(one) for one in allowed):  # type: ignore[arg-type]
            raise ConfigError(
                f"{where}: found {', '.join(map(str, allowed))}, but workers of {use_case.name} log in from {cidr} "
                f"(workforces/{environment.workforce}.yaml) and load its objects from there; allowed are ranges that "
                "hold it. Add it, or remove it there."
            )
