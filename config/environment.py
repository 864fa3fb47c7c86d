"""The schema of an environment file. What differs between environments is a field here, never an `if`."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, IPvAnyNetwork, StringConstraints, model_validator

from config.instance_types import EndpointInstanceType, ProcessingInstanceType, TrainingInstanceType

AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
Region = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
TagValue = Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=r"^[\w .:/=+@-]+$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,19}$")]
LogRetentionDays = Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(_Section):
    """The private network. It has no internet or NAT gateway whatever is chosen here."""

    cidr: IPvAnyNetwork = Field(description="Address range of the VPC, /16 to /24.")
    zones: tuple[str, ...] = Field(min_length=1, max_length=3, description="Availability zones, one subnet in each.")
    interface_endpoints: Literal["none", "minimal", "full"] = Field(
        default="minimal",
        description="Which AWS services are reachable inside the network; docs/network.md gives what each allows and "
        "costs.",
    )
    flow_log_days: LogRetentionDays = Field(default=90, description="Days that VPC flow logs are kept.")


class Access(_Section):
    """From where people may call."""

    allowed_cidrs: tuple[IPvAnyNetwork, ...] = Field(
        default=(),
        description="Addresses from which people may reach data and SageMaker besides the VPC endpoints. Empty: from "
        "any address, with credentials.",
    )


class Retention(_Section):
    """What stays, how long, and whether it may ever be removed with the environment."""

    removal: Literal["retain", "destroy"] = Field(
        default="retain", description="What `cdk destroy` does with data: buckets, keys, tables, logs."
    )
    allow_data_loss: bool = Field(
        default=False, description="The second switch: `removal: destroy` is refused unless this is true as well."
    )
    log_days: LogRetentionDays = Field(default=365, description="Days that function, job and access logs are kept.")
    capture_days: int = Field(default=90, ge=1, le=3650, description="Days that captured requests are kept.")
    noncurrent_days: int = Field(default=30, ge=1, le=3650, description="Days that overwritten versions are kept.")

    @model_validator(mode="after")
    def _two_agreeing_settings(self) -> Self:
        if (self.removal == "destroy") != self.allow_data_loss:
            raise ValueError(
                f"removal is '{self.removal}' but allow_data_loss is {str(self.allow_data_loss).lower()}; "
                "to let data go with the environment set removal: destroy and allow_data_loss: true, "
                "to keep it set neither"
            )
        return self


class Sizes(_Section):
    """Machines, used by every use case of the environment."""

    processing_instance: ProcessingInstanceType = Field(default="ml.m5.large")
    training_instance: TrainingInstanceType = Field(default="ml.m5.large")
    volume_gb: int = Field(default=30, ge=1, le=16384, description="Volume of a processing or training job, GiB.")
    endpoint_instance: EndpointInstanceType = Field(default="ml.m5.large")
    endpoint_instances: int = Field(default=2, ge=1, le=100, description="Instances behind each variant.")


class Capture(_Section):
    """Recording of requests and answers at the endpoint."""

    sampling_percent: int = Field(default=100, ge=1, le=100)


class Budget(_Section):
    """What the environment may cost."""

    monthly_usd: int = Field(gt=0, description="Expected ceiling of a month, in US dollars.")


class Environment(_Section):
    """One environment: one Stage, deployed and removed as a whole."""

    name: Name = Field(description="Prefix of stack and resource names; must be the file's own name.")
    account: AccountId | None = Field(default=None, description="None: the account of the credentials that deploy.")
    region: Region = Field(default="ap-northeast-1")
    owner: TagValue
    cost_center: TagValue
    alarm_email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    use_cases: tuple[str, ...] = Field(default=(), description="Folders of pipelines_src that are deployed.")
    termination_protection: bool = True
    network: Network
    access: Access = Access()
    retention: Retention = Retention()
    sizes: Sizes = Sizes()
    capture: Capture = Capture()
    budget: Budget
