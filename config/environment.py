"""The schema of an environment file. What differs between environments is a field here, never an `if`."""

from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    IPvAnyNetwork,
    StrictBool,
    StrictInt,
    StringConstraints,
    model_validator,
)

from config import notebook_rules, rules
from config.errors import under
from config.instance_types import ProcessingInstanceType, TrainingInstanceType
from config.notebook import Notebook
from config.review import ReviewRules
from config.section import Section
from config.serving import Serving
from config.tag_value import ALLOWED, TagValue
from config.usage import Usage, UseCaseUsage

AccountId = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
Region = Annotated[str, AfterValidator(rules.known_region)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,14}$")]
AddressRange = Annotated[IPvAnyNetwork, BeforeValidator(rules.range_as_text)]
VpcRange = Annotated[AddressRange, AfterValidator(rules.private_range)]
Reason = Annotated[
    Annotated[str, StringConstraints(max_length=256, pattern=r"^[^\x00-\x1f\x7f]*$")] | None,
    BeforeValidator(rules.in_words),
]
LogRetentionDays = Annotated[
    Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653],
    BeforeValidator(rules.no_switch),
]


class Network(Section):
    """The private network. It has no internet or NAT gateway whatever is chosen here."""

    cidr: VpcRange = Field(description="address range of the VPC, a private IPv4 range of size /16 to /24")
    zones: tuple[str, ...] = Field(min_length=1, max_length=3, description="availability zones, one subnet in each")
    interface_endpoints: Literal["none", "minimal", "full"] = Field(
        default="minimal",
        description="which AWS services are reachable inside the network (docs/network.md: what each allows and costs)",
    )
    flow_log_days: LogRetentionDays = Field(default=90, description="days that VPC flow logs are kept")
    allow_internet: Reason = Field(
        default=None,
        description="why containers of serverless endpoints may run outside this network, with the internet at hand; "
        "left out: none may",
    )

    @model_validator(mode="after")
    def _zones_once(self) -> Self:
        rules.each_once("zones", self.zones)
        return self


class Access(Section):
    """From where people may call."""

    allowed_cidrs: tuple[AddressRange, ...] = Field(
        default=(),
        max_length=50,  # a managed policy, which holds them, has at most 6,144 characters
        description="addresses from which people may reach data and SageMaker besides the VPC endpoints; empty: from "
        "any address, with credentials",
    )

    @model_validator(mode="after")
    def _are_of_ones_own(self) -> Self:
        rules.ranges_apart("allowed_cidrs", self.allowed_cidrs)
        return self


class Retention(Section):
    """What stays, how long, and whether it may ever be removed with the environment."""

    removal: Literal["retain", "destroy"] = Field(
        default="retain", description="what `cdk destroy` does with data: buckets, keys, tables, logs"
    )
    allow_data_loss: StrictBool = Field(
        default=False, description="the second switch: `removal: destroy` is refused unless this is true as well"
    )
    log_days: LogRetentionDays = Field(default=365, description="days that function, job and access logs are kept")
    capture_days: StrictInt = Field(default=90, ge=1, le=3650, description="days that captured requests are kept")
    noncurrent_days: StrictInt = Field(default=30, ge=1, le=3650, description="days that overwritten versions are kept")

    @property
    def destroys(self) -> bool:
        """Whether data goes with the environment. Both settings must say so: one alone is refused."""
        return self.removal == "destroy" and self.allow_data_loss

    @model_validator(mode="after")
    def _two_agreeing_settings(self) -> Self:
        rules.removal_agrees(self.removal, self.allow_data_loss)
        return self


class Sizes(Section):
    """Machines of jobs, used by every use case of the environment."""

    processing_instance: ProcessingInstanceType = Field(
        default="ml.m5.large", description="instance type of processing jobs"
    )
    training_instance: TrainingInstanceType = Field(default="ml.m5.large", description="instance type of training jobs")
    volume_gb: StrictInt = Field(default=30, ge=1, le=16384, description="volume of a job, GiB")


class Capture(Section):
    """Recording of requests and answers at the endpoint."""

    sampling_percent: StrictInt = Field(default=100, ge=1, le=100, description="share of requests recorded, percent")
    allow_no_capture: Reason = Field(
        default=None,
        description="why requests to serverless endpoints may go unrecorded, so that nothing can watch them; left out: "
        "every endpoint records",
    )


class Budget(Section):
    """What the environment may cost."""

    monthly_usd: StrictInt = Field(
        gt=0,
        description="ceiling of a month, in whole US dollars: AWS Budgets tells the alarm topic when 80 % are spent, "
        "and when all of it is forecast to be (docs/cost.md)",
    )


class Environment(Section):
    """One environment: one Stage, deployed and removed as a whole."""

    name: Name = Field(
        description="the file's own name, prefix of stack and resource names: 2 to 15 lower-case letters and digits"
    )
    account: AccountId | None = Field(
        default=None, description="12 digits in quotes; left out: the account of the credentials that deploy"
    )
    region: Region = Field(default="ap-northeast-1", description="an AWS region that has SageMaker")
    owner: TagValue = Field(description=f"who answers for it, a tag on every resource: {ALLOWED}")
    cost_center: TagValue = Field(description=f"who pays for it, a tag on every resource: {ALLOWED}")
    alarm_email: str | None = Field(
        default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="an address that alarms are sent to"
    )
    dashboard: StrictBool = Field(
        default=True,
        description="dashboards of CloudWatch, one for ten use cases: three of an account cost nothing, further ones "
        "3 USD a month each (docs/decisions/dashboards.md)",
    )
    repository_url: str | None = Field(
        default=None,
        pattern=r"^https://[^\s()\[\]<>`]+$",
        description="where the files of this repository are read in a browser, up to the folder of docs/, such as "
        "https://git.example.com/ml-loop/blob/main: dashboards link to runbooks there; left out: they name their paths",
    )
    use_cases: tuple[str, ...] = Field(default=(), description="folders of pipelines_src that are deployed")
    termination_protection: StrictBool = Field(default=True, description="stacks refuse to be deleted")
    network: Network = Field(description="the private network")
    access: Access = Field(default=Access(), description="from where people may call")
    retention: Retention = Field(default=Retention(), description="what stays and how long")
    sizes: Sizes = Field(default=Sizes(), description="machines of jobs")
    serving: Serving = Field(default=Serving(), description="what serves a use case")
    serving_of: dict[str, Serving] = Field(
        default={}, description="what serves a use case of this name, in place of `serving`"
    )
    capture: Capture = Field(default=Capture(), description="recording at the endpoint")
    workforce: Name | None = Field(
        default=None, description="a file of workforces/: the account's people who label (docs/labelling.md)"
    )
    notebooks: tuple[Notebook, ...] = Field(
        default=(), description="notebook instances (docs/workbench.md: what they need and cost)"
    )
    budget: Budget = Field(description="what it may cost")
    review: ReviewRules = Field(
        default=ReviewRules(),
        description="what blocks a change of its templates, what warns, and what is excused (docs/review.md)",
    )
    usage: Usage = Field(
        default=Usage(), description="what is expected to be used in a month, for `python -m ops cost` and reviews"
    )
    usage_of: dict[str, UseCaseUsage] = Field(
        default={}, description="what a use case of this name is expected to have, in place of `usage.each`"
    )

    def serves(self, use_case: str) -> Serving:
        """Return what serves a use case."""
        return self.serving_of.get(use_case, self.serving)

    def uses(self, use_case: str) -> UseCaseUsage:
        """Return what a use case is expected to have in a month."""
        return self.usage_of.get(use_case, self.usage.each)

    @property
    def scales(self) -> bool:
        """Whether the instances of any endpoint follow the requests."""
        return any(self.serves(use_case).scaling for use_case in self.use_cases)

    @property
    def opens_models(self) -> bool:
        """Whether the models of any endpoint run outside the network."""
        return any(self.serves(use_case).serverless for use_case in self.use_cases)

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        rules.zones_of_region(self.network.zones, self.region)
        rules.each_once("use_cases", self.use_cases)
        rules.names_apart(self.use_cases)
        rules.of_use_cases("serving_of", self.serving_of, self.use_cases)
        rules.of_use_cases("usage_of", self.usage_of, self.use_cases)
        rules.each_once("notebooks", (notebook.name for notebook in self.notebooks), "name")
        for index, notebook in enumerate(self.notebooks):
            with under("notebooks", index):
                notebook_rules.knows_use_cases(notebook.use_cases, self.use_cases)
                notebook_rules.reaches_repository(notebook.repository, self.region)
        if self.notebooks:
            notebook_rules.reach_sagemaker(self.network.interface_endpoints)
            notebook_rules.opened_from_known_addresses(self.access.allowed_cidrs)
        return self
