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
    if not environment.access.allowed_cidrs:
        yield f"{where}: people's credentials work from any address. Name yours in `access.allowed_cidrs`."
