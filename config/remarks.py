"""What is allowed and yet deserves a second look, for whoever checks the configuration."""

from collections.abc import Iterator

from config.environment import Environment


def remarks(environment: Environment) -> Iterator[str]:
    """Give a sentence for each safety of an environment in earnest, one with termination protection, that is not on."""
    if not environment.termination_protection:
        return
    where = f"environments/{environment.name}.yaml"
    if environment.alarm_email is None:
        yield f"{where}: alarms reach nobody. Name an address in `alarm_email`, or subscribe to the topic of alarms."
    if environment.opens_models:
        yield (
            f"{where}: serverless endpoints run outside the private network, and nothing records their requests. Serve "
            "by instances, unless what `network.allow_internet` and `capture.allow_no_capture` say holds in earnest."
        )
    if not environment.access.allowed_cidrs:
        yield f"{where}: people's credentials work from any address. Name yours in `access.allowed_cidrs`."
