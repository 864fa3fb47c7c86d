"""The schema of a notebook instance, a part of an environment."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictInt, StringConstraints, model_validator

from config.errors import RuleError
from config.instance_types import NotebookInstanceType, has_own_disks
from config.section import Section
from config.tag_value import ALLOWED, TagValue

NotebookName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=30)]
Branch = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\s\x00-\x1f\x7f~^:?*\[\\]+$")]
Reason = Annotated[str, StringConstraints(min_length=10, max_length=300)]
SecretArn = Annotated[
    str, StringConstraints(pattern=r"^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9_/+=.@-]+$")
]
# Interface endpoints that a notebook needs beyond those of the network's level.
NotebookService = Literal["git-codecommit", "secretsmanager"]
_CODECOMMIT = re.compile(r"https://git-codecommit\.([a-z0-9-]+)\.amazonaws\.com/v1/repos/([A-Za-z0-9_.-]+)/?")


def _git_url(url: str) -> str:
    if not re.fullmatch(r"https://[^\s/@:]+(:[0-9]+)?/\S{3,1000}", url):
        raise ValueError(
            f"found {url!r}; allowed is the HTTPS address of a Git repository without credentials in it, such as "
            "https://git-codecommit.ap-northeast-1.amazonaws.com/v1/repos/models. Correct the address"
        )
    return url


class Repository(Section):
    """The Git repository that a notebook opens in. The network has no way to the internet."""

    url: Annotated[str, AfterValidator(_git_url)] = Field(
        description="HTTPS address: a CodeCommit repository of the environment's region and account, or one that "
        "`inside_network` explains"
    )
    branch: Branch | None = Field(default=None, description="left out: the repository's default branch")
    inside_network: Reason | None = Field(
        default=None,
        description="how a repository that is not CodeCommit's is reached from the VPC, for those who review it",
    )
    credentials_secret: SecretArn | None = Field(
        default=None,
        description="ARN of the secret of Secrets Manager with username and password; CodeCommit needs none",
    )

    @property
    def codecommit(self) -> tuple[str, str] | None:
        """Region and name of a CodeCommit repository, None for another."""
        found = _CODECOMMIT.fullmatch(self.url)
        return (found[1], found[2]) if found else None

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.codecommit is None and self.inside_network is None:
            raise RuleError(
                ("url",),
                f"found {self.url!r}, which a network without internet does not reach; allowed is a CodeCommit "
                "repository, https://git-codecommit.<region>.amazonaws.com/v1/repos/<name>, or any other whose server "
                "the VPC has a route to. Choose CodeCommit, or add inside_network: and say what the route is",
            )
        if self.codecommit and self.credentials_secret:
            raise RuleError(
                ("credentials_secret",),
                "is set for a CodeCommit repository; allowed is none, since the notebook's role opens it. Remove it",
            )
        return self


class Notebook(Section):
    """One notebook instance: in the private network, without root, encrypted, stopped when idle."""

    name: NotebookName = Field(
        description="lower-case letters, digits and hyphens, 30 at most; it is <environment>-<name> in SageMaker"
    )
    instance: NotebookInstanceType = Field(default="ml.t3.medium", description="instance type; GPUs are types too")
    own_disks: Reason | None = Field(
        default=None,
        description="why data may lie on disks of the machine that no key of yours encrypts; types with such disks "
        "(g4dn, g5, g6, m5d and so on) need it",
    )
    volume_gb: StrictInt = Field(default=20, ge=5, le=16384, description="volume that outlives a stop, GiB")
    idle_stop_minutes: StrictInt = Field(
        default=60,
        ge=10,
        le=1440,
        description="minutes without a running or used kernel or terminal until it is stopped",
    )
    use_cases: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        default=None, description="use cases whose data and jobs it reaches; left out: all of the environment"
    )
    repository: Repository | None = Field(default=None, description="the Git repository that it opens in")
    owner: TagValue | None = Field(
        default=None, description=f"who uses it, a tag: {ALLOWED}; left out: the environment's owner"
    )

    @property
    def services(self) -> frozenset[NotebookService]:
        """The interface endpoints it needs beyond those of the network's level."""
        if self.repository is None:
            return frozenset()
        if self.repository.codecommit:
            return frozenset({"git-codecommit"})
        return frozenset({"secretsmanager"}) if self.repository.credentials_secret else frozenset()

    @model_validator(mode="after")
    def _disks_are_meant(self) -> Self:
        if has_own_disks(self.instance) and self.own_disks is None:
            raise RuleError(
                ("instance",),
                f"found {self.instance!r}, which has disks of its own beside the encrypted volume; your key does "
                "not encrypt them, only the machine's own does. Choose a type without, such as ml.m5.xlarge or "
                "ml.p3.2xlarge, or add own_disks: and say why data may lie there",
            )
        return self
