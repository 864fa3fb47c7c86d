"""The commands people run; `lambda/` is a source root here too, for what commands and functions must agree on."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "lambda"))
