"""What the notebooks of an environment must agree on with the rest of it. Each raises RuleError."""

from collections.abc import Collection, Sequence

from config.errors import RuleError
from config.notebook import Repository


def knows_use_cases(wanted: Sequence[str] | None, deployed: Sequence[str]) -> None:
    """Refuse a use case that the environment does not deploy, and an environment that deploys none."""
    if not deployed:
        raise RuleError(
            (),
            "the environment has no use cases, and a notebook reaches nothing but theirs; allowed is one with "
            "use_cases. Add one to use_cases, or remove the notebooks",
        )
    for position, name in enumerate(wanted or ()):
        if name not in deployed:
            raise RuleError(
                ("use_cases", position),
                f"found {name!r}; allowed are use cases of the environment: {', '.join(deployed)}. Correct the name, "
                "or add it to the environment's use_cases",
            )


def reaches_repository(repository: Repository | None, region: str) -> None:
    """Refuse a CodeCommit repository of another region: the interface endpoint is of the environment's own."""
    if repository and repository.codecommit and repository.codecommit[0] != region:
        raise RuleError(
            ("repository", "url"),
            f"found a repository in {repository.codecommit[0]}; allowed is the environment's region, {region}, whose "
            "CodeCommit alone its network reaches. Choose a repository there",
        )


def reach_sagemaker(interface_endpoints: str) -> None:
    """Refuse a network in which a notebook reaches no API: it could neither stop itself nor start a job."""
    if interface_endpoints == "none":
        raise RuleError(
            ("network", "interface_endpoints"),
            "found 'none', but notebooks reach SageMaker through interface endpoints, to "
            "start jobs and to stop when idle; allowed are minimal and full. Set minimal (docs/network.md: what it "
            "costs), or remove the notebooks",
        )


def opened_from_known_addresses(allowed_cidrs: Collection[object]) -> None:
    """Refuse notebooks that could be opened from everywhere."""
    if not allowed_cidrs:
        raise RuleError(
            ("access", "allowed_cidrs"),
            "is empty, but whoever has the address of an opened notebook needs no credentials; "
            "allowed are notebooks that open from known addresses only. Name those addresses in access.allowed_cidrs, "
            "or remove the notebooks",
        )
