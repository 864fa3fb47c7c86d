"""What a use case may be called: a folder and package of pipelines_src, and a part of AWS resource names."""

import keyword
import re
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

# With the underscores as hyphens it is part of names that SageMaker lets begin and end with a letter or digit only.
_PATTERN = r"^[a-z][a-z0-9]*(_+[a-z0-9]+)*$"
_SHORTEST, _LONGEST = 2, 30
# Packages and modules of pipelines_src that are no use cases.
TAKEN = ("definition", "job_code", "job_libraries", "job_wheels", "native_monitor", "script_code", "steps", "wheels")
# What names of a use case's other pipelines end with, by which roles know what a function starts and what it must not:
# one that trains would pass for one of these.
ENDINGS = ("batch", "deliver", "monitoring", "outcomes", "sample")
ALLOWED = (
    f"{_SHORTEST} to {_LONGEST} small letters, digits and underscores, a letter first, no underscore last, and none of "
    f"Python's words or {', '.join(TAKEN)}, nor one that ends with {', '.join(f'_{one}' for one in ENDINGS)}"
)


def is_name(text: str) -> bool:
    """Return whether a use case may be called so."""
    free = not keyword.iskeyword(text) and text not in TAKEN and not text.endswith(tuple(f"_{one}" for one in ENDINGS))
    return free and _SHORTEST <= len(text) <= _LONGEST and re.match(_PATTERN, text) is not None


def _checked(name: str) -> str:
    if not is_name(name):
        raise ValueError(f"found {name!r}; allowed are {ALLOWED}. Choose another")
    return name


UseCaseName = Annotated[
    str, StringConstraints(min_length=_SHORTEST, max_length=_LONGEST, pattern=_PATTERN), AfterValidator(_checked)
]
