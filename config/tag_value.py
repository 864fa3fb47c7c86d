"""Values of tags."""

from typing import Annotated

from pydantic import StringConstraints

# The characters that every service takes, blanks between others only: a tag of blanks names nobody.
_INSIDE = r"[\w .:/=+@-]"
_ENDS = r"[\w.:/=+@-]"
TagValue = Annotated[str, StringConstraints(max_length=256, pattern=rf"^{_ENDS}({_INSIDE}*{_ENDS})?$")]
ALLOWED = "1 to 256 letters, digits and .:/=+@_-, with blanks between them"
