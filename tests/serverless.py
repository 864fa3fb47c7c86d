"""The templates of an environment in which one use case has a serverless endpoint, and another has instances."""

from typing import Any

from config import Environment, load_environment

USE_CASE, BESIDE = "handwritten_digits", "flight_delays"
SERVING = "dev-handwritten-digits-serving"
INTERNET = "images of digits are public, and so is the model"
NO_CAPTURE = "nobody watches or compares models in dev"


def environment(serverless: dict[str, Any] | None = None, name: str = "dev") -> Environment:
    """The environment dev with one use case served by instances, and one not."""
    written = load_environment("dev").model_dump(mode="json", exclude_unset=True)
    return Environment.model_validate(
        written
        | {
            "name": name,
            "use_cases": [BESIDE, USE_CASE],
            "network": written["network"] | {"allow_internet": INTERNET},
            "capture": {"allow_no_capture": NO_CAPTURE},
            "serving_of": {USE_CASE: {"serverless": serverless or {}}},
        }
    )
