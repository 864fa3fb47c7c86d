"""What an environment and a use case that it deploys must agree on, beside engines and images."""

from typing import Any

import pytest

from config import ConfigError, Environment, UseCase, load_use_case
from config.environment_agreement import require_agreement, require_captures, require_samples
from config.serverless_agreement import require_no_sample
from config.use_case.retrain import Retrain, Sample
from tests import labelling
from tests.unit.config_kit import GOOD


def keeping(days: int) -> Environment:
    return Environment.model_validate({**GOOD, "retention": {"capture_days": days}})


def experimenting(**section: Any) -> UseCase:
    document = load_use_case("flight_delays").model_dump(exclude_unset=True)
    return UseCase.model_validate(document | {"experiment": document["experiment"] | section})


@pytest.mark.parametrize(
    ("maximum_days", "outcome_hours", "looks_back"), [(14, 24, 15), (14, 1, 15), (14, 25, 16), (30, 240, 40)]
)
def test_captures_stay_until_an_experiment_ends(maximum_days: int, outcome_hours: int, looks_back: int) -> None:
    use_case = experimenting(maximum_days=maximum_days, outcome_hours=outcome_hours)
    require_captures(keeping(looks_back), use_case)
    with pytest.raises(
        ConfigError,
        match=rf"dev\.yaml:\d+: retention\.capture_days: found {looks_back - 1}.*flight_delays.* {looks_back} days.*"
        rf"allowed is {looks_back} or more\. Raise it",
    ):
        require_captures(keeping(looks_back - 1), use_case)


def test_without_an_experiment_captures_may_go_any_day() -> None:
    document = load_use_case("flight_delays").model_dump(exclude_unset=True)
    require_captures(keeping(1), UseCase.model_validate(document | {"experiment": None, "retrain": None}))


def test_captures_stay_until_a_turn_of_the_loop_has_chosen_from_them() -> None:
    again = labelling.use_case().model_copy(update={"retrain": Retrain(sample=Sample(days=20))})
    require_samples(keeping(20), again)
    with pytest.raises(ConfigError, match=r"dev\.yaml:\d+: retention\.capture_days: found 19, .*allowed is 20 or more"):
        require_samples(keeping(19), again)
    require_samples(keeping(1), again.model_copy(update={"retrain": Retrain()}))


def test_nothing_is_chosen_of_requests_that_nobody_captures() -> None:
    again = labelling.use_case().model_copy(update={"retrain": Retrain(sample=Sample())})
    instances = keeping(30)
    serving = instances.serving.model_copy(update={"serverless": object()})
    require_no_sample(instances, again)
    with pytest.raises(ConfigError, match=r"found a serverless endpoint, but turns of flight_delays have captured"):
        require_no_sample(instances.model_copy(update={"serving": serving}), again)


def test_all_that_must_agree_is_asked_at_once() -> None:
    with pytest.raises(ConfigError, match=r"retention\.capture_days"):
        require_agreement(keeping(1), experimenting(maximum_days=14))
